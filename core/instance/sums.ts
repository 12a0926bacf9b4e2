import type { Clock } from '../contract/clock.js';
import type { Logger } from '../contract/logger.js';

/** So long lines of one kind are counted together, in milliseconds. */
export const TOGETHER = 60_000;
/** Kinds that are counted one by one; plugins may invent codes, but not without end. */
const KINDS = 100;

/** How many lines of a kind are written each minute: of one address, and in all. The others are counted. */
export interface Most {
  readonly each: number;
  readonly all: number;
}

/** Of refusals: strangers bring them about as they like. */
export const REFUSALS: Most = { each: 20, all: 1_000 };
/** Of an instance's life: large fleets behind one address are told one by one, as long as nobody plays with it. */
export const LIVES: Most = { each: 1_000, all: 10_000 };

/** Lines that strangers can bring about. */
export interface Kind {
  readonly event: string;
  readonly code?: string;
  readonly level: 'info' | 'warn' | 'error';
}

interface Count {
  written: number;
  more: number;
}

/** What was written and counted of one kind since its first line. */
interface Tally {
  readonly kind: Kind;
  readonly since: number;
  written: number;
  /** Of each has a line been written, so there are not many. */
  readonly networks: Map<string, Count>;
  /** Lines of networks of which none was written. */
  others: number;
}

/** Sums up lines of the log of which one address, or many, bring about too many. */
export class Sums {
  readonly #log: Logger;
  readonly #clock: Clock;
  readonly #tallies = new Map<string, Tally>();

  constructor(log: Logger, clock: Clock) {
    this.#log = log;
    this.#clock = clock;
  }

  /** Asked before a line is made. @returns whether it is to be written; otherwise it is counted, and told later */
  writes(kind: Kind, network: string, most: Most): boolean {
    const tally = this.#tallyOf(kind);
    const known = tally.networks.get(network);
    if (tally.written < most.all && (known?.written ?? 0) < most.each) {
      tally.written++;
      if (known === undefined) tally.networks.set(network, { written: 1, more: 0 });
      else known.written++;
      return true;
    }
    if (known === undefined) tally.others++;
    else known.more++;
    return false;
  }

  /** Called about once a second: tells what was counted in minutes that are over. */
  sweep(now: number): void {
    for (const tally of this.#tallies.values()) if (now - tally.since >= TOGETHER) this.#close(tally, now);
  }

  /** Tells everything that was counted. */
  close(): void {
    for (const tally of this.#tallies.values()) this.#close(tally, this.#clock.now());
  }

  #close(tally: Tally, now: number): void {
    this.#tallies.delete(nameOf(tally.kind));
    const seconds = Math.ceil((now - tally.since) / 1000);
    for (const [network, { more }] of tally.networks) this.#tell(tally.kind, more, network, seconds);
    this.#tell(tally.kind, tally.others, undefined, seconds);
  }

  /** @param from undefined for all those that none was written of */
  #tell({ event: of, code, level }: Kind, count: number, from: string | undefined, seconds: number): void {
    if (count === 0) return;
    const named = { ...(code !== undefined && { code }), ...(from !== undefined && { from }) };
    const what = `${of}${code === undefined ? '' : ` ${code}`}`;
    const text = `${what}: and ${count.toLocaleString('en-US')} more from ${from ?? 'other addresses'} within ${seconds} s`;
    this.#log[level]({ event: 'log.summed', of, ...named, count, seconds }, text);
  }

  #tallyOf(kind: Kind): Tally {
    const known = this.#tallies.get(nameOf(kind));
    return known ?? this.#begun(this.#tallies.size < KINDS ? kind : { ...kind, code: 'other' });
  }

  #begun(kind: Kind): Tally {
    const known = this.#tallies.get(nameOf(kind));
    if (known !== undefined) return known;
    const tally: Tally = { kind, since: this.#clock.now(), written: 0, networks: new Map(), others: 0 };
    this.#tallies.set(nameOf(kind), tally);
    return tally;
  }
}

function nameOf({ event, code, level }: Kind): string {
  return `${level} ${event} ${code ?? ''}`;
}
