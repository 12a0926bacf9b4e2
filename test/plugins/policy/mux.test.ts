import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { PluginEntry } from '../../../core/contract/plugin.js';
import { knowsPeerCredentials } from '../../../plugin-sdk/index.js';
import audit from '../../../plugins/audit/index.js';
import policy from '../../../plugins/policy/index.js';
import unixExport from '../../../plugins/unix-export/index.js';
import { startBench } from '../../../testing/index.js';
import { type Line, linesIn, textIn } from '../audit/support.js';
import { eventually } from '../mux/support/eventually.js';
import { startMux } from '../mux/support/mux-bench.js';
import { clients, listening, plain, secure, tls } from '../mux/support/network.js';
import type { StrictMux } from '../mux/support/strict-mux.js';
import { localClient, tempDirectory } from '../support/local.js';

/** Tests run as this user; without koffi nobody is known, and all rules for people refuse. */
const me = process.getuid?.() ?? 0;
const knowsMe = await knowsPeerCredentials();
const whoIsNot = (rule: string): string => `ERR who you are is not known (rule ${rule})\n`;

/** Sends a command, and waits for what it is answered with. */
async function ask(mux: StrictMux, channel: number, command: string, answer: string): Promise<void> {
  mux.send(channel, `${command}\n`);
  await mux.untilText(channel, answer);
}

/** Opens a channel on each of the first VPs. */
async function openAll(mux: StrictMux, ids: readonly number[]): Promise<void> {
  for (const id of ids) {
    mux.open(id, id);
    await mux.untilText(id, 'MORE\n');
  }
}

/** Lines of the trail about commands, once there are as many. */
async function commandsIn(directory: string, count: number): Promise<Line[]> {
  const found = (): Line[] => linesIn(textIn(directory)).filter(({ event }) => /^command\.(sent|refused)$/.test(event));
  await eventually(() => found().length === count, `${count} commands in the trail`);
  return found();
}

test('the socket of an instance: by the user of the process', async () => {
  const directory = tempDirectory();
  const rules = [{ name: 'me', users: [me], commands: ['ping'] }];
  const plugins = [
    [policy, { rules }],
    [unixExport, { directory: 'vps' }],
  ] satisfies PluginEntry[];
  await using bench = await startBench(plugins, { directory });
  await bench.attach({ monitorName: 'ams-1' });
  const client = localClient(join(directory, 'vps', bench.instance().name));
  await client.until('MORE');
  client.send('ping 192.0.2.1\n');
  await client.until(knowsMe ? 'OK id-1\n' : whoIsNot('me'));
  client.send('trace 192.0.2.1\n');
  await client.until('ERR no rule allows it\n');
});

test('the mux: each channel by the user of the program, on the VP that it leads to', async () => {
  const directory = tempDirectory();
  const rules = [
    { name: 'lon', instances: ['lon-*'], refuse: 'not from London' },
    { name: 'me', users: [me], targets: { allow: ['192.0.2.0/24'] }, running: { measurements: 1 } },
  ];
  const bench = await startMux(
    {},
    [
      [audit, { file: 'audit.log' }],
      [policy, { rules }],
    ],
    { directory },
  );
  await using _ = bench;
  await bench.attach({ monitorName: 'ams-1', script: {} });
  await bench.attach({ monitorName: 'lon-1', script: {} });
  await bench.attach({ monitorName: 'par-1', script: {} });
  const client = await bench.ready();
  client.open(1, 1);
  client.open(2, 2);
  client.open(3, 3);
  await ask(client, 2, 'ping 192.0.2.1', 'ERR not from London (rule lon)\n');
  await ask(client, 1, 'ping 198.51.100.1', 'ERR ');
  client.send(1, 'ping 192.0.2.1\n');
  await ask(client, 3, 'ping 192.0.2.1', 'ERR ');
  expect(client.violation).toBeUndefined();
  const lines = await commandsIn(directory, 4);
  expect(lines.map(({ connection, channel, uid }) => [connection, channel, uid])).toEqual(
    lines.map(() => [1, 1, knowsMe ? me : undefined]),
  );
  expect(new Set(lines.map(({ client: number }) => number)).size).toBe(3);
  if (!knowsMe) return;
  expect(client.text(1)).toBe('ERR 198.51.100.1 is not among the targets for you (rule me)\n');
  expect(client.text(3)).toBe('ERR as many measurements run as may (1); wait until one is done (rule me)\n');
  const told = lines.map((line) => [line.event, line['instanceId'], line['rule']]);
  expect(told).toEqual([
    ['command.refused', 2, 'lon'],
    ['command.refused', 1, 'me'],
    ['command.sent', 1, undefined],
    ['command.refused', 3, 'me'],
  ]);
});

test('the mux over TLS: by the names in the certificate', async () => {
  const rules = [{ name: 'ucsd', certificates: ['*.ucsd.example'], instances: ['ams-*'], commands: ['ping'] }];
  const plugins: PluginEntry[] = [
    [audit, { file: 'audit.log' }],
    [policy, { rules }],
  ];
  const { bench, port, directory } = await listening({ tls: { ...tls, ca: 'ca.pem' } }, plugins);
  await bench.attach({ monitorName: 'ams-1' });
  await bench.attach({ monitorName: 'lon-1' });
  const alice = await secure(port, await clients.issue({ subject: 'CN=x', dns: ['a.ucsd.example'] })).ready();
  await openAll(alice, [1, 2]);
  await ask(alice, 1, 'ping 192.0.2.1', 'OK id-1\n');
  await ask(alice, 1, 'trace 192.0.2.1', 'ERR no rule allows it\n');
  await ask(alice, 2, 'ping 192.0.2.1', 'ERR no rule allows it\n');
  const mallory = await secure(port, await clients.issue({ subject: 'CN=y', dns: ['mallory.example'] })).ready();
  await openAll(mallory, [1]);
  await ask(mallory, 1, 'ping 192.0.2.1', 'ERR no rule allows it\n');
  const lines = await commandsIn(directory, 4);
  expect(lines.map((line) => [line['connection'], line['certificateNames'], line['certificateSubject']])).toEqual([
    [1, ['a.ucsd.example'], 'CN=x'],
    [1, ['a.ucsd.example'], 'CN=x'],
    [1, ['a.ucsd.example'], 'CN=x'],
    [2, ['mallory.example'], 'CN=y'],
  ]);
  expect(lines.every(({ peer }) => /^127\.0\.0\.1:\d+$/.test(String(peer)))).toBe(true);
});

test('the mux over plain TCP: nobody is known, and rules for people refuse', async () => {
  const rules = [{ users: [me], certificates: ['*'], refuse: 'no' }, {}];
  const { bench, port } = await listening({}, [[policy, { rules }]]);
  await bench.attach({ monitorName: 'ams-1' });
  const client = await plain(port).ready();
  await openAll(client, [1]);
  await ask(client, 1, 'ping 192.0.2.1', whoIsNot('1'));
});
