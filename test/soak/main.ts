/** The soak: `npm run soak`. What it does, and what was seen: docs/reliability.md. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { withFolder } from '../../bench/folders.js';
import { planOf } from './support/plan.js';
import { plot } from './support/plot.js';
import { type Sample, asCsv } from './support/samples.js';
import { settingsFrom } from './support/settings.js';
import { Soak } from './support/soak.js';

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function tell({ seconds, life, rss, heap, descriptors, p50, p99, connected, conversations, faults }: Sample): void {
  const shown = (value: number | undefined): string => (value === undefined ? '-' : value.toFixed(1));
  const memory = `${shown(rss)} MB${heap === undefined ? '' : `, heap ${shown(heap)}`}`;
  say(
    `${seconds} s: life ${life}, ${connected} instances, ${conversations} clients, ${memory}, ${descriptors ?? '-'} descriptors, ` +
      `p50 ${shown(p50)} ms, p99 ${shown(p99)} ms, ${faults} faults`,
  );
}

async function soak(args: readonly string[]): Promise<number> {
  const settings = settingsFrom(args);
  const outcome = await withFolder((folder) => Soak.run(planOf(settings), settings.seed, folder, tell));
  const { samples, restarts, ...rest } = outcome;
  mkdirSync(settings.output, { recursive: true });
  const write = (name: string, text: string): void => writeFileSync(join(settings.output, name), text);
  write('samples.csv', asCsv(samples));
  write('soak.svg', plot(samples, restarts));
  write('outcome.json', `${JSON.stringify({ settings, restarts, ...rest }, undefined, 2)}\n`);
  say(JSON.stringify(rest, undefined, 2));
  for (const reason of outcome.reasons) say(`FAILED: ${reason}`);
  return outcome.reasons.length > 0 ? 1 : 0;
}

try {
  process.exit(await soak(process.argv.slice(2)));
} catch (failure) {
  say(failure instanceof Error ? (failure.stack ?? failure.message) : String(failure));
  process.exit(1);
}
