import type { Change, Clock, Departure, InstanceView } from '../../plugin-sdk/index.js';
import { Tally } from './tally.js';

/** Octets from and to instances. */
export interface Bytes {
  readonly from: number;
  readonly to: number;
}

/** A rate is that of the last so many milliseconds, or of a little longer. */
const RATE_OVER = 5_000;

/** How clients end that the controller drops, not they themselves. */
const ORDINARY = new Set(['SCR_CLIENT_LEFT', 'SCR_CHANNEL_FINISHED', 'SCR_STOPPED', 'SCR_INSTANCE_ENDED']);

/** What adds up over the life of the controller, whoever has gone since. */
export class Totals {
  readonly lost = new Tally();
  readonly dropped = new Tally();
  fresh = 0;
  resumed = 0;
  readonly #clock: Clock;
  #gone: Bytes = { from: 0, to: 0 };
  #before: { readonly at: number; readonly octets: number };
  #last: { readonly at: number; readonly octets: number };

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#last = this.#before = { at: clock.now(), octets: 0 };
  }

  changed({ instance, from, to, why }: Change): void {
    if (to === 'connected' && from === 'pending') this.fresh++;
    if (to === 'connected' && from === 'zombie') this.resumed++;
    if (from === 'connected' && to !== 'connected') this.lost.count(why?.code ?? 'other');
    if (to === 'gone') this.#gone = sum(this.#gone, bytesOf(instance));
  }

  departed({ ending: { code } }: Departure): void {
    if (!ORDINARY.has(code)) this.dropped.count(code);
  }

  /** Of all that there were and are. */
  with(present: Bytes): Bytes {
    return sum(this.#gone, present);
  }

  /** Octets a second. */
  rate({ from, to }: Bytes): number {
    const now = { at: this.#clock.now(), octets: from + to };
    if (now.at - this.#last.at >= RATE_OVER) [this.#before, this.#last] = [this.#last, now];
    const since = now.at - this.#last.at >= RATE_OVER / 2 ? this.#last : this.#before;
    const ms = now.at - since.at;
    return ms === 0 ? 0 : Math.round(((now.octets - since.octets) * 1_000) / ms);
  }
}

function bytesOf(instance: InstanceView): Bytes {
  const { bytesFromInstance, bytesToInstance } = instance.figures();
  return { from: bytesFromInstance, to: bytesToInstance };
}

function sum(one: Bytes, other: Bytes): Bytes {
  return { from: one.from + other.from, to: one.to + other.to };
}
