import { describe, expect, test } from 'vitest';
import { BLOCK, type Block, Turn } from '../../../core/memory/turn.js';

const quarter = Buffer.alloc(BLOCK / 4, 1);

/** A turn that brings so many quarters of a block. */
function fill(turn: Turn, quarters: number): void {
  for (let count = 0; count < quarters; count++) turn.append(quarter, 0, quarter.length);
}

/** Pins a block of its own in each of so many turns. */
function pinMany(turn: Turn, count: number): (readonly Block[])[] {
  return Array.from({ length: count }, () =>
    turn.run(() => {
      fill(turn, 4);
      return turn.pin();
    }),
  );
}

function pieceOf(turn: Turn): Buffer {
  const at = turn.append(quarter, 0, quarter.length);
  return turn.block.bytes.subarray(at, at + quarter.length);
}

describe('what is appended', () => {
  test('is copied behind what is there, from where it is named', () => {
    const turn = new Turn();
    turn.run(() => {
      const source = Buffer.from('0123456789');
      expect(turn.append(source.subarray(2), 1, 4)).toBe(0);
      expect(turn.append(source, 0, 1)).toBe(3);
      source.fill(0);
      expect(String(turn.block.bytes.subarray(0, 4))).toBe('3450');
    });
  });

  test('fills a block to its last octet before it begins another', () => {
    const turn = new Turn();
    turn.run(() => {
      const first = turn.block;
      fill(turn, 4);
      expect([turn.block === first, first.used]).toEqual([true, BLOCK]);
      expect(turn.append(quarter, 0, 1)).toBe(0);
      expect([turn.block === first, turn.block.used]).toEqual([false, 1]);
    });
  });

  test('gives what the work returns, in a turn within a turn too', () => {
    const turn = new Turn();
    expect(turn.run(() => [turn.run(() => 'inner'), 'outer'])).toEqual(['inner', 'outer']);
  });
});

describe('a turn owns', () => {
  test('what was appended in it, the block before included, and nothing else', () => {
    const turn = new Turn();
    turn.run(() => {
      fill(turn, 3);
      const before = pieceOf(turn);
      const now = pieceOf(turn);
      expect([before, now, quarter].map((piece) => turn.owns(piece))).toEqual([true, true, false]);
    });
  });

  test('no longer the block before, once it is over', () => {
    const turn = new Turn();
    const before = turn.run(() => {
      fill(turn, 3);
      const piece = pieceOf(turn);
      fill(turn, 1);
      return piece;
    });
    expect(turn.run(() => turn.owns(before))).toBe(false);
  });
});

describe('pins', () => {
  test('are of both blocks where the turn goes over two, else of one', () => {
    const turn = new Turn();
    const first = turn.run(() => {
      fill(turn, 4);
      expect(turn.pin()).toEqual([turn.block]);
      const before = turn.block;
      fill(turn, 1);
      expect(turn.pin().map((block) => block === before)).toEqual([true, false]);
      return before;
    });
    expect(first.pins).toBe(2);
    expect(turn.run(() => turn.pin().length)).toBe(1);
  });

  test('keep a block as it is until the last of them is gone', () => {
    const turn = new Turn();
    const [one, two] = turn.run(() => {
      fill(turn, 1);
      return [turn.pin(), turn.pin()] as const;
    });
    expect(turn.run(() => turn.append(quarter, 0, 1))).toBe(quarter.length);
    turn.unpin(one);
    expect(turn.run(() => turn.append(quarter, 0, 1))).toBe(quarter.length + 1);
    turn.unpin(two);
    turn.run(() => undefined);
    expect(turn.run(() => turn.append(quarter, 0, 1))).toBe(0);
  });

  test('that go within the turn leave what it has appended as it is', () => {
    const turn = new Turn();
    turn.run(() => {
      fill(turn, 1);
      turn.unpin(turn.pin());
      expect(turn.append(quarter, 0, 1)).toBe(quarter.length);
    });
  });

  test('make memory scarce by the blocks that are pinned, once or again', () => {
    const turn = new Turn();
    for (let count = 0; count < 31; count++) {
      for (const pinned of pinMany(turn, 1)) turn.unpin(pinned.slice(0, -1)); // the block before has its first pin still
    }
    expect(turn.scarce).toBe(false);
    pinMany(turn, 1);
    expect(turn.scarce).toBe(true);
  });

  test('of 32 blocks make memory scarce, of 31 not; what is unpinned counts no longer', () => {
    const turn = new Turn();
    const pinned = pinMany(turn, 31);
    expect(turn.scarce).toBe(false);
    const again = turn.pin(); // the same block
    expect(turn.scarce).toBe(false);
    const last = pinMany(turn, 1);
    expect(turn.scarce).toBe(true);
    turn.unpin(again);
    expect(turn.scarce).toBe(true); // it has its other pin
    for (const blocks of [...pinned, ...last]) turn.unpin(blocks);
    expect(turn.scarce).toBe(false);
    turn.run(() => undefined); // the block in use is empty from now on
    pinMany(turn, 31);
    expect(turn.scarce).toBe(false);
  });
});

test('blocks that come back are used again, four at most, each from its beginning', () => {
  const turn = new Turn();
  const pinned = pinMany(turn, 8);
  for (const blocks of pinned) turn.unpin(blocks);
  const before = new Set(pinned.flat());
  const later = new Set(pinMany(turn, 8).flat());
  const again = [...later].filter((block) => before.has(block));
  expect(again.length).toBe(5); // and the one in use
  expect([...later].every(({ used }) => used === BLOCK)).toBe(true);
});
