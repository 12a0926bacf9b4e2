import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CONTROL_LIMIT, FrameReader } from '../../../client/mux/frames.js';
import { messages } from '../support/strict-mux.js';

/** What a reader finds; data of one channel in one piece, however it came. */
function read(pieces: readonly Buffer[]): [number, string][] {
  const reader = new FrameReader();
  const found: [channel: number, text: string][] = [];
  const data = (channel: number, piece: Buffer): void => {
    const last = found.at(-1);
    if (last?.[0] === channel) last[1] += piece.toString('latin1');
    else if (piece.length > 0) found.push([channel, piece.toString('latin1')]);
  };
  const control = (payload: Buffer): void => void found.push([0, payload.toString('hex')]);
  for (const piece of pieces) {
    const own = Buffer.from(piece);
    reader.push(own, { control, data });
    own.fill(0xff); // what is read into is used again
  }
  return found;
}

const stream = Buffer.concat([
  messages.update(7, [[1, 'name']]),
  messages.go(),
  messages.data(3, 'MORE\n'),
  messages.data(9, ''),
  messages.data(4_294_967_295, 'x'.repeat(300)),
  messages.close(3),
]);
const meant = [
  [0, '0000000000070001' + Buffer.from('name\0').toString('hex')],
  [0, '0002'],
  [3, 'MORE\n'],
  [4_294_967_295, 'x'.repeat(300)],
  [0, '000400000003'],
];

test('frames are found wherever the stream is cut', () => {
  for (let at = 0; at <= stream.length; at++)
    expect(read([stream.subarray(0, at), stream.subarray(at)])).toEqual(meant);
  fc.assert(
    fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
      const ends = [...cuts, stream.length].sort((one, other) => one - other);
      expect(read(ends.map((end, index) => stream.subarray(ends[index - 1] ?? 0, end)))).toEqual(meant);
    }),
  );
});

describe('lengths', () => {
  const head = (length: number, channel = 0): Buffer => {
    const octets = Buffer.alloc(8);
    octets.writeUInt32BE(channel, 0);
    octets.writeUInt32BE(length, 4);
    return octets;
  };

  test('a message that is too long is refused before it comes', () => {
    expect(() => read([head(CONTROL_LIMIT + 1)])).toThrow(
      expect.objectContaining({
        code: 'SCR_MUX_BROKEN',
        message: expect.stringContaining('a message of 16777217 octets') as unknown,
      }),
    );
    expect(read([head(CONTROL_LIMIT)])).toEqual([]);
  });

  test('data may be of any length: it is passed on as it comes', () => {
    expect(read([head(0xffffffff, 1), Buffer.from('abc')])).toEqual([[1, 'abc']]);
  });

  test('an empty message is one', () => {
    expect(read([head(0)])).toEqual([[0, '']]);
  });
});
