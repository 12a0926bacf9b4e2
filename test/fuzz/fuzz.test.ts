import { expect, test } from 'vitest';
import { campaign } from './support/campaign.js';
import { targets } from './targets/index.js';

/** Inputs of the seed that is always the same, and as many of one that is another each time: by what one costs. */
const INPUTS: Readonly<Record<string, number>> = {
  ...{ arrival: 64, mux: 64, metadata: 50, options: 100, flags: 100 },
  ...{ relay: 200, session: 600, dialogue: 400, 'mux-client': 500, answers: 500, commands: 500, 'state-file': 300 },
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
