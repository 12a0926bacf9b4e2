import { expect, test } from 'vitest';
import { report, runSeed, runSteps } from './support/run.js';
import { shrunk } from './support/shrink.js';

/** Schedules that are run each time; the last one begins at a seed of its own each time. */
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8];

test('every octet arrives once, in order, at the right client, or the client sees end of file', async () => {
  for (const seed of [...SEEDS, Date.now() >>> 0]) {
    const outcome = await runSeed(seed);
    if (outcome.fault !== undefined) expect.fail(await report(seed, outcome));
  }
});

test('a seed is the same schedule with the same outcome each time, and so are its steps', async () => {
  const [one, other] = [await runSeed(20, 100), await runSeed(20, 100)];
  expect(other).toEqual(one);
  expect(await runSteps(one.setting, 20, one.steps)).toEqual(one);
});

test('of a list that fails as little is left as fails', async () => {
  const fails = (some: readonly number[]): Promise<boolean> => Promise.resolve(some.includes(7) && some.includes(61));
  const all = Array.from({ length: 100 }, (_, index) => index);
  expect(await shrunk(all, fails)).toEqual([7, 61]);
});
