import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LINE_LIMIT, LineSplitter } from '../../../plugin-sdk/index.js';
import { cutAnyhow, pushEach } from './support/cuts.js';

const LIMIT = 20;
/** What a test sees of a line over the limit: its beginning. */
const tooLong = (line: string): string => `<too long> ${line.slice(0, LIMIT)}`;

function collector() {
  const found: string[] = [];
  return {
    found,
    line: (bytes: Buffer) => void found.push(bytes.toString('latin1')),
    tooLong: (beginning: Buffer) => void found.push(`<too long> ${beginning.toString('latin1')}`),
  };
}

function linesIn(reads: readonly Buffer[], limit = LIMIT): string[] {
  const splitter = new LineSplitter(limit);
  const sink = collector();
  pushEach(reads, (chunk) => splitter.push(chunk, sink));
  return sink.found;
}

test('lines come without their newline, empty ones and carriage returns included; an unfinished one does not come', () => {
  expect(linesIn([Buffer.from('ping 192.0.2.1\n\nhalt 1\r\ndone')])).toEqual(['ping 192.0.2.1', '', 'halt 1\r']);
});

test('any way of cutting the bytes gives the same lines', () => {
  const text = fc.array(fc.oneof(fc.constantFrom('\n', '\r\n', 'ping', ' '), fc.string({ maxLength: 40 })), {
    maxLength: 40,
  });
  fc.assert(
    fc.property(
      text.map((parts) => Buffer.from(parts.join(''))).chain((bytes) => fc.tuple(fc.constant(bytes), cutAnyhow(bytes))),
      ([bytes, reads]) => {
        const whole = bytes.toString('latin1').split('\n');
        const rest = whole.pop() ?? '';
        const expected = whole.map((line) => (line.length > LIMIT ? tooLong(line) : line));
        if (rest.length > LIMIT) expected.push(tooLong(rest));
        expect(linesIn(reads)).toEqual(expected);
      },
    ),
  );
});

test('a line of exactly the limit passes, one octet more does not, and the next line is found again', () => {
  const longest = 'x'.repeat(LIMIT);
  expect(linesIn([Buffer.from(`${longest}\n${longest}x\nping\n`)])).toEqual([longest, tooLong(longest), 'ping']);
});

test('a line without end is told of once, when it passes the limit', () => {
  const reads = Array.from({ length: 100 }, () => Buffer.from('xxxxxxx'));
  expect(linesIn(reads)).toEqual([tooLong('x'.repeat(LIMIT))]);
});

test('the limit is 65,536 octets unless another is given', () => {
  const longest = 'x'.repeat(65_536);
  expect(LINE_LIMIT).toBe(65_536);
  const splitter = new LineSplitter();
  const sink = collector();
  splitter.push(Buffer.from(longest), sink);
  splitter.push(Buffer.from('\n'), sink);
  splitter.push(Buffer.from(`${longest}x\n`), sink);
  expect(sink.found).toEqual([longest, `<too long> ${'x'.repeat(128)}`]);
});

test('it tells whether the end of a line is missing', () => {
  const splitter = new LineSplitter(LIMIT);
  const sink = collector();
  const unfinished = ['', 'pi', 'ng\n', 'x'.repeat(LIMIT + 1), 'x', '\n'].map((text) => {
    splitter.push(Buffer.from(text), sink);
    return splitter.unfinished;
  });
  expect(unfinished).toEqual([false, true, false, true, true, false]);
});
