import { describe, expect, test } from 'vitest';
import { Backlog } from '../../../core/memory/backlog.js';

function filled(...pieces: Buffer[]): Backlog {
  const backlog = new Backlog();
  for (const piece of pieces) backlog.push(piece);
  return backlog;
}

/** Octets that differ from their neighbours. */
function patterned(length: number): Buffer {
  return Buffer.from(Uint8Array.from({ length }, (_each, index) => index % 251));
}

/** Octets of memory that blocks keep from being freed. */
function memoryOf(blocks: readonly Buffer[]): number {
  return [...new Set(blocks.map(({ buffer }) => buffer))].reduce((sum, { byteLength }) => sum + byteLength, 0);
}

describe('a backlog', () => {
  test('is empty at first, and once everything was taken', () => {
    const backlog = new Backlog();
    expect(backlog.bytes).toBe(0);
    expect(backlog.takeAll()).toEqual([]);
    backlog.push(Buffer.from('x'));
    backlog.takeAll();
    expect(backlog.bytes).toBe(0);
    expect(backlog.takeAll()).toEqual([]);
  });

  test.each([[[0]], [[1, 2, 3]], [[1_023, 1, 1, 1_024]], [[70_000]], [[1, 200_000, 1]], [Array(500).fill(700)]])(
    'gives back what was put in, in order: pieces of %j',
    (lengths: number[]) => {
      const pieces = lengths.map((length) => patterned(length));
      const backlog = filled(...pieces);
      const all = Buffer.concat(pieces);
      expect(backlog.bytes).toBe(all.length);
      expect(Buffer.concat(backlog.takeAll()).equals(all)).toBe(true);
    },
  );

  test('goes on behind what was taken', () => {
    const backlog = filled(Buffer.from('one'));
    const first = backlog.takeAll();
    backlog.push(Buffer.from('two'));
    expect(backlog.bytes).toBe(3);
    expect(String(Buffer.concat(backlog.takeAll()))).toBe('two');
    expect(String(Buffer.concat(first))).toBe('one');
  });

  test('copies: the memory that bytes came in can be filled anew', () => {
    const source = Buffer.from('bytes');
    const backlog = filled(source);
    source.fill(0);
    expect(String(backlog.takeAll()[0])).toBe('bytes');
  });

  test('takes little memory for a short one, and hardly more than it holds for a long one', () => {
    expect(memoryOf(filled(Buffer.from('x')).takeAll())).toBe(1_024);
    const long = filled(...Array.from({ length: 10_000 }, () => Buffer.alloc(100)));
    expect(memoryOf(long.takeAll())).toBeLessThan(1_000_000 + 65_536);
  });

  test('takes no more than it needs for what is left of a large piece', () => {
    expect(memoryOf(filled(Buffer.alloc(1_000), Buffer.alloc(100_000)).takeAll())).toBe(101_000);
  });

  test('puts many small pieces into few blocks, the large ones of 64 KiB', () => {
    const blocks = filled(...Array.from({ length: 10_000 }, () => Buffer.alloc(100))).takeAll();
    expect(blocks.length).toBeLessThan(25);
    expect(blocks.at(-3)?.length).toBe(65_536);
  });

  test('puts a piece that is larger than a block into one of its size', () => {
    expect(
      filled(Buffer.alloc(200_000))
        .takeAll()
        .map(({ length }) => length),
    ).toEqual([200_000]);
  });
});
