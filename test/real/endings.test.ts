import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import {
  attachClient,
  attachScamper,
  clientLeft,
  count,
  measure,
  nextInstance,
  startFleet,
  startScamper,
} from './support/fleet.js';
import { describeReal } from './support/programs.js';

describeReal('who leaves, and when, with the real scamper', () => {
  test('a client that leaves in the middle of a measurement harms nobody', async () => {
    const fleet = await startFleet();
    const socket = await attachScamper(fleet);
    const client = await attachClient(socket);
    client.send('ping -c 100 127.0.0.1\n');
    await client.until('OK id-');
    client.leave();
    await clientLeft(fleet, 1);
    // Another target: scamper measures one target after the other.
    const { code, dump } = await measure(socket, ['ping -c 1 127.0.0.2']);
    expect(code).toBe(0);
    expect(count(dump, 'ping from 127.0.0.1 to 127.0.0.2')).toBe(1);
    expect(fleet.controller.log.filter(({ event }) => event === 'instance.disconnected')).toEqual([]);
  });

  test('a client that has sent many commands leaves: its channel ends, the other one goes on', async () => {
    const fleet = await startFleet();
    const socket = await attachScamper(fleet);
    const [stays, leaves] = [await attachClient(socket), await attachClient(socket)];
    for (let command = 0; command < 200; command++) leaves.send('ping -c 1 127.0.0.1\n');
    leaves.leave();
    await clientLeft(fleet, 2);
    stays.send('ping -c 1 127.0.0.2\n');
    await stays.until('OK id-');
    await stays.until('DATA ', 20_000);
    expect(fleet.controller.log.filter(({ event }) => event === 'instance.disconnected')).toEqual([]);
  });

  test('a client that will send no more still gets what scamper has to say, and end of file', async () => {
    const fleet = await startFleet();
    const client = await attachClient(await attachScamper(fleet));
    client.finish();
    await client.end;
    expect(client.ended).toBe(true);
    expect(fleet.controller.log.filter(({ event }) => event === 'instance.disconnected')).toEqual([]);
  });

  test('scamper is killed: its socket goes at once, its client stays as long as the instance is kept', async () => {
    const fleet = await startFleet(['-Z', '2']);
    const scamper = startScamper(`127.0.0.1:${fleet.port}`);
    const socket = fleet.socket(await nextInstance(fleet));
    const client = await attachClient(socket);
    await scamper.kill();
    await fleet.controller.waitFor('instance.zombie', { seconds: 2 });
    expect(existsSync(socket)).toBe(false);
    expect(client.stream.destroyed).toBe(false);
    await client.end;
    expect(client.ended).toBe(true);
    expect(await fleet.controller.waitFor('instance.gone')).toMatchObject({ code: 'SCR_INSTANCE_GONE' });
  });

  test('scamper is killed with -Z 0: its client sees end of file at once', async () => {
    const fleet = await startFleet(['-Z', '0']);
    const scamper = startScamper(`127.0.0.1:${fleet.port}`);
    const client = await attachClient(fleet.socket(await nextInstance(fleet)));
    await scamper.kill();
    await client.end;
    expect(client.ended).toBe(true);
  });

  test('the controller stops: its clients see end of file, the folder is empty', async () => {
    const fleet = await startFleet();
    const socket = await attachScamper(fleet);
    const client = await attachClient(socket);
    fleet.controller.signal('SIGTERM');
    await client.end;
    expect(client.ended).toBe(true);
    expect((await fleet.controller.finished).code).toBe(0);
    expect(readdirSync(dirname(socket))).toEqual([]);
  });

  test('the controller is killed and started again: it takes its folder over, and a new scamper serves', async () => {
    const fleet = await startFleet();
    const socket = await attachScamper(fleet);
    fleet.controller.signal('SIGKILL');
    await fleet.controller.finished;
    expect(existsSync(socket)).toBe(true);
    const again = await startFleet(['-P', `127.0.0.1:${fleet.port}`], fleet.folder);
    expect(await again.controller.waitFor('export.cleaned')).toMatchObject({ count: 1 });
    expect(existsSync(socket)).toBe(false);
    const other = await attachScamper(again, ['-M', 'other']);
    expect(readdirSync(join(fleet.folder, 'sockets'))).toHaveLength(1);
    const { dump } = await measure(other, ['ping -c 1 127.0.0.1']);
    expect(count(dump, 'ping from 127.0.0.1 to 127.0.0.1')).toBe(1);
  });
});
