import fc from 'fast-check';
import { expect, test } from 'vitest';
import { uudecode } from '../../../client/channel/uudecode.js';
import { uuencode } from '../support/warts.js';

const decode = (text: string): string => uudecode(Buffer.from(text, 'latin1')).toString('latin1');

test('what was encoded comes back, whichever digit stands for zero', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom('`', ' '), (octets, zero) => {
      expect([...uudecode(Buffer.from(uuencode(octets, zero)))]).toEqual([...octets]);
    }),
  );
});

test('a known text', () => {
  expect(decode('#0V%T\n`\n')).toBe('Cat');
});

test.each([
  ['', 'no line at all'],
  ['#0V%T\n', 'no last line'],
  ['`', 'no newline'],
  ['#0V%T', 'a line that is cut off'],
  ['#0V%\n`\n', 'a line that is too short'],
  ['#0V%T`\n`\n', 'a line that is too long'],
  ['`\n`\n', 'something behind the last line'],
  ['#0V%T\n`\nx', 'rubbish behind the last line'],
  ['#0v%T\n`\n', 'a digit that is none'],
  ['#0V\nT\n`\n', 'a newline within'],
  ['a0V%T\n`\n', 'a length that is none'],
  ['\x1f\n', 'a length below all digits'],
])('%j is refused: %s', (text) => {
  expect(() => decode(text)).toThrow(expect.objectContaining({ code: 'SCR_ANSWER_BROKEN' }));
});

test('anything else is refused, never misread', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (octets) => {
      try {
        uudecode(Buffer.from(octets));
      } catch (failure) {
        expect(failure).toMatchObject({ code: 'SCR_ANSWER_BROKEN' });
      }
    }),
  );
});

test.each(Array.from({ length: uuencode(Buffer.alloc(60)).length }, (_, index) => index))(
  'cut after %i octets it is refused',
  (length) => {
    expect(() => uudecode(Buffer.from(uuencode(Buffer.alloc(60, 0xa5))).subarray(0, length))).toThrow();
  },
);
