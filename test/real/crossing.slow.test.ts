import { setTimeout as wait } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { attachClient, attachScamper, clientLeft, startFleet } from './support/fleet.js';
import { describeReal } from './support/programs.js';
import { startProxy } from './support/proxy.js';

/** One way, in milliseconds: a client's `done` and its end are closer together than this. */
const LATENCY = 50;

describeReal('a far scamper and a client that sends done and closes at once', () => {
  // What the controller sends on the channel after `done` reaches a scamper that has forgotten the channel: it drops the connection
  // then and comes back.
  test('whatever crosses on the way, the session and the other client go on', async () => {
    const fleet = await startFleet();
    const proxy = await startProxy(fleet.port, LATENCY);
    const socket = await attachScamper(fleet, [], `127.0.0.1:${proxy.port}`);
    const attached = await fleet.controller.waitFor('instance.attached');
    const [stays, leaves] = [await attachClient(socket), await attachClient(socket)];

    leaves.send('done\n');
    await wait(LATENCY / 2);
    leaves.leave();
    await clientLeft(fleet, 2);
    await wait(6 * LATENCY); // time enough for scamper to take offence

    stays.send('ping -c 1 127.0.0.1\n');
    // Where it has dropped the connection, it comes back after half a minute or a whole one.
    await stays.until('OK id-', 90_000);
    await stays.until('DATA 1');
    stays.send('done\n');
    await stays.end;
    expect(stays.ended).toBe(true);
    const dropped = fleet.controller.log.some(({ event }) => event === 'instance.disconnected');
    const resumed = fleet.controller.log.find(({ event }) => event === 'instance.resumed');
    if (dropped) expect(resumed).toMatchObject({ id: attached['id'], fingerprint: attached['fingerprint'] });
    expect(fleet.controller.log.filter(({ level }) => Number(level) >= 40)).toEqual([]);
  });
});
