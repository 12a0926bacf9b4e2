import { expect, test } from 'vitest';
import { Refusals } from '../../../core/arrival/refusals.js';

test('refusals are counted by step and code', () => {
  const refusals = new Refusals();
  expect(refusals.all()).toEqual([]);
  for (const step of ['accept', 'attach', 'accept']) refusals.count({ step, code: 'SCR_X' });
  refusals.count({ step: 'accept', code: 'SCR_Y' });
  expect(refusals.all()).toEqual([
    { step: 'accept', code: 'SCR_X', count: 2 },
    { step: 'attach', code: 'SCR_X', count: 1 },
    { step: 'accept', code: 'SCR_Y', count: 1 },
  ]);
});

test('what was told of them does not change', () => {
  const refusals = new Refusals();
  refusals.count({ step: 'accept', code: 'SCR_X' });
  const told = refusals.all();
  refusals.count({ step: 'accept', code: 'SCR_X' });
  expect(told).toEqual([{ step: 'accept', code: 'SCR_X', count: 1 }]);
});

test('past a thousand kinds of them, new kinds are counted as one; those known go on', () => {
  const refusals = new Refusals();
  for (let kind = 0; kind < 1_010; kind++) refusals.count({ step: 'accept', code: `SCR_${kind}` });
  refusals.count({ step: 'accept', code: 'SCR_999' });
  const all = refusals.all();
  expect(all).toHaveLength(1_001);
  expect(all.slice(-2)).toEqual([
    { step: 'accept', code: 'SCR_999', count: 2 },
    { step: 'any', code: 'other', count: 10 },
  ]);
});
