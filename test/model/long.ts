/** Runs schedules by hand: `npm run model -- [steps] [first seed]`. Ends at the first that fails. */
import { STEPS, report, runSeed } from './support/run.js';

const MILLION = 1_000_000;
const EVERY = 100_000;

const [most = MILLION, first = 1] = process.argv.slice(2).map(Number);

function tell(text: string): void {
  process.stdout.write(`${text}\n`);
}

function figures(steps: number, octets: number): string {
  const { user, system } = process.cpuUsage();
  const seconds = (user + system) / 1e6;
  const heap = Math.round(process.memoryUsage().heapUsed / 1_048_576);
  const pace = Math.round(steps / seconds);
  return `${steps} steps, ${Math.round(octets / 1e6)} MB, ${Math.round(seconds)} s of CPU, ${pace} steps/s, heap ${heap} MiB`;
}

let steps = 0;
let octets = 0;
for (let seed = first; steps < most; seed++) {
  const outcome = await runSeed(seed);
  steps += outcome.steps.length;
  octets += outcome.octets;
  if (outcome.fault !== undefined) {
    tell(figures(steps, octets));
    tell(await report(seed, outcome));
    process.exitCode = 1;
    break;
  }
  if (steps % EVERY < STEPS) tell(figures(steps, octets));
}
if (process.exitCode === undefined) tell(`nothing was lost: ${figures(steps, octets)}`);
