import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameReader } from '../../../plugins/mux/wire/frame-reader.js';
import { frame } from './support/strict-mux.js';

/** What a reader makes of pieces: the payload of each message, and all octets of each channel. */
function read(pieces: readonly Uint8Array[]): { messages: string[]; channels: Map<number, string> } {
  const messages: string[] = [];
  const channels = new Map<number, string>();
  const reader = new FrameReader();
  const taker = {
    takesMore: true,
    piece: (channel: number, bytes: Buffer) =>
      void channels.set(channel, (channels.get(channel) ?? '') + bytes.toString('hex')),
    message: (payload: Buffer) => void messages.push(payload.toString('hex')),
  };
  for (const piece of pieces) reader.push(Buffer.from(piece), taker);
  return { messages, channels };
}

const frames = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.uint8Array({ maxLength: 60 })), { maxLength: 12 });

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
}

test('wherever frames are cut, the same comes of them', () => {
  fc.assert(
    fc.property(frames, fc.array(fc.nat(), { maxLength: 30 }), (sent, cuts) => {
      const bytes = Buffer.concat(sent.map(([channel, payload]) => frame(channel, Buffer.from(payload))));
      const messages = sent.filter(([channel]) => channel === 0).map(([, payload]) => payload);
      const seen = read(cutAt(bytes, cuts));
      // Of a long message only the beginning is kept: none that a client may send is as long.
      expect(seen.messages).toEqual(messages.map((payload) => Buffer.from(payload.subarray(0, 32)).toString('hex')));
      for (const channel of [1, 2, 3]) {
        const own = sent.filter(([number]) => number === channel).map(([, payload]) => Buffer.from(payload));
        expect(seen.channels.get(channel) ?? '').toBe(Buffer.concat(own).toString('hex'));
      }
    }),
  );
});

test('it takes whatever comes', () => {
  fc.assert(fc.property(fc.array(fc.uint8Array({ maxLength: 200 })), (pieces) => void read(pieces)));
});
