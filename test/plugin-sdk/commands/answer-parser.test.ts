import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Answer, AnswerParser } from '../../../plugin-sdk/index.js';
import { cutAnyhow, pushEach } from './support/cuts.js';

/** What scamper 20211212 said to real clients, byte for byte. */
const dialogue = (name: string) => readFileSync(new URL(`dialogues/${name}.txt`, import.meta.url));

interface Seen {
  readonly answer: Answer;
  /** Counted from the first byte of all. */
  readonly end: number;
}

function answersIn(reads: readonly Buffer[]): Seen[] {
  const parser = new AnswerParser();
  const seen: Seen[] = [];
  let before = 0;
  pushEach(reads, (chunk) => {
    parser.push(chunk, { message: (answer, end) => void seen.push({ answer, end: before + end }) });
    before += chunk.length;
  });
  return seen;
}

const only = (text: string) => answersIn([Buffer.from(text, 'latin1')]).map(({ answer }) => answer);

const ok = (id?: number, halted?: number): Answer => ({ type: 'ok', id, halted });
const err = (text: string): Answer => ({ type: 'err', text });
const data = (length: number, id?: number, inProgress = false): Answer => ({ type: 'data', length, id, inProgress });
const more: Answer = { type: 'more' };
const other: Answer = { type: 'other' };

describe('what the real scamper says', () => {
  test('to pipelined commands, good and bad', () => {
    expect(answersIn([dialogue('pipelined')]).map(({ answer }) => answer)).toEqual([
      more,
      data(52),
      data(44),
      ok(1),
      ok(2),
      ok(3),
      err('command not accepted'),
      err('command not accepted'),
      ok(),
      data(136),
      data(136),
      data(148),
      data(28),
    ]);
  });

  test('to halt', () => {
    const answers = answersIn([dialogue('halted')]).map(({ answer }) => answer);
    expect(answers.filter(({ type }) => type !== 'data')).toEqual([
      more,
      ok(1),
      ok(2),
      more,
      ok(undefined, 2),
      err('no task id-99'),
      err('usage: halt [id]'),
      ok(3),
      more,
      ok(),
    ]);
  });

  test.each(['pipelined', 'halted', 'large'])('is read the same however it is cut: %s', (name) => {
    const bytes = dialogue(name);
    const whole = answersIn([bytes]);
    expect(whole.at(-1)?.end).toBe(bytes.length);
    fc.assert(
      fc.property(cutAnyhow(bytes), (reads) => {
        expect(answersIn(reads)).toEqual(whole);
      }),
    );
    expect(answersIn([...bytes].map((byte) => Buffer.from([byte])))).toEqual(whole);
  });
});

test('newer scampers say which task a result belongs to', () => {
  expect(only('DATA 3 id-7 inprog\nab\nDATA 3 id-7\ncd\n')).toEqual([data(3, 7, true), data(3, 7)]);
});

test('the body of a result is not looked at', () => {
  expect(only('DATA 14\nERR x\nOK id-1\nMORE\n')).toEqual([data(14), more]);
});

test('a result without body is whole at once', () => {
  expect(only('DATA 0\nMORE\n')).toEqual([data(0), more]);
});

test('what is no answer is passed over', () => {
  const lines = [
    '',
    'HELLO',
    'OKAY',
    'ERROR',
    'DATA',
    'DATA x',
    'DATA -1',
    'DATA 1 id-x',
    'MORE ',
    'DATA 9999999999999999',
    `ERR ${'x'.repeat(600)}`,
  ];
  expect(only(`${lines.join('\n')}\nMORE\n`)).toEqual([...lines.map(() => other), more]);
});

test('lines without end take no memory, and what follows is read', () => {
  const parser = new AnswerParser();
  const seen: Answer[] = [];
  const sink = { message: (answer: Answer) => void seen.push(answer) };
  const flood = Buffer.alloc(65_536, 'E');
  for (let read = 0; read < 200; read++) parser.push(flood, sink);
  expect(parser.atBoundary).toBe(false);
  parser.push(Buffer.from('\nMORE\n'), sink);
  expect(seen).toEqual([other, more]);
});

test('it tells whether a message is going on', () => {
  const parser = new AnswerParser();
  const sink = { message: () => undefined };
  const states = ['', 'MO', 'RE', '\n', 'x', '\n', 'DATA 4\n', 'abc', '\n', 'ERR a\nOK', '\n'].map((text) => {
    parser.push(Buffer.from(text), sink);
    return parser.atBoundary;
  });
  expect(states).toEqual([true, false, false, true, false, true, false, false, true, false, true]);
});

test('garbage of any kind is survived', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 20 }), (reads) => {
      expect(() => answersIn(reads.map((read) => Buffer.from(read)))).not.toThrow();
    }),
  );
});
