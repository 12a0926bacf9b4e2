import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Answer, AnswerReader } from '../../../client/channel/answers.js';
import { dataMessage, result } from '../support/warts.js';

function read(...pieces: readonly Buffer[]): Answer[] {
  const reader = new AnswerReader();
  const found: Answer[] = [];
  for (const piece of pieces) {
    const own = Buffer.from(piece);
    reader.push(own, (answer) => void found.push(answer));
    own.fill(0); // what is read into is used again
  }
  return found;
}

const warts = result('found');
const said = [
  'MORE\n',
  'OK id-1\n',
  'OK\n',
  'OK halted 7\n',
  'ERR command not accepted: no such thing\n',
  'ERR\n',
  dataMessage(warts),
  dataMessage(warts, ' id-1 inprog'),
  dataMessage(warts, ' id-1'),
].join('');
const meant: Answer[] = [
  { type: 'more' },
  { type: 'ok', id: 1, halted: undefined },
  { type: 'ok', id: undefined, halted: undefined },
  { type: 'ok', id: undefined, halted: 7 },
  { type: 'err', text: 'command not accepted: no such thing' },
  { type: 'err', text: '' },
  { type: 'data', id: undefined, inProgress: false, warts },
  { type: 'data', id: 1, inProgress: true, warts },
  { type: 'data', id: 1, inProgress: false, warts },
];

test('every answer is understood', () => {
  expect(read(Buffer.from(said))).toEqual(meant);
});

test('wherever the stream is cut', () => {
  const octets = Buffer.from(said);
  for (let at = 0; at <= octets.length; at++) expect(read(octets.subarray(0, at), octets.subarray(at))).toEqual(meant);
  expect(read(...[...octets].map((octet) => Buffer.from([octet])))).toEqual(meant);
});

test.each([
  '\n',
  'more\n',
  'MORE \n',
  'OK id-\n',
  'OK id-x\n',
  'OK  id-1\n',
  'OK id-12345678901\n',
  'OK halted\n',
  'ERRor\n',
  'DATA\n',
  'DATA 0\n',
  'DATA -1\n',
  'DATA x\n',
  'DATA 4 id-\n',
  'DATA 4 id-1 inpro\n',
  'DATA 33554433\n',
  'DATA 4\nabcd',
  'DATA 1\n`\n',
  'MORE\r\n',
  '\0',
  'ERR \x1b[2J\n',
  'ERR \xe9\n',
  'x'.repeat(1_025),
])('%j is refused', (text) => {
  expect(() => read(Buffer.from(text, 'latin1'))).toThrow(expect.objectContaining({ code: 'SCR_ANSWER_BROKEN' }));
});

test.each([
  ['MORE\0\n', 'a line that is no text'],
  ['ERR \x1f\n', 'a line that is no text'],
  ['ERR \x7f\n', 'a line that is no text'],
  ['x'.repeat(1_025), 'a line without an end'],
  ['z'.repeat(100) + '\n', JSON.stringify('z'.repeat(60))],
  ['DATA 33554433\n', '"DATA 33554433"'],
  ['DATA 1234567890\n', '"DATA 1234567890"'],
  ['OK id-\n', '"OK id-"'],
])('of %j it is told what is wrong', (text, why) => {
  expect(() => read(Buffer.from(text, 'latin1'))).toThrow(why);
});

test('the longest line, the largest number and the outermost characters are taken', () => {
  const longest = ` ~${'x'.repeat(1_018)}`;
  expect(read(Buffer.from(`ERR ${longest}\nOK id-4294967295\n`))).toEqual([
    { type: 'err', text: longest },
    { type: 'ok', id: 4_294_967_295, halted: undefined },
  ]);
});

test('it knows when it is in the middle of something', () => {
  const reader = new AnswerReader();
  const after = (text: string): boolean => {
    reader.push(Buffer.from(text), () => undefined);
    return reader.unfinished;
  };
  const [head, ...rest] = dataMessage(warts).split('\n');
  expect(reader.unfinished).toBe(false);
  expect(['MO', 'RE\n', `${head}\n`].map(after)).toEqual([true, false, true]);
  expect([rest.join('\n'), 'DATA 33554432\n'].map(after)).toEqual([false, true]);
});

test('a line without an end is refused before it fills the memory, whatever the pieces', () => {
  const reader = new AnswerReader();
  const push = (): void => reader.push(Buffer.alloc(100, 'x'), () => undefined);
  for (let count = 0; count < 10; count++) push();
  expect(push).toThrow(expect.objectContaining({ code: 'SCR_ANSWER_BROKEN' }));
});

test('of any octets: an answer, patience, or a refusal', () => {
  const word = fc.constantFrom('MORE', 'OK', 'ERR', 'DATA ', ' id-', '9', '`', '\n', ' ', 'inprog', 'halted');
  fc.assert(
    fc.property(fc.array(fc.oneof(word, fc.string())), (words) => {
      try {
        read(...words.map((text) => Buffer.from(text)));
      } catch (failure) {
        expect(failure).toMatchObject({ code: 'SCR_ANSWER_BROKEN' });
      }
    }),
  );
});
