import { FrameDecoder, encodeFrame } from '../../../core/protocol/frame.js';

/** A frame on its own, for comparing. */
export interface PlainFrame {
  readonly sequence: number;
  readonly channel: number;
  readonly payload: Uint8Array;
}

/** A frame as text: long payloads compare much faster so. */
export function plain({ sequence, channel, payload }: PlainFrame): string {
  return `${sequence} ${channel} ${Buffer.from(payload).toString('latin1')}`;
}

/** Frames as they follow each other on the wire. */
export function stream(sent: readonly PlainFrame[]): Buffer {
  return Buffer.concat(sent.map(({ sequence, channel, payload }) => encodeFrame(sequence, channel, payload)));
}

/** Cuts bytes at positions given as parts of the whole; pieces may be empty. */
export function cutAt(bytes: Buffer, parts: readonly number[]): Buffer[] {
  const positions = parts.map((part) => Math.floor(part * bytes.length)).sort((a, b) => a - b);
  return [...positions, bytes.length].map((end, index) => Buffer.from(bytes.subarray(positions[index - 1] ?? 0, end)));
}

/** Decodes chunks in their order. */
export function frames(chunks: readonly Buffer[]): PlainFrame[] {
  const decoder = new FrameDecoder();
  const received: PlainFrame[] = [];
  for (const chunk of chunks) {
    decoder.push(chunk, {
      frame: (sequence, channel, buffer, start, end) =>
        received.push({ sequence, channel, payload: Buffer.from(buffer.subarray(start, end)) }) > 0,
    });
  }
  return received;
}
