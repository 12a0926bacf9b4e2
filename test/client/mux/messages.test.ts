import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closeFrame, helloFrame, openFrame, readMessage } from '../../../client/mux/messages.js';
import { messages } from '../support/strict-mux.js';

const payload = (frame: Buffer): Buffer => frame.subarray(8);
const said = [
  [1, 'Zürich'],
  [10, 'wifi'],
  [0x7777, 'of a newer controller'],
] as const;

test.each([
  [messages.update(9, said), { type: 'update', instance: 9, attributes: said }],
  [messages.update(4_294_967_295, []), { type: 'update', instance: 4_294_967_295, attributes: [] }],
  [messages.away(9, said), { type: 'away', instance: 9, attributes: said }],
  [messages.depart(9), { type: 'depart', instance: 9 }],
  [messages.back(9), { type: 'back', instance: 9 }],
  [messages.go(), { type: 'go' }],
  [messages.close(9), { type: 'close', channel: 9 }],
  [messages.reason(9, 'SCR_X: words'), { type: 'reason', channel: 9, text: 'SCR_X: words' }],
])('message %#', (frame, meant) => {
  expect(readMessage(payload(frame))).toEqual(meant);
});

test.each([5, 6, 3, 0x1234, 0x8003, 0xffff])('type %i is passed over', (type) => {
  expect(readMessage(Buffer.from([type >> 8, type & 255, 1, 2, 3]))).toEqual({ type: 'unknown' });
});

test.each([
  ['update', messages.update(9, [[1, 'name']])],
  ['away', messages.away(9, [[1, 'name']])],
  ['depart', messages.depart(9)],
  ['back', messages.back(9)],
  ['close', messages.close(9)],
])('%s, cut at each octet, is refused where something is missing', (_name, frame) => {
  const whole = payload(frame);
  for (let length = 0; length < whole.length; length++) {
    const cut = whole.subarray(0, length);
    if (length === 6)
      expect(readMessage(cut)).toMatchObject({ attributes: [] }); // nothing is said of it
    else {
      const what =
        length < 2 ? 'a message without a type' : length < 6 ? 'a message is cut off' : 'an attribute is cut off';
      const message = expect.stringContaining(what) as unknown;
      expect(() => readMessage(cut)).toThrow(expect.objectContaining({ code: 'SCR_MUX_BROKEN', message }));
    }
  }
});

test('a text that is not UTF-8 is refused', () => {
  const frame = Buffer.from('000000000001' + '0001' + 'c328' + '00', 'hex');
  expect(() => readMessage(frame)).toThrow('a text is not UTF-8');
});

test('a reason may do without its NUL, and be empty', () => {
  expect(readMessage(Buffer.from('800200000001', 'hex'))).toMatchObject({ text: '' });
  expect(readMessage(Buffer.from('80020000000141', 'hex'))).toMatchObject({ text: 'A' });
});

test('of any octets: a message or a refusal', () => {
  const type = fc.constantFrom(0, 1, 2, 3, 4, 0x8000, 0x8001, 0x8002, 77);
  fc.assert(
    fc.property(type, fc.uint8Array({ maxLength: 40 }), (kind, body) => {
      try {
        readMessage(Buffer.from([kind >> 8, kind & 255, ...body]));
      } catch (failure) {
        expect(failure).toMatchObject({ code: 'SCR_MUX_BROKEN' });
      }
    }),
  );
});

test('what a client says', () => {
  expect(openFrame(258, 772).toString('hex')).toBe('00000000' + '0000000a' + '0003' + '00000102' + '00000304');
  expect(closeFrame(772).toString('hex')).toBe('00000000' + '00000006' + '0004' + '00000304');
  expect(helloFrame().toString('hex')).toBe('00000000' + '00000002' + '8003');
});
