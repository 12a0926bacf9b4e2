import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Crowd } from '../../../plugin-sdk/index.js';

test('knows how many come from where, the oldest, and who is most crowded', () => {
  const crowd = new Crowd<number>();
  expect([crowd.size, crowd.oldest(), crowd.crowded, crowd.from('a')]).toEqual([0, undefined, undefined, 0]);
  crowd.add(1, 'a');
  crowd.add(2, 'b');
  crowd.add(3, 'b');
  expect([crowd.size, crowd.from('a'), crowd.from('b'), crowd.from('c')]).toEqual([3, 1, 2, 0]);
  expect([crowd.oldest(), crowd.oldest('b'), crowd.oldest('c'), crowd.crowded]).toEqual([1, 2, undefined, 'b']);
  expect(crowd.delete(2)).toBe(true);
  expect(crowd.delete(2)).toBe(false);
  expect([crowd.oldest('b'), crowd.crowded]).toEqual([3, 'a']);
});

test('one that is there already moves to its new network, to the end', () => {
  const crowd = new Crowd<number>();
  for (const member of [1, 2, 3]) crowd.add(member, 'a');
  crowd.add(1, 'b');
  expect([[...crowd], crowd.from('a'), crowd.from('b')]).toEqual([[2, 3, 1], 2, 1]);
  crowd.add(2, 'a');
  expect([...crowd]).toEqual([3, 1, 2]);
});

test('agrees with one that looks at all of them, whoever comes and goes', () => {
  const member = fc.integer({ min: 0, max: 12 });
  const step = fc.oneof(
    fc.record({ member, network: fc.constantFrom('a', 'b', 'c', 'd') }),
    fc.record({ member, network: fc.constant(undefined) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const crowd = new Crowd<number>();
      const plain = new Map<number, string>();
      for (const { member: one, network } of steps) {
        plain.delete(one);
        if (network === undefined) crowd.delete(one);
        else {
          plain.set(one, network);
          crowd.add(one, network);
        }
        const of = (where: string): number[] => [...plain].filter(([, each]) => each === where).map(([each]) => each);
        const counts = ['a', 'b', 'c', 'd'].map((where) => of(where).length);
        expect([...crowd]).toEqual([...plain.keys()]);
        expect(crowd.size).toBe(plain.size);
        for (const where of ['a', 'b', 'c', 'd']) {
          expect([crowd.from(where), crowd.oldest(where)]).toEqual([of(where).length, of(where)[0]]);
        }
        expect(crowd.crowded === undefined ? 0 : crowd.from(crowd.crowded)).toBe(Math.max(...counts));
        expect(crowd.oldest()).toBe([...plain.keys()][0]);
      }
    }),
    { numRuns: 60 },
  );
});
