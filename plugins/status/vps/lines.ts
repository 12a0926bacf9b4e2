import { type StateRecord, type VpState, isTime, stateLine } from '../../../plugin-sdk/index.js';
import { type Turn, type Vp, recent } from './vp.js';

const states = new Set<unknown>(['connected', 'away', 'lost', 'never'] satisfies VpState[]);
/** Longer texts are none that were written. */
const LONGEST_TEXT = 4_096;

/** What a line of the file says: how a VP is, or that it is forgotten. */
export type Told = { readonly vp: Vp } | { readonly forgotten: string };

/** The line that tells of a VP. */
export function lineOf({ key, monitorName, state, since, firstSeen, lastSeen, reason, reconnects, turns }: Vp): string {
  return stateLine({
    k: key,
    named: monitorName !== undefined,
    s: state,
    at: since,
    first: firstSeen,
    last: lastSeen,
    code: reason?.code,
    why: reason?.text,
    back: reconnects,
    turns,
  });
}

export function forgottenLine(key: string): string {
  return stateLine({ k: key, gone: true });
}

/** @returns undefined where the line makes no sense */
export function toldIn(line: StateRecord): Told | undefined {
  const key = line['k'];
  if (!isText(key)) return undefined;
  if (line['gone'] === true) return { forgotten: key };
  const vp = vpIn(key, line);
  return vp === undefined ? undefined : { vp };
}

function vpIn(key: string, line: StateRecord): Vp | undefined {
  const { named, s: state, at: since, first: firstSeen, last: lastSeen, code, why, back, turns } = line;
  if (!isState(state) || !isTimeOrNone(since) || !isTimeOrNone(firstSeen) || !isTimeOrNone(lastSeen)) return undefined;
  if (!Array.isArray(turns) || !turns.every(isTurn)) return undefined;
  const reconnects = typeof back === 'number' && Number.isSafeInteger(back) && back >= 0 ? back : 0;
  const reason = isText(code) && isText(why) ? { code, text: why } : undefined;
  const monitorName = named === true ? key : undefined;
  return { key, monitorName, state, since, firstSeen, lastSeen, reason, reconnects, turns: recent(turns, since ?? 0) };
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST_TEXT;
}

function isState(value: unknown): value is VpState {
  return states.has(value);
}

function isTimeOrNone(value: unknown): value is number | undefined {
  return value === undefined || isTime(value);
}

function isTurn(value: unknown): value is Turn {
  if (!Array.isArray(value) || !isTime(value[0]) || !isState(value[1])) return false;
  return value.length === 2 || (value.length === 3 && isText(value[2]));
}
