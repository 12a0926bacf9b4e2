import { HEADER } from './messages.js';

/** Octets of a payload on channel 0 that are kept: no message that a client sends has as many. */
const LONGEST_CONTROL = 32;

/** Who takes what a client sends. */
export interface FrameTaker {
  /** False when it has enough for this turn. */
  readonly takesMore: boolean;
  /** A piece of what was sent on a channel, a view into what was read. */
  piece(channel: number, bytes: Buffer): void;
  /** A whole payload of channel 0, or the first octets of a long one. */
  message(payload: Buffer): void;
}

/** Takes the frames of a client apart, wherever they are cut [MUX-14]. What it keeps is a header, or a message to channel 0. */
export class FrameReader {
  readonly #header = Buffer.alloc(HEADER);
  #headerLength = 0;
  #channel = 0;
  /** Octets of the payload under way that are still to come. */
  #left = 0;
  readonly #control = Buffer.alloc(LONGEST_CONTROL);
  #controlLength = 0;

  /** @returns how many octets were taken: all, unless the taker has enough */
  push(chunk: Buffer, taker: FrameTaker): number {
    let at = 0;
    while (at < chunk.length && taker.takesMore) {
      if (this.#headerLength < HEADER) {
        at += this.#takeHeader(chunk, at);
        // A payload may be empty; then nothing more has to come.
        if (this.#headerLength === HEADER && this.#left === 0) this.#end(taker);
        continue;
      }
      const end = Math.min(chunk.length, at + this.#left);
      this.#left -= end - at;
      if (this.#channel === 0) this.#keep(chunk, at, end);
      else taker.piece(this.#channel, chunk.subarray(at, end));
      at = end;
      if (this.#left === 0) this.#end(taker);
    }
    return at;
  }

  #takeHeader(chunk: Buffer, at: number): number {
    const count = chunk.copy(this.#header, this.#headerLength, at, at + HEADER - this.#headerLength);
    this.#headerLength += count;
    if (this.#headerLength === HEADER) {
      this.#channel = this.#header.readUInt32BE(0);
      this.#left = this.#header.readUInt32BE(4);
      this.#controlLength = 0;
    }
    return count;
  }

  #keep(chunk: Buffer, start: number, end: number): void {
    this.#controlLength += chunk.copy(this.#control, this.#controlLength, start, end);
  }

  #end(taker: FrameTaker): void {
    this.#headerLength = 0;
    if (this.#channel === 0) taker.message(this.#control.subarray(0, this.#controlLength));
  }
}
