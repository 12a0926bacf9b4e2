import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type SimScamper, settle, startBench } from '../../testing/index.js';
import zombie from '../../plugins/zombie/index.js';
import { temporaryFolder } from '../cli/support/command.js';

const SCAMPERS = 100;
const CRASHES = 3;

test('a fleet with busy clients goes on over crash after crash: nobody starts afresh, nobody drops its connection', async () => {
  const directory = temporaryFolder();
  const file = join(directory, 'sessions');
  const fleet: SimScamper[] = [];
  for (let life = 0; life <= CRASHES; life++) {
    const bench = await startBench([[zombie, { state: directory }]]);
    if (life === 0) {
      for (let index = 0; index < SCAMPERS; index++) fleet.push(await bench.attach({ monitorName: `vp-${index}` }));
    } else {
      const resumed = await Promise.all(fleet.map((scamper) => bench.resume(scamper)));
      expect(resumed.filter((each) => !each)).toEqual([]);
    }
    const clients = bench.controller.instances.flatMap((instance) => [bench.client(instance), bench.client(instance)]);
    await Promise.all(clients.map((client) => client.until('MORE')));
    for (const client of clients) client.send('ping\n');
    await Promise.all(clients.map((client) => client.until('OK id-')));
    // What comes for clients of the life before must not reach those of this one.
    for (const scamper of fleet) for (const known of scamper.channels.keys()) scamper.send(known, `of ${life}\n`);
    await settle();
    await bench.clock.advance(3_000);
    expect(fleet.map(({ violation }) => violation).filter((why) => why !== undefined)).toEqual([]);
    expect(bench.controller.instances.map(({ state }) => state)).toEqual(fleet.map(() => 'connected'));
    expect(bench.log.of('connection.refused')).toEqual([]);
    await expect.poll(() => readFileSync(file, 'utf8').split('\n').length).toBeGreaterThan(SCAMPERS);
    const left = readFileSync(file);
    for (const scamper of fleet) scamper.cut();
    await bench.stop();
    writeFileSync(file, left);
  }
  expect(fleet.map(({ rcvNxt }) => rcvNxt).every((count) => count > CRASHES)).toBe(true);
});
