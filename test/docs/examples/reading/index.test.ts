import assert from 'node:assert/strict';
import { test } from 'vitest';
import { type Answer, AnswerParser, LineSplitter } from '../../../../plugin-sdk/index.js';

test('lines, however they were cut', () => {
  const lines: string[] = [];
  const sink = {
    line: (bytes: Buffer) => void lines.push(bytes.toString('latin1')),
    tooLong: (beginning: Buffer) => void lines.push(`too long: ${beginning.toString('latin1')}`),
  };
  const splitter = new LineSplitter(8);
  for (const piece of ['pi', 'ng\nhalt', ' 1\ntracelb 192.', '0.2.9\n']) splitter.push(Buffer.from(piece), sink);
  assert.deepEqual(lines, ['ping', 'halt 1', 'too long: tracelb ']);
});

test('answers, and where the next one begins', () => {
  const found: [Answer['type'], number][] = [];
  const parser = new AnswerParser();
  const bytes = Buffer.from('OK id-1\nDATA 4 id-1\nabc\nMO');
  parser.push(bytes, { message: ({ type }, end) => void found.push([type, end]) });
  assert.deepEqual(found, [
    ['ok', 8],
    ['data', 24],
  ]);
  assert.equal(parser.atBoundary, false); // MO is the beginning of something
});
