import { brokenMux } from '../errors.js';

/** Channel and length. */
const HEADER = 8;
/** Octets of one control message. What is said of an instance is far shorter. */
export const CONTROL_LIMIT = 16_777_216;

const NOTHING = Buffer.alloc(0);

/** Takes what a {@link FrameReader} finds, in order. The octets are a view, valid during the call. */
export interface FrameSink {
  /** A whole message on channel 0. */
  control(payload: Buffer): void;
  /** A piece of what came on another channel. */
  data(channel: number, piece: Buffer): void;
}

/** Reads frames out of a stream, wherever it is cut. Data is passed on as it comes; only control messages are put together. */
export class FrameReader {
  /** The beginning of a header. */
  #kept = NOTHING;
  #channel = 0;
  /** Octets of the frame that are still to come; undefined before its header is whole. */
  #left: number | undefined;
  /** The beginning of a control message. */
  #pieces: Buffer[] = [];

  /** @throws ClientError SCR_MUX_BROKEN */
  push(chunk: Buffer, sink: FrameSink): void {
    let rest = chunk;
    while (rest.length > 0) rest = this.#left === undefined ? this.#header(rest, sink) : this.#payload(rest, sink);
  }

  #header(bytes: Buffer, sink: FrameSink): Buffer {
    const taken = HEADER - this.#kept.length;
    const head = this.#with(bytes.subarray(0, taken));
    if (head.length < HEADER) {
      this.#kept = Buffer.from(head);
      return NOTHING;
    }
    this.#kept = NOTHING;
    this.#channel = head.readUInt32BE(0);
    this.#left = head.readUInt32BE(4);
    if (this.#channel === 0 && this.#left > CONTROL_LIMIT) {
      throw brokenMux(`a message of ${this.#left} octets`);
    }
    if (this.#left === 0) this.#whole(NOTHING, sink);
    return bytes.subarray(taken);
  }

  #payload(bytes: Buffer, sink: FrameSink): Buffer {
    const left = this.#left ?? 0;
    const piece = bytes.subarray(0, left);
    const missing = left - piece.length;
    this.#left = missing;
    if (this.#channel !== 0) sink.data(this.#channel, piece);
    if (missing === 0) this.#whole(piece, sink);
    else if (this.#channel === 0) this.#pieces.push(Buffer.from(piece));
    return bytes.subarray(piece.length);
  }

  #whole(last: Buffer, sink: FrameSink): void {
    this.#left = undefined;
    if (this.#channel !== 0) return;
    const message = this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last]);
    this.#pieces = [];
    sink.control(message);
  }

  #with(bytes: Buffer): Buffer {
    return this.#kept.length === 0 ? bytes : Buffer.concat([this.#kept, bytes]);
  }
}

/** What a client sends on a channel. */
export function dataFrame(channel: number, text: string): Buffer {
  return frame(channel, Buffer.from(text, 'latin1'));
}

/** A message on channel 0: a type, then 32-bit numbers. */
export function controlFrame(type: number, ...numbers: readonly number[]): Buffer {
  const payload = Buffer.alloc(2 + 4 * numbers.length);
  payload.writeUInt16BE(type, 0);
  for (const [index, number] of numbers.entries()) payload.writeUInt32BE(number, 2 + 4 * index);
  return frame(0, payload);
}

function frame(channel: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(HEADER);
  head.writeUInt32BE(channel, 0);
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
}
