import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import metadata from '../../../plugins/metadata/index.js';
import zombie from '../../../plugins/zombie/index.js';
import type { SimScamper } from '../../../testing/index.js';
import { tempDirectory } from '../support/local.js';
import { startMux } from './support/mux-bench.js';
import type { StrictMux } from './support/strict-mux.js';

/** CHURN=5000 for the long form. */
const INSTANCES = Number(process.env['CHURN'] ?? 200);
const ROUNDS = 6;

/** The metadata of all, as of one round. */
function facts(round: number): string {
  return Array.from({ length: INSTANCES }, (_, index) => `vp-${index} place round-${round}-${index % 7}\n`).join('');
}

/** Every instance as the round has it, on each client. */
async function caughtUp(clients: readonly StrictMux[], round: number): Promise<void> {
  const isTold = (client: StrictMux): boolean =>
    client.vps.size === INSTANCES &&
    [...client.vps.values()].every(({ attributes }) => attributes.get(7)?.[0]?.startsWith(`round-${round}-`));
  for (const client of clients) await client.until(() => isTold(client), `round ${round}`);
}

test(
  'instances come and go, metadata is reloaded: clients hear how things are, and memory stays',
  { timeout: 600_000 },
  async () => {
    const file = join(tempDirectory(), 'vps.txt');
    writeFileSync(file, facts(0));
    await using bench = await startMux({}, [
      [metadata, { file }],
      [zombie, { time: 60 }],
    ]);
    const scampers: SimScamper[] = [];
    for (let index = 0; index < INSTANCES; index++) scampers.push(await bench.attach({ monitorName: `vp-${index}` }));
    const clients = [await bench.ready(), await bench.ready(), await bench.ready()];
    const heap: number[] = [];
    for (let round = 1; round <= ROUNDS; round++) {
      for (const scamper of scampers.slice(0, 50)) {
        scamper.cut();
        expect(await bench.resume(scamper)).toBe(true);
      }
      writeFileSync(file, facts(round));
      await bench.controller.reload();
      await caughtUp(clients, round);
      for (const client of clients) client.told.length = 0;
      globalThis.gc?.();
      heap.push(process.memoryUsage().heapUsed);
    }
    expect(clients.map(({ violation }) => violation)).toEqual([undefined, undefined, undefined]);
    expect(bench.controller.instances).toHaveLength(INSTANCES);
    if (globalThis.gc !== undefined) expect((heap.at(-1) ?? 0) - (heap[1] ?? 0)).toBeLessThan(5_000_000);
  },
);
