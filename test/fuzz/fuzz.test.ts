import { expect, test } from 'vitest';
import { campaign } from './support/campaign.js';
import { targets } from './targets/index.js';

/** Inputs of the seed that is always the same, and of one that is another each time; those that cost more have fewer. */
const FEWER: ReadonlyMap<string, number> = new Map([
  ['arrival', 128],
  ['mux', 128],
  ['relay', 256],
  ['metadata', 100],
  ['options', 200],
  ['flags', 200],
]);
const SEED = 1;
const fresh = Date.now() % 1_000_000;

test.each(targets)('$name stands whatever octets it is given', async (target) => {
  const inputs = FEWER.get(target.name) ?? 1_500;
  for (const seed of [SEED, fresh]) {
    const fault = await campaign(target, seed, 0, inputs);
    const told = fault && `npm run fuzz -- --target ${target.name} --seed ${seed}: ${fault.input.toString('hex')}`;
    expect(told, String(fault?.why)).toBeUndefined();
  }
});
