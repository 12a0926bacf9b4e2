import type { Clock } from '../contract/clock.js';

/** So many seconds' worth of connections may come at once. */
export const BURST = 100;
/** Networks that are counted at a time; those beyond are not, so that nobody is shut out by how many others there are. */
export const COUNTED = 65_536;

interface Bucket {
  left: number;
  at: number;
}

/** How many connections each network may still make: a bucket that is refilled steadily. */
export class Rates {
  readonly #clock: Clock;
  readonly #perSecond: number;
  #recent = new Map<string, Bucket>();
  /** Those that have not come again since; when the next turn comes, these are full and forgotten. */
  #before = new Map<string, Bucket>();
  #turned: number;

  /** @param perSecond 0 is without bound */
  constructor(clock: Clock, perSecond: number) {
    this.#clock = clock;
    this.#perSecond = perSecond;
    this.#turned = clock.now();
  }

  /** One more comes. @returns whether it may */
  take(network: string): boolean {
    if (this.#perSecond === 0) return true;
    const now = this.#clock.now();
    this.#turn(now);
    const bucket = this.#bucketOf(network, now);
    if (bucket === undefined) return true;
    const most = this.#perSecond * BURST;
    bucket.left = Math.min(most, bucket.left + ((now - bucket.at) / 1000) * this.#perSecond);
    bucket.at = now;
    if (bucket.left < 1) return false;
    bucket.left--;
    return true;
  }

  /** In the time between two turns any bucket fills up. */
  #turn(now: number): void {
    if (now - this.#turned < BURST * 1000) return;
    this.#before = now - this.#turned < 2 * BURST * 1000 ? this.#recent : new Map<string, Bucket>();
    this.#recent = new Map();
    this.#turned = now;
  }

  #bucketOf(network: string, now: number): Bucket | undefined {
    const recent = this.#recent.get(network);
    if (recent !== undefined) return recent;
    const known = this.#before.get(network);
    if (known === undefined && this.#recent.size >= COUNTED) return undefined;
    const bucket = known ?? { left: this.#perSecond * BURST, at: now };
    this.#before.delete(network);
    this.#recent.set(network, bucket);
    return bucket;
  }
}
