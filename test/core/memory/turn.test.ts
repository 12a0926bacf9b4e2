import { describe, expect, test } from 'vitest';
import { BLOCK, type Block, type Recipient, Turn } from '../../../core/memory/turn.js';

const zeros = Buffer.alloc(BLOCK / 4);
const ones = Buffer.alloc(BLOCK / 4, 1);

/** What a read brings, for a client that takes nothing: its blocks are pinned for ever. */
function readAndPinned(turn: Turn, bytes: Buffer, count = 1): readonly Block[] {
  return turn.run(() => {
    for (let times = 0; times < count; times++) turn.append(bytes, 0, bytes.length);
    return turn.pin();
  });
}

describe('memory', () => {
  test('a block that is pinned anew by the turn that left it stays as it is, though its last pin goes first', () => {
    const turn = new Turn();
    const first = readAndPinned(turn, zeros);
    const [pinned] = first;
    if (pinned === undefined) throw new Error('nothing is pinned');
    turn.run(() => {
      for (let count = 0; count < 3; count++) turn.append(zeros, 0, zeros.length); // full
      turn.append(zeros, 0, zeros.length); // the next block
      turn.unpin(first); // the write of the turn before has gone through
      expect(turn.pin().includes(pinned)).toBe(true);
    });
    for (let count = 0; count < 12; count++) readAndPinned(turn, ones);
    expect(pinned.bytes.includes(1)).toBe(false);
  });

  test('a block whose last write has gone through is used again', () => {
    const turn = new Turn();
    const first = turn.block;
    const pins = [readAndPinned(turn, zeros, 4), readAndPinned(turn, zeros)];
    for (const pinned of pins) turn.unpin(pinned.filter((block) => block === first));
    for (let count = 0; count < 4; count++) readAndPinned(turn, ones);
    expect(turn.block === first).toBe(true);
  });

  test('without pins the same memory serves every turn', () => {
    const turn = new Turn();
    const places = [1, 2, 3].map(() => turn.run(() => turn.append(ones, 0, 10)));
    expect(places).toEqual([0, 0, 0]);
  });

  test('many pinned blocks make it scarce', () => {
    const turn = new Turn();
    expect(turn.scarce).toBe(false);
    for (let count = 0; count < 32 * 4; count++) readAndPinned(turn, ones);
    expect(turn.scarce).toBe(true);
  });
});

describe('recipients', () => {
  const recipient = (deliver: () => void): Recipient => ({ touched: false, deliver });

  test('are handed on once, at the end of the turn, in the order in which they were touched', () => {
    const turn = new Turn();
    const order: string[] = [];
    const [a, b] = ['a', 'b'].map((name) => recipient(() => order.push(name)));
    if (a === undefined || b === undefined) throw new Error('no recipients');
    turn.run(() => {
      for (const one of [b, a, b]) turn.touch(one);
      order.push('work');
    });
    expect(order).toEqual(['work', 'b', 'a']);
  });

  test('touched while others are handed on get their turn in the same one; turns within a turn are part of it', () => {
    const turn = new Turn();
    const order: string[] = [];
    const late = recipient(() => order.push('late'));
    const first = recipient(() => {
      turn.run(() => turn.touch(late));
      order.push('first');
    });
    turn.run(() => turn.touch(first));
    expect(order).toEqual(['first', 'late']);
  });

  test('are handed on although the work failed', () => {
    const turn = new Turn();
    let delivered = 0;
    const one = recipient(() => delivered++);
    const failing = (): void =>
      turn.run(() => {
        turn.touch(one);
        throw new Error('no');
      });
    expect(failing).toThrow('no');
    turn.run(() => turn.touch(one));
    expect(delivered).toBe(2);
  });
});
