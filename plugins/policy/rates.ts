import type { Clock } from '../../plugin-sdk/index.js';

/** So many commands in so many seconds; as many at once after a pause. */
export interface Rate {
  readonly commands: number;
  readonly seconds: number;
}

interface Bucket {
  /** At `since`. */
  readonly tokens: number;
  readonly since: number;
  readonly rate: Rate;
}

const FEW = 1_024;

/** Token buckets, one for each key. A full one is as good as none and is forgotten. */
export class Rates {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #buckets = new Map<string, Bucket>();
  #tidyAt = FEW;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#buckets.size;
  }

  /** Takes one token. @returns 0 when there was one, else the seconds until there is */
  take(key: string, rate: Rate): number {
    const tokens = this.#tokens(this.#buckets.get(key), rate);
    if (tokens < 1) return ((1 - tokens) * rate.seconds) / rate.commands;
    this.#buckets.set(key, { tokens: tokens - 1, since: this.#clock.now(), rate });
    if (this.#buckets.size > this.#tidyAt) this.#tidy();
    return 0;
  }

  #tokens(bucket: Bucket | undefined, { commands, seconds }: Rate): number {
    if (bucket === undefined) return commands;
    const passed = (this.#clock.now() - bucket.since) / 1_000;
    // Rounding must not make a wait longer than was told.
    return Math.min(commands, bucket.tokens + (passed * commands) / seconds + 1e-9);
  }

  #tidy(): void {
    for (const [key, bucket] of this.#buckets) {
      if (this.#tokens(bucket, bucket.rate) >= bucket.rate.commands) this.#buckets.delete(key);
    }
    this.#tidyAt = Math.max(FEW, 2 * this.#buckets.size);
  }
}
