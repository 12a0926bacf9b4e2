import { HEADER } from './frames.js';
import type { LoadInstance } from './instance.js';

/**
 * Streams messages from an instance, as many as the window allows, to its channels in turn. The frames live in a ring with a
 * slot for each message of the window: a slot is used again only after its ACK, so nothing is ever copied.
 */
export class Stream {
  /** The channels that messages go to. */
  readonly channels: number[] = [];
  readonly #instance: LoadInstance;
  readonly #size: number;
  readonly #window: number;
  readonly #stride: number;
  readonly #ring: Buffer;
  #slot = 0;
  #turn = 0;

  constructor(instance: LoadInstance, size: number, window: number) {
    this.#instance = instance;
    this.#size = size;
    this.#window = window;
    this.#stride = HEADER + size;
    this.#ring = Buffer.alloc(window * this.#stride, 'x');
  }

  /** Sends what may be sent now. */
  pump(): void {
    if (this.channels.length === 0) return;
    let left = this.#window - this.#instance.inFlight;
    while (left > 0) left -= this.#run(left);
  }

  /** Sends at most up to the end of the ring, in one write. */
  #run(wanted: number): number {
    const from = this.#slot;
    const count = Math.min(wanted, this.#window - from);
    // What was said before carries lower numbers.
    this.#instance.flush();
    for (let index = from; index < from + count; index++) {
      const channel = this.channels[this.#turn++ % this.channels.length] ?? 0;
      this.#instance.stamp(this.#ring, index * this.#stride, channel, this.#size);
    }
    this.#instance.write(this.#ring.subarray(from * this.#stride, (from + count) * this.#stride));
    this.#slot = (from + count) % this.#window;
    return count;
  }

  /** Sends no more on a channel. */
  leave(channel: number): void {
    const index = this.channels.indexOf(channel);
    if (index >= 0) this.channels.splice(index, 1);
  }
}
