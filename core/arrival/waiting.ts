import type { Clock } from '../contract/clock.js';
import { Crowd } from '../contract/crowd.js';
import type { Limits } from '../contract/limits.js';

/** A scamper speaks at once: who has said nothing for so many milliseconds may be made to go. */
export const SILENT_FOR = 1_000;
/** Who has spoken and is still not done, in a slow handshake of TLS say, may be made to go after so many. */
export const SLOW_FOR = 10_000;

/** So many times what the newcomer's network has must another one have, so that even its youngest may be made to go. */
const LOPSIDED = 2;

/** A connection that waits. */
export interface Waiter {
  readonly network: string;
  /** Clock time at which it came. */
  readonly since: number;
  /** Nothing has come from its peer. */
  readonly isSilent: boolean;
}

/** The connections that are not attached yet, and which of them makes place for another when there are too many. */
export class Waiting<W extends Waiter> {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #all = new Crowd<W>();
  /** Those that we wait for, not they for us. */
  readonly #owing = new Crowd<W>();
  /** Those of them that have said nothing, and some that have spoken since. */
  readonly #silent = new Crowd<W>();

  constructor({ clock, limits }: { readonly clock: Clock; readonly limits: Limits }) {
    this.#clock = clock;
    this.#limits = limits;
  }

  get size(): number {
    return this.#all.size;
  }

  all(): Iterable<W> {
    return this.#all;
  }

  enter(waiter: W): void {
    for (const crowd of [this.#all, this.#owing, this.#silent]) crowd.add(waiter, waiter.network);
  }

  /** It has said who it is: from now on it waits for us, and is not made to go. */
  heard(waiter: W): void {
    this.#owing.delete(waiter);
    this.#silent.delete(waiter);
  }

  leave(waiter: W): void {
    this.#all.delete(waiter);
    this.heard(waiter);
  }

  /** Whether one more of the network may wait, and who makes place for it where there is none. */
  room(network: string): 'free' | 'none' | W {
    if (this.#all.from(network) >= this.#limits.addressHandshakes) return this.#idle(network) ?? 'none';
    if (this.#all.size < this.#limits.handshakes) return 'free';
    const { crowded } = this.#owing;
    const least = LOPSIDED * (this.#owing.from(network) + 1);
    const isLopsided = crowded !== undefined && this.#owing.from(crowded) >= least;
    return (isLopsided ? this.#first(crowded) : this.#idle()) ?? 'none';
  }

  /** The oldest of a network, silent ones first. */
  #first(network: string): W | undefined {
    return this.#oldestSilent(network) ?? this.#owing.oldest(network);
  }

  /** One that has been slow for so long that it is nobody's loss, of a network or of all. */
  #idle(network?: string): W | undefined {
    const now = this.#clock.now();
    const silent = this.#oldestSilent(network);
    if (silent !== undefined && now - silent.since >= SILENT_FOR) return silent;
    const slow = this.#owing.oldest(network);
    return slow !== undefined && now - slow.since >= SLOW_FOR ? slow : undefined;
  }

  /** Those that have spoken since are struck off once: they are not looked at again. */
  #oldestSilent(network: string | undefined): W | undefined {
    for (;;) {
      const oldest = this.#silent.oldest(network);
      if (oldest?.isSilent !== false) return oldest;
      this.#silent.delete(oldest);
    }
  }
}
