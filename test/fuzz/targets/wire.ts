import { isDeepStrictEqual } from 'node:util';
import { ControlError, decodeHello, encodeKeepalive, encodeMasterId } from '../../../core/protocol/control.js';
import { FrameDecoder, FrameLengthError, encodeFrame } from '../../../core/protocol/frame.js';
import { closeFrame, openFrame } from '../../../client/mux/messages.js';
import { dataFrame } from '../../../client/mux/frames.js';
import { FrameReader } from '../../../plugins/mux/wire/frame-reader.js';
import { torn } from '../support/mutate.js';
import { type Seeds } from '../support/mutate.js';
import { allowing, each, holds } from '../support/target.js';

const hellos: Seeds = [
  encodeFrame(0, 0, Buffer.from('\x00\x088 octets\x00', 'latin1')),
  encodeFrame(0, 0, Buffer.from('\x00\x05magic\x04abc\x00', 'latin1')),
  encodeFrame(0, 0, Buffer.from('\x06\x05magic\0\0\0\x01\0\0\0\x02\0\0\0\x03', 'latin1')),
  Buffer.concat([encodeFrame(0, 1, Buffer.from('MORE\n')), encodeKeepalive(1), encodeMasterId('192.0.2.1:1')]),
];

/** What a decoder makes of some reads: frames, and where it gave up. */
function framesIn(pieces: readonly Buffer[]): string[] {
  const decoder = new FrameDecoder();
  decoder.maxPayload = 513;
  const found: string[] = [];
  const sink = {
    frame: (sequence: number, channel: number, buffer: Buffer, start: number, end: number): boolean =>
      found.push(`${sequence} ${channel} ${buffer.toString('latin1', start, end)}`) > 0,
  };
  const isWhole = allowing(
    (failure) => failure instanceof FrameLengthError,
    () => pieces.map((piece) => decoder.push(piece, sink)),
  );
  return isWhole === undefined ? [...found, 'broken'] : found;
}

/** Frames of scampers, however the reads fall. */
export const frames = each('frames', true, hellos, (bytes) => {
  holds(isDeepStrictEqual(framesIn([bytes]), framesIn(torn(bytes))), 'other reads, other frames');
});

/** The first message of a stranger. */
export const hello = each('hello', true, hellos, (bytes) => {
  const payload = bytes.subarray(10);
  const read = allowing(
    (failure) => failure instanceof ControlError,
    () => decodeHello(payload),
  );
  holds(read === undefined || (read.magic.length > 0 && read.magic.length < 256), 'a magic of no length');
});

/** What the reader of a mux makes of some reads; it takes a pause at every fifth message, as for its turn. */
function muxFramesIn(pieces: readonly Buffer[]): string {
  const reader = new FrameReader();
  let said = '';
  let last = 0;
  let left = 5;
  const taker = {
    get takesMore(): boolean {
      return left > 0;
    },
    piece(channel: number, octets: Buffer): void {
      if (channel !== last) said += `\n${channel}:`;
      last = channel;
      said += octets.toString('latin1');
    },
    message(payload: Buffer): void {
      left--;
      last = 0;
      said += `\n0:${payload.toString('latin1')}`;
    },
  };
  for (const piece of pieces) {
    for (let rest = piece; rest.length > 0; rest = rest.subarray(reader.push(rest, taker))) left = 5;
  }
  return said;
}

const muxSeeds: Seeds = [
  openFrame(1, 1),
  dataFrame(1, 'ping 192.0.2.1\n'),
  closeFrame(1),
  Buffer.concat([openFrame(1, 1), openFrame(2, 2), dataFrame(1, 'a'), dataFrame(2, ''), closeFrame(1), closeFrame(2)]),
];

/** Frames of the clients of a mux, however the reads fall. */
export const muxFrames = each('mux-frames', true, muxSeeds, (bytes) => {
  holds(muxFramesIn([bytes]) === muxFramesIn(torn(bytes)), 'other reads, other frames');
});
