import { type StateRecord, isTime, readState, stateLine, stateText } from '../../../plugin-sdk/index.js';

/** What is known of a session, in milliseconds since 1970. */
interface Known {
  readonly monitorName: string | undefined;
  /** When it first said who it is. */
  readonly since: number;
  /** Until when it may be resumed; undefined while it is connected. */
  until: number | undefined;
}

/** How an instance's `session` is written. */
const SESSION = /^[\w-]{43}$/;

/** The sessions that may go on after a restart, and the lines in which a file tells of them. */
export class Sessions {
  readonly #known = new Map<string, Known>();

  get size(): number {
    return this.#known.size;
  }

  /** @returns undefined where nothing is known of it, or its time is up */
  recall(session: string, now: number): { readonly monitorName: string | undefined; readonly since: Date } | undefined {
    const known = this.#known.get(session);
    if (known === undefined || (known.until ?? Infinity) <= now) return undefined;
    return { monitorName: known.monitorName, since: new Date(known.since) };
  }

  /** It is connected. @returns the line that tells it, as the methods below do */
  attached(session: string, monitorName: string | undefined, since: number): string {
    const known = { monitorName, since, until: undefined };
    this.#known.set(session, known);
    return lineOf(session, known);
  }

  /** It is lost, and kept for a time. @returns undefined where nothing is known of it */
  lost(session: string, until: number): string | undefined {
    const known = this.#known.get(session);
    if (known === undefined) return undefined;
    known.until = until;
    return stateLine({ s: session, until });
  }

  gone(session: string): string | undefined {
    return this.#known.delete(session) ? stateLine({ s: session, gone: true }) : undefined;
  }

  /** Forgets those whose time is up. */
  prune(now: number): void {
    for (const [session, { until = Infinity }] of this.#known) if (until <= now) this.#known.delete(session);
  }

  /** None is kept longer than until then. */
  bound(latest: number): void {
    for (const known of this.#known.values())
      if (known.until !== undefined) known.until = Math.min(known.until, latest);
  }

  /** The clock on the wall was set: what is left of each one's time stays the same. */
  shift(ms: number): void {
    for (const known of this.#known.values()) if (known.until !== undefined) known.until += ms;
  }

  /** Everything, as a whole file. */
  text(): string {
    return stateText([...this.#known].map(([session, known]) => lineOf(session, known)));
  }

  /**
   * Takes what a file tells, and passes over what makes no sense. Who was connected at the end has until `until`: told once, so that
   * a controller which crashes again and again does not keep it for ever.
   * @returns how many lines were passed over; one that was being written at a crash is none. Undefined where it is of another version
   */
  load(text: string, until: number): number | undefined {
    const strange = readState(text, (record) => this.#take(record));
    for (const known of this.#known.values()) known.until ??= until;
    return strange;
  }

  /** @returns whether it makes sense */
  #take(line: StateRecord): boolean {
    const session = line['s'];
    if (typeof session !== 'string' || !SESSION.test(session)) return false;
    const known = knownIn(line);
    if (line['gone'] === true) this.#known.delete(session);
    else if (known !== undefined) this.#known.set(session, known);
    else if (isTime(line['until'])) this.lost(session, line['until']);
    else return false;
    return true;
  }
}

function lineOf(session: string, { monitorName, since, until }: Known): string {
  return stateLine({ s: session, n: monitorName, at: since, until });
}

/** What an attach says; undefined where the line is another one. */
function knownIn({ n: monitorName, at: since, until }: StateRecord): Known | undefined {
  if (!isTime(since) || (until !== undefined && !isTime(until))) return undefined;
  if (monitorName !== undefined && typeof monitorName !== 'string') return undefined;
  return { monitorName, since, until };
}
