import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attachScamper, count, measure, startFleet } from './support/fleet.js';
import { describeReal } from './support/programs.js';

describeReal('measurements with the real scamper, sc_attach and sc_wartsdump', () => {
  test('ping and trace to the loopback; the socket is named after the connection', async () => {
    const fleet = await startFleet();
    const socket = await attachScamper(fleet);
    expect(readdirSync(join(fleet.folder, 'sockets'))).toEqual([expect.stringMatching(/^127\.0\.0\.1:\d+$/)]);
    const { code, text, dump } = await measure(socket, ['ping -c 1 127.0.0.1', 'trace -P icmp-paris -q 1 127.0.0.1']);
    expect({ code, text }).toEqual({ code: 0, text: '' });
    expect(count(dump, 'ping from 127.0.0.1 to 127.0.0.1')).toBe(1);
    expect(count(dump, 'reply from 127.0.0.1')).toBe(1);
    expect(count(dump, 'traceroute from 127.0.0.1 to 127.0.0.1')).toBe(1);
    expect(dump).toMatch(/^hop +1 +127\.0\.0\.1$/m);
  });

  test('scamper -M foo.bar: the name is in the name of the socket and in the results', async () => {
    const fleet = await startFleet();
    const socket = await attachScamper(fleet, ['-M', 'foo.bar']);
    expect(readdirSync(join(fleet.folder, 'sockets'))).toEqual([expect.stringMatching(/^foo\.bar-127\.0\.0\.1:\d+$/)]);
    const { dump } = await measure(socket, ['ping -c 1 127.0.0.1']);
    expect(dump).toContain('monitor: foo.bar');
  });

  test('scamper -R [::1]:port: over IPv6', async () => {
    const fleet = await startFleet(['-P', '[::1]:0']);
    const socket = await attachScamper(fleet, [], `[::1]:${fleet.port}`);
    expect(readdirSync(join(fleet.folder, 'sockets'))).toEqual([expect.stringMatching(/^::1\.\d+$/)]);
    const { dump } = await measure(socket, ['ping -c 1 ::1', 'trace -P icmp-paris -q 1 ::1']);
    expect(count(dump, 'ping from ::1 to ::1')).toBe(1);
    expect(count(dump, 'traceroute from ::1 to ::1')).toBe(1);
  });

  test('two clients of one instance at once, each with its own results', async () => {
    const fleet = await startFleet();
    const socket = await attachScamper(fleet);
    const targets = ['127.0.0.2', '127.0.0.3'];
    const results = await Promise.all(
      targets.map((target) => measure(socket, Array<string>(40).fill(`trace -P icmp-paris -q 1 ${target}`))),
    );
    for (const [index, { code, dump }] of results.entries()) {
      expect(code).toBe(0);
      expect(count(dump, 'traceroute from')).toBe(40);
      expect(dump.match(/^traceroute from \S+ to \S+/gm)?.every((line) => line.endsWith(` to ${targets[index]}`))).toBe(
        true,
      );
    }
    const channels = fleet.controller.log.filter(({ event }) => event === 'client.attached');
    expect(channels.map(({ channel }) => channel)).toEqual([1, 2]);
  });

  test('several instances, each reached by its own socket', async () => {
    const fleet = await startFleet();
    const names = ['a.example', 'b.example', 'c.example'];
    const sockets: string[] = [];
    for (const name of names) sockets.push(await attachScamper(fleet, ['-M', name]));
    expect(readdirSync(join(fleet.folder, 'sockets'))).toHaveLength(3);
    const results = await Promise.all(sockets.map((socket) => measure(socket, ['ping -c 1 127.0.0.1'])));
    expect(results.map(({ dump }) => / monitor: (\S+)/.exec(dump)?.[1])).toEqual(names);
  });

  test('500 traces', async () => {
    const fleet = await startFleet();
    const socket = await attachScamper(fleet);
    const { code, dump } = await measure(socket, Array<string>(500).fill('trace -P icmp-paris -q 1 127.0.0.1'));
    expect(code).toBe(0);
    expect(count(dump, 'traceroute from 127.0.0.1 to 127.0.0.1')).toBe(500);
  });
});
