import fc from 'fast-check';
import { expect, test } from 'vitest';
import { advance, distance } from '../../../core/protocol/serial.js';

const u32 = fc.integer({ min: 0, max: 0xffffffff });
const step = fc.integer({ min: -0x7fffffff, max: 0x7fffffff });

test('numbers wrap around at 2^32, in both directions', () => {
  expect(advance(0xffffffff, 1)).toBe(0);
  expect(advance(0xfffffffe, 5)).toBe(3);
  expect(advance(0, -1)).toBe(0xffffffff);
});

test('the distance is how far one must advance, wherever one begins', () => {
  fc.assert(fc.property(u32, step, (from, count) => distance(from, advance(from, count)) === count));
});

test('a number that advanced stays a 32-bit number', () => {
  fc.assert(
    fc.property(u32, step, (from, count) => {
      const to = advance(from, count);
      return Number.isInteger(to) && to >= 0 && to <= 0xffffffff;
    }),
  );
});

test('swapping the two numbers turns the sign of their distance', () => {
  fc.assert(fc.property(u32, step, (from, count) => distance(advance(from, count), from) + count === 0));
});
