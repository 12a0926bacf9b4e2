import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FrameDecoder, FrameLengthError, encodeFrame } from '../../../core/protocol/frame.js';
import { type PlainFrame, cutAt, frames, plain, stream } from '../support/frames.js';

const nothing = Buffer.alloc(0);
const u32 = fc.integer({ min: 0, max: 0xffffffff });
const payload = fc.oneof(
  { weight: 8, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 65_535 }).map((length) => new Uint8Array(length).fill(length)) },
);
const anyFrames = fc.array(fc.record({ sequence: u32, channel: u32, payload }), { maxLength: 12 });
/** Positions as parts of the whole, so that they fit any length. */
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 30 });

test('a frame has its numbers in network order and its length in front of the payload', () => {
  const bytes = encodeFrame(0x01020304, 0xfffefdfc, Buffer.from('hi'));
  expect(bytes.toString('hex')).toBe('01020304fffefdfc00026869');
});

test.each([0, 65_536])('a payload of %i octets cannot be encoded', (length) => {
  const encode = (): Buffer => encodeFrame(0, 1, new Uint8Array(length));
  expect(encode).toThrow(new RangeError(`a payload has 1 to 65535 octets, not ${length}`));
});

test('the longest and the shortest payload come back as they were', () => {
  const sent = [1, 65_535].map((length) => ({ sequence: length, channel: 7, payload: Buffer.alloc(length, 0xa5) }));
  expect(frames([stream(sent)]).map(plain)).toEqual(sent.map(plain));
});

test('frames decode the same however the stream is cut', () => {
  fc.assert(
    fc.property(anyFrames, cuts, (sent, at) => {
      expect(frames(cutAt(stream(sent), at)).map(plain)).toEqual(sent.map(plain));
    }),
  );
});

test('a sink that stops gets the rest later, whether or not more has come meanwhile', () => {
  const stops = fc.array(fc.boolean(), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(anyFrames, cuts, stops, stops, (sent, at, stopAfter, goOnAfter) => {
      const decoder = new FrameDecoder();
      const received: PlainFrame[] = [];
      const frame = (sequence: number, channel: number, buffer: Buffer, start: number, end: number): boolean => {
        received.push({ sequence, channel, payload: Buffer.from(buffer.subarray(start, end)) });
        return stopAfter[received.length % stopAfter.length] !== true;
      };
      for (const [index, chunk] of cutAt(stream(sent), at).entries()) {
        decoder.push(chunk, { frame });
        if (goOnAfter[index % goOnAfter.length] === true) decoder.push(nothing, { frame });
      }
      for (const _each of sent) decoder.push(nothing, { frame });
      expect(received.map(plain)).toEqual(sent.map(plain));
    }),
  );
});

test('one call hands on one frame while the sink keeps stopping', () => {
  const decoder = new FrameDecoder();
  const seen: number[] = [];
  const oneAtATime = { frame: (sequence: number) => seen.push(sequence) < 0 };
  const bytes = stream([1, 2, 3].map((sequence) => ({ sequence, channel: 1, payload: Buffer.from('x') })));
  decoder.push(bytes, oneAtATime);
  expect(seen).toEqual([1]);
  decoder.push(nothing, oneAtATime);
  expect(seen).toEqual([1, 2]);
});

test('whole frames are handed on in place', () => {
  const chunk = stream([
    { sequence: 0, channel: 1, payload: Buffer.from('one') },
    { sequence: 1, channel: 1, payload: Buffer.from('two') },
  ]);
  const buffers: Buffer[] = [];
  new FrameDecoder().push(chunk, { frame: (_sequence, _channel, buffer) => buffers.push(buffer) > 0 });
  expect(buffers.map((buffer) => buffer === chunk)).toEqual([true, true]);
});

test('a straddling frame does not pin the read that brought its beginning', () => {
  const bytes = stream([{ sequence: 5, channel: 1, payload: Buffer.from('straddles') }]);
  const head = Buffer.from(bytes.subarray(0, 12));
  const decoder = new FrameDecoder();
  decoder.push(head, { frame: () => true });
  head.fill(0xff); // the read buffer is somebody else's again
  const received: string[] = [];
  const frame = (sequence: number, channel: number, buffer: Buffer, start: number, end: number): boolean =>
    received.push(`${sequence} ${channel} ${buffer.toString('latin1', start, end)}`) > 0;
  decoder.push(bytes.subarray(12), { frame });
  expect(received).toEqual(['5 1 straddles']);
});

test('a length of 0 or above the limit ends the stream, after the frames before it', () => {
  const bad = fc.oneof(fc.constant(0), fc.integer({ min: 101, max: 65_535 }));
  const short = fc.record({ sequence: u32, channel: u32, payload: fc.uint8Array({ minLength: 1, maxLength: 100 }) });
  fc.assert(
    fc.property(fc.array(short, { maxLength: 5 }), bad, cuts, (good, length, at) => {
      const header = Buffer.alloc(10);
      header.writeUInt16BE(length, 8);
      const decoder = new FrameDecoder();
      decoder.maxPayload = 100;
      const received: PlainFrame[] = [];
      const push = (): void => {
        for (const chunk of cutAt(Buffer.concat([stream(good), header]), at)) {
          decoder.push(chunk, {
            frame: (sequence, channel, buffer, start, end) =>
              received.push({ sequence, channel, payload: Buffer.from(buffer.subarray(start, end)) }) > 0,
          });
        }
      };
      expect(push).toThrow(new FrameLengthError(length));
      expect(received.map(plain)).toEqual(good.map(plain));
    }),
  );
});

test('FrameLengthError tells the length', () => {
  const error = new FrameLengthError(70_000);
  expect(error).toMatchObject({
    name: 'FrameLengthError',
    length: 70_000,
    message: 'a frame of 70000 octets is not allowed here',
  });
});

test('a limit raised after the first frame holds for those that came right behind it', () => {
  const decoder = new FrameDecoder();
  decoder.maxPayload = 4;
  const lengths: number[] = [];
  const note = (more: boolean) => ({
    frame: (_sequence: number, _channel: number, _buffer: Buffer, start: number, end: number): boolean => {
      lengths.push(end - start);
      return more;
    },
  });
  const sent = [Buffer.alloc(4), Buffer.alloc(5_000)].map((bytes) => ({ sequence: 0, channel: 0, payload: bytes }));
  decoder.push(stream(sent), note(false));
  decoder.maxPayload = 65_535;
  decoder.push(nothing, note(true));
  expect(lengths).toEqual([4, 5_000]);
});
