import { expect, test } from 'vitest';
import { campaign } from './support/campaign.js';
import { targets } from './targets/index.js';

/** Inputs of the seed that is always the same, and as many of one that is another each time: by what one costs. */
const INPUTS: Readonly<Record<string, number>> = {
  ...{ arrival: 32, mux: 32, metadata: 25, options: 50, flags: 50 },
  ...{ relay: 100, session: 400, dialogue: 200, 'mux-client': 250, answers: 250, commands: 250, 'state-file': 150 },
};
const CHEAP = 1_500;
const SEED = 1;
const fresh = Date.now() % 1_000_000;

test.each(targets)('$name stands whatever octets it is given', async (target) => {
  const inputs = INPUTS[target.name] ?? CHEAP;
  for (const seed of [SEED, fresh]) {
    const fault = await campaign(target, seed, 0, inputs);
    const told = fault && `npm run fuzz -- --target ${target.name} --seed ${seed}: ${fault.input.toString('hex')}`;
    expect(told, String(fault?.why)).toBeUndefined();
  }
});
