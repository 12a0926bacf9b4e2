/** Frames of the controller ⇄ scamper connection: u32 sequence, u32 channel, u16 length, payload; big-endian. */

/** Octets before the payload. */
export const FRAME_HEADER = 10;
/** The longest payload that the length field can tell, in octets; the shortest is 1. */
export const MAX_PAYLOAD = 65_535;

/** Receives each whole frame. The payload is `buffer[start, end)`; it is not copied. */
export interface FrameSink {
  /** @returns false to stop decoding after this frame; what follows is kept for the next push. */
  frame(sequence: number, channel: number, buffer: Buffer, start: number, end: number): boolean;
}

/** Writes a frame's header at `at`. */
export function writeFrameHeader(target: Buffer, at: number, sequence: number, channel: number, length: number): void {
  target.writeUInt32BE(sequence, at);
  target.writeUInt32BE(channel, at + 4);
  target.writeUInt16BE(length, at + 8);
}

/** One whole frame in a buffer of its own. @throws RangeError when the payload has not 1 to 65,535 octets. */
export function encodeFrame(sequence: number, channel: number, payload: Uint8Array): Buffer {
  if (payload.length < 1 || payload.length > MAX_PAYLOAD) {
    throw new RangeError(`a payload has 1 to ${MAX_PAYLOAD} octets, not ${payload.length}`);
  }
  const frame = Buffer.allocUnsafe(FRAME_HEADER + payload.length);
  writeFrameHeader(frame, 0, sequence, channel, payload.length);
  frame.set(payload, FRAME_HEADER);
  return frame;
}

/** Thrown by {@link FrameDecoder.push} when a length is 0 or above the limit: the stream is beyond repair. */
export class FrameLengthError extends Error {
  override readonly name = 'FrameLengthError';
  constructor(readonly length: number) {
    super(`a frame of ${length} octets is not allowed here`);
  }
}

const NOTHING: Buffer = Buffer.alloc(0);

/**
 * Cuts a byte stream into frames, however the reads fall. Whole frames are handed on in place, chunks are not kept;
 * only a frame that straddles two reads is put together in a buffer of its own.
 */
export class FrameDecoder {
  /** The longest payload accepted; lower before the peer is known, so that it cannot make us reserve memory. */
  maxPayload = MAX_PAYLOAD;
  #partial = NOTHING;
  #have = 0;
  #rest = NOTHING;

  /** Decodes what is there, behind what an earlier push left when its sink stopped it. @throws FrameLengthError */
  push(chunk: Buffer, sink: FrameSink): void {
    let bytes = chunk;
    if (this.#rest.length > 0) {
      bytes = Buffer.concat([this.#rest, chunk]);
      this.#rest = NOTHING;
    }
    const at = this.#have === 0 ? 0 : this.#complete(bytes, sink);
    if (at >= 0) this.#inPlace(bytes, at, sink);
  }

  /** Finishes the straddling frame. @returns where the next frame begins in `bytes`, -1 when there is nothing more to do. */
  #complete(bytes: Buffer, sink: FrameSink): number {
    let at = 0;
    if (this.#have < FRAME_HEADER) {
      at = this.#take(bytes, 0, FRAME_HEADER);
      if (this.#have < FRAME_HEADER) return -1;
      this.#reserve(this.#partial, 0);
    }
    const total = this.#partial.length;
    at += this.#take(bytes, at, total);
    if (this.#have < total) return -1;
    const frame = this.#partial;
    this.#partial = NOTHING;
    this.#have = 0;
    const more = sink.frame(frame.readUInt32BE(0), frame.readUInt32BE(4), frame, FRAME_HEADER, total);
    if (more) return at;
    this.#rest = Buffer.from(bytes.subarray(at));
    return -1;
  }

  #inPlace(bytes: Buffer, from: number, sink: FrameSink): void {
    const limit = bytes.length;
    let at = from;
    while (limit - at >= FRAME_HEADER) {
      const start = at + FRAME_HEADER;
      const end = start + this.#lengthAt(bytes, at);
      if (end > limit) break;
      const more = sink.frame(bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4), bytes, start, end);
      at = end;
      if (!more) {
        this.#rest = Buffer.from(bytes.subarray(at));
        return;
      }
    }
    if (at < limit) this.#keep(bytes, at);
  }

  #lengthAt(bytes: Buffer, at: number): number {
    const length = ((bytes[at + 8] ?? 0) << 8) | (bytes[at + 9] ?? 0);
    if (length === 0 || length > this.maxPayload) throw new FrameLengthError(length);
    return length;
  }

  /** Copies the beginning of a frame whose end has not come. */
  #keep(bytes: Buffer, at: number): void {
    if (bytes.length - at >= FRAME_HEADER) this.#reserve(bytes, at);
    else this.#partial = Buffer.allocUnsafeSlow(FRAME_HEADER);
    this.#have = bytes.copy(this.#partial, 0, at);
  }

  /** Makes room for the whole frame whose header stands at `at`. */
  #reserve(bytes: Buffer, at: number): void {
    const whole = Buffer.allocUnsafeSlow(FRAME_HEADER + this.#lengthAt(bytes, at));
    bytes.copy(whole, 0, at, at + FRAME_HEADER);
    this.#partial = whole;
  }

  #take(bytes: Buffer, at: number, upTo: number): number {
    const count = bytes.copy(this.#partial, this.#have, at, at + upTo - this.#have);
    this.#have += count;
    return count;
  }
}
