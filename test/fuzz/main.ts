/** `npm run fuzz -- [--target NAME] [--inputs N] [--seed S]`: many inputs for one target, or for all. */
import { parseArgs } from 'node:util';
import { campaign } from './support/campaign.js';
import type { Target } from './support/target.js';
import { targets } from './targets/index.js';

/** Inputs between two looks at the heap. */
const STRETCH = 100_000;

const { values } = parseArgs({
  options: {
    target: { type: 'string', multiple: true },
    inputs: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
  },
});

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Megabytes that live. */
function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
}

/** What fails where nobody can catch it. */
process.on('uncaughtException', (failure) => {
  say(
    `${running}: FAULT with seed ${values.seed}, thrown where nobody catches it\n  ${failure.stack ?? failure.message}`,
  );
  process.exit(1);
});
let running = '';

/** @returns whether all inputs were stood */
async function run(target: Target, inputs: number, seed: number): Promise<boolean> {
  running = target.name;
  await campaign(target, seed + 1, 0, Math.min(inputs, STRETCH)); // what is made once is made
  const before = heap();
  const start = performance.now();
  for (let at = 0; at < inputs; at += STRETCH) {
    const fault = await campaign(target, seed, at, Math.min(inputs, at + STRETCH));
    if (fault === undefined) continue;
    say(`${target.name}: FAULT with seed ${seed} before input ${at + STRETCH}`);
    say(`  ${fault.input.toString('hex')}`);
    say(`  ${fault.why instanceof Error ? (fault.why.stack ?? fault.why.message) : String(fault.why)}`);
    return false;
  }
  const seconds = (performance.now() - start) / 1000;
  const pace = Math.round(inputs / seconds);
  const memory = `heap ${before.toFixed(1)} -> ${heap().toFixed(1)} MB`;
  say(`${target.name}: ${inputs} inputs in ${seconds.toFixed(1)} s, ${pace}/s, ${memory}, seed ${seed}`);
  return true;
}

const chosen = targets.filter(({ name }) => values.target === undefined || values.target.includes(name));
if (chosen.length === 0) say(`no such target; there are ${targets.map(({ name }) => name).join(', ')}`);
for (const target of chosen) {
  if (!(await run(target, Number(values.inputs), Number(values.seed)))) process.exitCode = 1;
}
