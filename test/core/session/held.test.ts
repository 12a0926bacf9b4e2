import { expect, test } from 'vitest';
import { type HeldMessage, HeldMessages } from '../../../core/session/held.js';

function message(channel: number): HeldMessage {
  return { channel, frame: Buffer.alloc(channel), isData: true };
}

function filled(count: number): HeldMessages {
  const held = new HeldMessages();
  for (let channel = 0; channel < count; channel++) held.push(message(channel));
  return held;
}

test('held messages come out in the order in which they were put in, whatever was put in between', () => {
  const held = filled(10);
  const out: number[] = [];
  for (let next = 10; next < 100; next++) {
    held.push(message(next));
    if (next % 4 > 0) out.push(held.shift().channel);
  }
  const rest = held.takeAll().map(({ channel }) => channel);
  expect([...out, ...rest]).toEqual(Array.from({ length: 100 }, (_each, index) => index));
});

test('their count and the memory they take follow', () => {
  const held = filled(3);
  expect(held.count).toBe(3);
  const all = held.bytes;
  held.shift(); // of no octets
  expect(held.count).toBe(2);
  held.shift(); // of one
  held.shift(); // of two
  expect([held.count, held.bytes]).toEqual([0, 0]);
  expect(all).toBe(filled(3).bytes);
  expect(all).toBe(3 * filled(1).bytes + 0 + 1 + 2);
});

test('all of them are those that were not taken out', () => {
  const held = filled(5);
  held.shift();
  expect(held.takeAll().map(({ channel }) => channel)).toEqual([1, 2, 3, 4]);
  expect([held.count, held.bytes]).toEqual([0, 0]);
  expect(held.takeAll()).toEqual([]);
});

test('none can be taken where none is held', () => {
  const held = filled(1);
  held.shift();
  expect(() => held.shift()).toThrow('nothing is held');
});
