import { expect, test } from 'vitest';
import { report, runSeed } from './support/run.js';

const count = Number(process.env['MODEL_STEPS'] ?? 3_000) ;

test('every octet arrives once, in order, at the right client, or the client sees end of file', async () => {
  const t = performance.now();
  const first = Number(process.env['MODEL_SEED'] ?? 1);
  for (let seed = first, steps = 0; steps < count; seed++) {
    const outcome = await runSeed(seed);
    steps += outcome.steps.length;
    if (outcome.fault !== undefined) expect.fail(await report(seed, outcome));
  }
  console.log(performance.now() - t);
}, 600_000);
