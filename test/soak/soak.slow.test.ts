import { expect, test } from 'vitest';
import { withFolder } from '../../bench/folders.js';
import { planOf } from './support/plan.js';
import { Soak } from './support/soak.js';

const INSTANCES = 20;
const SEED = 1;

test('a fleet goes on over a kill and a stop, with nothing lost and nothing left', async () => {
  const plan = planOf({ minutes: 0.2, instances: INSTANCES });
  const outcome = await withFolder((folder) => Soak.run(plan, SEED, folder, () => undefined));
  expect(outcome.reasons).toEqual([]);
  expect(outcome.counts).toMatchObject({ kills: 1, stops: 1, rejected: 0 });
  expect(outcome.counts.answers).toBeGreaterThan(INSTANCES);
  expect(outcome.recalled).toBeGreaterThanOrEqual(INSTANCES);
});
