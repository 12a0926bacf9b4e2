import { Duplex } from 'node:stream';

/** The controller's end of a connection without a network: what it writes is heard at once, unless nobody takes it. */
export class Wire extends Duplex {
  /** False: what is written waits. */
  #takes = true;
  #waiting: (() => void) | undefined;
  readonly #hear: (bytes: Buffer) => void;

  constructor(hear: (bytes: Buffer) => void) {
    super({ allowHalfOpen: true });
    this.#hear = hear;
    this.on('error', () => undefined);
  }

  override _read(): void {
    // What comes is pushed.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.#hear(chunk);
    if (this.#takes) done();
    else this.#waiting = done;
  }

  /** The other end sends. */
  bring(bytes: Buffer): void {
    if (!this.destroyed && !this.readableEnded) this.push(bytes);
  }

  /** The other end stops to read, or reads on. */
  toggle(): void {
    this.#takes = !this.#takes;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (this.#takes) waiting?.();
    else this.#waiting = waiting;
  }
}
