import type { ChildProcess, SpawnOptions } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import type { Case } from './cases.js';
import { end, start } from './children.js';
import type { Contestant, Site } from './contestant.js';
import { withFolder } from './folders.js';
import { logIn, runLoad } from './load-process.js';
import type { Outcome, Surroundings } from './outcome.js';
import type { Scenario } from './plan.js';
import { traces } from './traces.js';

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Measures one contestant in one case, in a folder and with processes of their own. Never rejects. */
export function measure(contestant: Contestant, one: Case, around: Surroundings): Promise<Outcome> {
  return withFolder((folder) => measureIn(folder, contestant, one, around));
}

async function measureIn(folder: string, contestant: Contestant, one: Case, around: Surroundings): Promise<Outcome> {
  const log = openSync(logIn(folder), 'w');
  let server: ChildProcess | undefined;
  try {
    const site = await prepare(contestant, one, around, folder);
    const { program, args, env } = contestant.command(site);
    const options: SpawnOptions = { cwd: folder, stdio: ['ignore', log, log], env: { ...process.env, ...env } };
    server = start(program, args, around.cores?.server, options);
    const task =
      one.traces === undefined
        ? runLoad(server, contestant, one, around, site)
        : runTraces(contestant, one, around, site);
    return await task;
  } catch (failure) {
    return { figures: {}, problem: failure instanceof Error ? failure.message : String(failure) };
  } finally {
    if (server !== undefined) await end(server);
    closeSync(log);
  }
}

/** Scenarios that look at the heap. */
const probing: readonly (Scenario | undefined)[] = ['channels', 'mux-connect'];

async function prepare(
  { kind, tellsHeap }: Contestant,
  one: Case,
  around: Surroundings,
  folder: string,
): Promise<Site> {
  const directory = join(folder, 'sockets');
  mkdirSync(directory);
  return {
    folder,
    directory,
    port: await freePort(),
    muxPath: one.load.mux === true && kind !== 'sockets' ? join(folder, 'mux') : undefined,
    pipePath: join(folder, 'pipe'),
    certificate: one.load.tls === true ? around.certificate : undefined,
    clientStall: around.settings.extent === 'full' ? undefined : one.clientStall,
    heapProbe: tellsHeap && probing.includes(one.load.scenario) ? join(folder, 'heap') : undefined,
  };
}

async function runTraces(contestant: Contestant, one: Case, around: Surroundings, site: Site): Promise<Outcome> {
  const { extent } = around.settings;
  const count = extent === 'smoke' ? 5 : extent === 'full' ? (one.fullTraces ?? 0) : (one.traces ?? 0);
  return { figures: await traces(site, count, contestant.kind === 'direct', around.cores?.load) };
}
