import type { ChildProcess } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type Case, ordinary } from './cases.js';
import { end, hasEnded, start } from './children.js';
import type { Contestant, Site } from './contestant.js';
import type { Outcome, Surroundings } from './outcome.js';
import type { Figures, Load, LoadPlan, LoadResult } from './plan.js';
import type { Settings } from './settings.js';

/** How long a process that was seen to fail may take to end, in milliseconds. */
const LAST_GASP = 500;

/** Where the controller's output goes. */
export function logIn(folder: string): string {
  return join(folder, 'log');
}

const smallest: Partial<Load> = { seconds: 0.2, warmUp: 0.1 };

/** The case's load at the extent asked for. */
function loadOf({ load, full, name }: Case, { extent, seconds, warmUp }: Settings): Load {
  const { scenario } = load;
  if (scenario === undefined) throw new Error(`${name} has no simulated load`);
  const whole = { ...ordinary, active: load.instances ?? ordinary.instances, seconds, warmUp, ...load, scenario };
  if (extent === 'full') return { ...whole, ...full };
  if (extent === 'small') return whole;
  const instances = Math.min(whole.instances, 20);
  return {
    ...whole,
    ...smallest,
    seconds,
    instances,
    active: Math.min(whole.active, 4),
    channels: Math.min(whole.channels, 100),
  };
}

/** limits.clientStall unless it is set, in seconds. */
const ORDINARY_STALL = 15;

/** Puts the controller under load. */
export async function runLoad(
  server: ChildProcess,
  contestant: Contestant,
  one: Case,
  around: Surroundings,
  site: Site,
): Promise<Outcome> {
  const load = loadOf(one, around.settings);
  const stalls = one.clientStall !== undefined && contestant.tellsHeap;
  const plan: LoadPlan = {
    ...load,
    scenario: contestant.kind === 'pipe' ? 'pipe' : load.scenario,
    pid: server.pid ?? 0,
    port: site.port,
    directory: site.directory,
    muxPath: site.muxPath,
    pipePath: site.pipePath,
    heapProbe: site.heapProbe,
    clientStall: stalls ? (site.clientStall ?? ORDINARY_STALL) : undefined,
  };
  const program = fileURLToPath(new URL('load.js', import.meta.url));
  const child = start(process.execPath, [program, JSON.stringify(plan)], around.cores?.load, {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  try {
    return await judged(await Promise.race([answerOf(child), outlived(server), tooLong(plan)]), server, site);
  } finally {
    await end(child);
  }
}

async function answerOf(child: ChildProcess): Promise<Outcome> {
  const message = await new Promise<unknown>((resolve, reject: (why: Error) => void) => {
    child.once('message', resolve);
    child.once('error', reject);
    child.once('exit', () => reject(new Error('the load generator ended without an answer')));
  });
  const { figures, problem } = message as LoadResult;
  // What could not be measured became null on the way.
  const known = Object.entries(figures as Record<string, unknown>).filter(([, value]) => typeof value === 'number');
  return { figures: Object.fromEntries(known) as Figures, ...(problem !== undefined && { problem }) };
}

/** The controller ended while it was measured; the load has a moment to tell what it has. */
async function outlived(server: ChildProcess): Promise<Outcome> {
  await new Promise<void>((resolve) => {
    server.once('exit', () => resolve());
    server.once('error', () => resolve());
  });
  await sleep(LAST_GASP);
  return { figures: {} };
}

async function tooLong({ seconds, warmUp, instances, channels, clientStall = 0 }: LoadPlan): Promise<Outcome> {
  const limit = 60 + 4 * (seconds + warmUp) + instances / 50 + channels / 100 + clientStall;
  await sleep(limit * 1000, undefined, { ref: false });
  return { figures: {}, problem: `it took more than ${Math.round(limit)} s` };
}

/** A controller that died while it was measured has lost, whatever figures there are. */
async function judged(outcome: Outcome, server: ChildProcess, { folder }: Site): Promise<Outcome> {
  if (outcome.problem !== undefined && !hasEnded(server)) await sleep(LAST_GASP);
  if (!hasEnded(server)) return outcome;
  const how = server.signalCode ?? `exit code ${server.exitCode ?? 'unknown'}`;
  const lastWords = readFileSync(logIn(folder), 'utf8').trim().split('\n').at(-1) ?? '';
  return {
    figures: outcome.figures,
    problem: `it died: ${how}${lastWords === '' ? '' : `, ${lastWords.slice(0, 200)}`}`,
  };
}
