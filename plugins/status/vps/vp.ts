import type { VpState } from '../../../plugin-sdk/index.js';

/** Why the last connection ended, or the VP was lost. */
export interface Reason {
  readonly code: string;
  readonly text: string;
}

/** It came to a state, in milliseconds since 1970, for this reason. */
export type Turn = readonly [at: number, state: VpState, code?: string];

/** What is remembered of a VP, connected or not. Times are in milliseconds since 1970. */
export interface Vp {
  /** Its monitor name; without one, its session. */
  readonly key: string;
  readonly monitorName: string | undefined;
  readonly state: VpState;
  /** Since when it is so; undefined where it never was anything else. */
  readonly since: number | undefined;
  readonly firstSeen: number | undefined;
  /** When it was last connected, while it is not. */
  readonly lastSeen: number | undefined;
  readonly reason: Reason | undefined;
  /** How often it came back, ever. */
  readonly reconnects: number;
  /** Oldest first: those of the last day, and the one before them. */
  readonly turns: readonly Turn[];
}

/** What a strip shows. */
const DAY = 86_400_000;
/** Of a VP that comes and goes all the time, the last so many are kept. */
const MOST_TURNS = 100;

/** One that nobody has seen. */
export function unseen(key: string, monitorName: string | undefined): Vp {
  const nothing = { since: undefined, firstSeen: undefined, lastSeen: undefined, reason: undefined, reconnects: 0 };
  return { key, monitorName, state: 'never', ...nothing, turns: [] };
}

/** The same VP in another state. */
export function turned(vp: Vp, state: VpState, at: number, why: Reason | undefined): Vp {
  const isThere = state === 'connected';
  const wasThere = vp.state === 'connected';
  return {
    ...vp,
    state,
    since: at,
    firstSeen: vp.firstSeen ?? at,
    lastSeen: isThere ? undefined : wasThere ? at : (vp.lastSeen ?? at),
    reason: why ?? vp.reason,
    reconnects: vp.reconnects + Number(isThere && vp.firstSeen !== undefined),
    turns: recent([...vp.turns, why === undefined ? [at, state] : [at, state, why.code]], at),
  };
}

/** The turns that a strip of the last day needs. */
export function recent(turns: readonly Turn[], now: number): readonly Turn[] {
  const first = turns.findLastIndex(([at]) => at <= now - DAY);
  return turns.slice(Math.max(first, turns.length - MOST_TURNS, 0));
}
