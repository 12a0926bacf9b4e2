import { describe, expect, test } from 'vitest';
import { WartsJoin } from '../../../client/index.js';
import { cycleStart, cycleStop, list, record, result } from '../support/warts.js';

/** Kinds and numbers of the records in a file. */
function numbersIn(warts: Buffer): number[][] {
  const found: number[][] = [];
  for (let at = 0; at < warts.length; at += 8 + warts.readUInt32BE(at + 4)) {
    const kind = warts.readUInt16BE(at + 2);
    const first = kind > 5 ? at + 13 : at + 8;
    const count = kind === 1 || kind === 4 ? 1 : 2;
    found.push([kind, ...Array.from({ length: count }, (_, index) => warts.readUInt32BE(first + 4 * index))]);
  }
  return found;
}

const channel = () => ({ header: Buffer.concat([list(), cycleStart()]) });

describe('warts of several channels in one file', () => {
  test('lists and cycles are counted anew, and results follow them', () => {
    const join = new WartsJoin();
    const [one, two] = [channel(), channel()];
    const file = Buffer.concat([
      join.add(one, result('a')),
      join.add(two, result('b')),
      join.add(one, result('c')),
      join.end(two, cycleStop()),
      join.end(one, cycleStop()),
    ]);
    expect(numbersIn(file)).toEqual([
      [1, 1],
      [2, 1, 1],
      [7, 1, 1],
      [1, 2],
      [2, 2, 2],
      [7, 2, 2],
      [7, 1, 1],
      [4, 2],
      [4, 1],
    ]);
  });

  test('what is given is left as it was', () => {
    const join = new WartsJoin();
    join.add(channel(), result('a'));
    const own = result('b');
    join.add(channel(), own);
    expect(own).toEqual(result('b'));
  });

  test('a header that grows is told on', () => {
    const join = new WartsJoin();
    const growing = channel();
    join.add(growing, result('a'));
    growing.header = Buffer.concat([growing.header, cycleStart(2, 1)]);
    expect(numbersIn(join.add(growing, result('b', 6, 1, 2)))).toEqual([
      [2, 2, 1],
      [6, 1, 2],
    ]);
  });

  test('flags of any length, and results without list or cycle', () => {
    const join = new WartsJoin();
    join.add(channel(), result('a'));
    const two = channel();
    const bare = record(7, Buffer.from([0x00, 9, 9]));
    const onlyCycle = record(7, Buffer.from([0x82, 0x81, 0x01, 0, 4, 0, 0, 0, 1]));
    const joined = join.add(two, Buffer.concat([bare, onlyCycle]));
    expect(joined.subarray(-onlyCycle.length).toString('hex')).toBe(
      record(7, Buffer.from([0x82, 0x81, 0x01, 0, 4, 0, 0, 0, 2])).toString('hex'),
    );
    expect(joined.includes(bare)).toBe(true);
  });

  test.each([
    ['a list that was not told', channel(), result('a', 7, 2), 'list or cycle 2 was not told before'],
    ['a cycle that was not told', channel(), result('a', 7, 1, 2), 'list or cycle 2 was not told before'],
    ['a table of addresses', channel(), record(5, Buffer.alloc(12)), 'records of kind 5 cannot be joined'],
    ['a result that is too short', channel(), record(7, Buffer.from([0x03, 0])), 'a record is too short'],
    ['a header that is too short', { header: record(1, Buffer.alloc(2)) }, result('a'), 'a record is too short'],
    ['half a record', channel(), result('a').subarray(0, 9), 'a record is cut off'],
    ['half the head of a record', channel(), result('a').subarray(0, 7), 'a record is cut off'],
    ['something else', channel(), Buffer.alloc(8), 'a record does not begin with 1205'],
  ])('%s is refused', (_name, origin, results, why) => {
    const message = expect.stringContaining(why) as unknown;
    expect(() => new WartsJoin().add(origin, results)).toThrow(
      expect.objectContaining({ code: 'SCR_WARTS_BROKEN', message }),
    );
  });

  test('a channel that has ended may have its place taken: its numbers are forgotten', () => {
    const join = new WartsJoin();
    const one = channel();
    join.add(one, result('a'));
    join.end(one, cycleStop());
    expect(numbersIn(join.add(one, result('b')))).toEqual([
      [1, 2],
      [2, 2, 2],
      [7, 2, 2],
    ]);
  });
});
