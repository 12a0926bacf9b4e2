import type { Figures } from '../plan.js';

/** Collects times and tells percentiles, in microseconds. */
export class Latency {
  #times = new Float64Array(65_536);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** @param milliseconds as performance.now() counts them */
  add(milliseconds: number): void {
    if (this.#count === this.#times.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#times);
      this.#times = larger;
    }
    this.#times[this.#count++] = milliseconds * 1000;
  }

  clear(): void {
    this.#count = 0;
  }

  percentiles(): Figures {
    const sorted = this.#times.subarray(0, this.#count).sort();
    const at = (share: number): number => sorted[Math.min(this.#count - 1, Math.floor(this.#count * share))] ?? NaN;
    return { p50: at(0.5), p99: at(0.99), p999: at(0.999) };
  }
}
