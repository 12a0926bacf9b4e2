import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { expect, test } from 'vitest';
import { attachClient, attachScamper, count, measure, startFleet } from './support/fleet.js';
import { describeReal } from './support/programs.js';
import { startProxy } from './support/proxy.js';
import { dumpOf } from './support/warts.js';

describeReal('a resume with the real scamper', () => {
  test('its connection is cut: session, clients and measurements go on', async () => {
    const fleet = await startFleet();
    const proxy = await startProxy(fleet.port);
    const socket = await attachScamper(fleet, ['-M', 'foo.bar'], `127.0.0.1:${proxy.port}`);
    const attached = await fleet.controller.waitFor('instance.attached');
    const client = await attachClient(socket);
    client.send('ping -c 3 127.0.0.1\n');
    await client.until('OK id-1\n');
    const targets = Array.from({ length: 20 }, (_, index) => `127.0.1.${index + 1}`);
    const bySCAttach = measure(
      socket,
      targets.map((target) => `ping -c 2 ${target}`),
    );
    await fleet.controller.waitFor('client.attached', { channel: 2 });

    proxy.cut();
    await fleet.controller.waitFor('instance.zombie', { seconds: 900 });
    expect(existsSync(socket)).toBe(false);
    client.send('ping -c 1 127.0.0.2\n'); // held until scamper is back

    const resumed = await fleet.controller.waitFor('instance.resumed');
    expect(resumed).toMatchObject({ id: attached['id'], fingerprint: attached['fingerprint'], monitorName: 'foo.bar' });
    expect(resumed['instance']).not.toBe(attached['instance']);
    expect(readdirSync(dirname(socket))).toEqual([resumed['instance']]);

    await client.until('OK id-2\n', 60_000);
    client.send('done\n');
    await client.end;
    expect(client.ended).toBe(true);
    const dump = dumpOf(client.text);
    expect(dump.match(/^ping from .*$/gm)?.toSorted()).toEqual([
      'ping from 127.0.0.1 to 127.0.0.1',
      'ping from 127.0.0.1 to 127.0.0.2',
    ]);
    expect(count(dump, 'reply from 127.0.0.1,')).toBe(3);

    const { code, dump: dumpOfSCAttach } = await bySCAttach;
    expect(code).toBe(0);
    for (const target of targets) expect(count(dumpOfSCAttach, `reply from ${target},`), target).toBe(2);
    expect(fleet.controller.log.filter(({ event }) => event === 'instance.attached')).toHaveLength(1);
  });
});
