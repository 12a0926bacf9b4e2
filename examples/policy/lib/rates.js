// @ts-check

/** @import { Clock } from 'sc-remoted/plugin-sdk' */

/**
 * So many commands in so many seconds; as many at once after a pause.
 * @typedef {object} Rate
 * @property {number} commands
 * @property {number} seconds
 */

/**
 * @typedef {object} Bucket
 * @property {number} tokens at `since`
 * @property {number} since
 * @property {Rate} rate
 */

const FEW = 1_024;

/** Token buckets, one for each key. A full one is as good as none and is forgotten. */
export class Rates {
  #clock;
  /** @type {Map<string, Bucket>} */
  #buckets = new Map();
  #tidyAt = FEW;

  /** @param {Clock} clock */
  constructor(clock) {
    this.#clock = clock;
  }

  get size() {
    return this.#buckets.size;
  }

  /**
   * Takes one token.
   * @param {string} key
   * @param {Rate} rate
   * @returns {number} 0 when there was one, else the seconds until there is
   */
  take(key, rate) {
    const tokens = this.#tokens(this.#buckets.get(key), rate);
    if (tokens < 1) return ((1 - tokens) * rate.seconds) / rate.commands;
    this.#buckets.set(key, { tokens: tokens - 1, since: this.#clock.now(), rate });
    if (this.#buckets.size > this.#tidyAt) this.#tidy();
    return 0;
  }

  /**
   * @param {Bucket | undefined} bucket
   * @param {Rate} rate
   */
  #tokens(bucket, { commands, seconds }) {
    if (bucket === undefined) return commands;
    const passed = (this.#clock.now() - bucket.since) / 1_000;
    // Rounding must not make a wait longer than was told.
    return Math.min(commands, bucket.tokens + (passed * commands) / seconds + 1e-9);
  }

  #tidy() {
    for (const [key, bucket] of this.#buckets) {
      if (this.#tokens(bucket, bucket.rate) >= bucket.rate.commands) this.#buckets.delete(key);
    }
    this.#tidyAt = Math.max(FEW, 2 * this.#buckets.size);
  }
}
