import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Plugin, auditTrail, definePlugin, knowsPeerCredentials } from '../../../plugin-sdk/index.js';
import { FakeClock } from '../../../testing/index.js';
import policy from '../../../plugins/policy/index.js';
import { Prefixes } from '../../../plugins/policy/prefixes.js';
import { Rates } from '../../../plugins/policy/rates.js';
import { type Ruled, clientOf, startWith, user } from './support.js';

const LIST = '# opted out\n192.0.2.0/24\n\n2001:db8:7::/48 # a university\n198.51.100.7\n';

/** Reloads with other options; the bench has its transport beside the plugin. */
function reloadWith(bench: Ruled, options: object): Promise<void> {
  const memory = definePlugin({ name: 'memory', schema: { type: 'object' }, setup: () => undefined });
  return bench.controller.reload([memory, [policy, options]]);
}

/** What was written into the trail. */
type Recorded = [event: string, fields: Readonly<Record<string, unknown>> | undefined];

/** Stands for the audit plugin. */
function trail(records: Recorded[]): Plugin<object> {
  return definePlugin({
    name: 'audit',
    schema: { type: 'object' },
    setup: (controller) => controller.provide(auditTrail, { record: (event, fields) => records.push([event, fields]) }),
  });
}

test('nobody may probe whom the list names, whatever the rules say', async () => {
  const options = { rules: [{ commands: ['ping'] }], otherwise: 'allow', noProbe: 'no-probe.txt' };
  const bench = await startWith(options, { files: { 'no-probe.txt': LIST } });
  const ask = await clientOf(bench);
  expect(await ask('ping 192.0.2.77')).toBe('ERR 192.0.2.77 is on the no-probe list');
  expect(await ask('trace 2001:db8:7:1::1')).toBe('ERR 2001:db8:7:1::1 is on the no-probe list');
  expect(await ask('trace 198.51.100.7')).toBe('ERR 198.51.100.7 is on the no-probe list');
  expect(await ask('trace 198.51.100.8')).toBe('OK trace 198.51.100.8');
  expect(await ask('ping www.example.com')).toBe('ERR its target cannot be told for sure');
});

test('the list is read again at a reload, and kept when it is broken', async () => {
  const records: Recorded[] = [];
  const options = { rules: [{}], noProbe: 'no-probe.txt' };
  const bench = await startWith(options, { files: { 'no-probe.txt': LIST }, plugins: [trail(records)] });
  const ask = await clientOf(bench);
  const isListed = async (target: string) => (await ask(`ping ${target}`)) === `ERR ${target} is on the no-probe list`;
  bench.write('no-probe.txt', '203.0.113.0/24\n192.0.2.1/33\nexample.com\n192.0.2.1/24\n10.1\n');
  await bench.controller.reload();
  expect(await isListed('192.0.2.77')).toBe(true);
  expect(await isListed('203.0.113.1')).toBe(false);
  const [failed] = bench.log.of('reload.failed');
  const path = join(bench.directory, 'no-probe.txt');
  const mistakes = [
    'line 2: 192.0.2.1/33: the length goes from 0 to 32',
    'line 3: example.com is no address or prefix',
    'line 4: 192.0.2.1/24 has bits set after the prefix',
    'line 5: 10.1 is no address or prefix',
  ].join('; ');
  const cause = `${path}, ${mistakes}: the no-probe list has mistakes`;
  expect(failed?.message).toBe(`kept as it was: ${cause}`);
  bench.write('no-probe.txt', '203.0.113.0/24\n');
  await bench.controller.reload();
  expect(await isListed('203.0.113.1')).toBe(true);
  expect(await isListed('192.0.2.77')).toBe(false);
  const loaded = (noProbe: number, sha256: unknown) => ({ rules: 1, otherwise: 'refuse', noProbe, sha256 });
  const [before, , after] = records.map(([, fields]) => fields?.['sha256']);
  expect(records).toEqual([
    ['policy.loaded', loaded(3, before)],
    ['policy.kept', { cause }],
    ['policy.loaded', loaded(1, after)],
  ]);
  expect(before).toMatch(/^[0-9a-f]{64}$/);
  expect(before).not.toBe(after);
});

test('a list that is missing, empty or broken keeps the controller from starting', async () => {
  const start = (files: Readonly<Record<string, string>>) => startWith({ noProbe: 'no-probe.txt' }, { files });
  await expect(start({})).rejects.toMatchObject({ code: 'SCR_POLICY_LIST' });
  await expect(start({ 'no-probe.txt': '# nobody\n' })).rejects.toMatchObject({ code: 'SCR_POLICY_LIST_EMPTY' });
  await expect(start({ 'no-probe.txt': 'x\n'.repeat(9) })).rejects.toMatchObject({
    code: 'SCR_POLICY_LIST_BROKEN',
    message: expect.stringMatching(
      /no-probe\.txt, line 1: x is no address or prefix; .*line 5: .*; and 4 more: the no-probe list/,
    ),
  });
});

test('rules change at a reload; rules with mistakes are not taken', async () => {
  const bench = await startWith({ rules: [{}] });
  const ask = await clientOf(bench);
  await reloadWith(bench, { rules: [{ targets: { allow: ['192.0.2.0/240'] } }] });
  expect(await ask('ping 192.0.2.1')).toBe('OK ping 192.0.2.1');
  expect(bench.log.of('reload.failed')[0]?.message).toMatch(
    /^kept as it was: rule 1, targets\.allow: 192\.0\.2\.0\/240: the length goes from 0 to 32/,
  );
  await reloadWith(bench, { rules: [{ name: 'closed', refuse: 'closed today' }] });
  expect(await ask('ping 192.0.2.1')).toBe('ERR closed today (rule closed)');
});

test('mistakes in the options are told before anything starts', async () => {
  const start = (rule: object) => startWith({ rules: [{}, rule] });
  await expect(start({ name: 'odd', targets: { deny: ['localhost'] } })).rejects.toMatchObject({
    code: 'SCR_POLICY_PREFIX',
    message: 'rule odd, targets.deny: localhost is no address or prefix: this is no prefix',
  });
  await expect(start({ users: ['nobody-of-that-name'] })).rejects.toMatchObject({ code: 'SCR_POLICY_USER' });
  await expect(start({ groups: ['no-group-of-that-name'] })).rejects.toMatchObject({ code: 'SCR_POLICY_GROUP' });
  await expect(start({ command: ['ping'] })).rejects.toThrow(/rules\[1\]\.command: unknown option/);
  await expect(start({ commands: ['Ping'] })).rejects.toThrow(/rules\[1\]\.commands\[0\]: must match pattern/);
  await expect(start({ rate: { seconds: 3 } })).rejects.toThrow(/rules\[1\]\.rate\.commands: missing/);
});

test('the log tells who was refused what, and is not flooded', async () => {
  const bench = await startWith({ rules: [{ name: 'closed', refuse: 'closed today' }] });
  const ask = await clientOf(bench, { monitorName: 'ams-1', credentials: user(1001) });
  for (let turn = 0; turn < 13; turn++) await ask('ping 192.0.2.9');
  await bench.clock.advance(1_000);
  await ask('trace 192.0.2.9');
  const lines = bench.log.of('policy.refused');
  expect(lines).toHaveLength(11);
  expect(lines[0]?.fields).toEqual({
    plugin: 'policy',
    event: 'policy.refused',
    instance: 'ams-1-192.0.2.1:1025',
    channel: 1,
    uid: 1001,
    pid: 1,
    command: 'ping 192.0.2.9',
    rule: 'closed',
    reason: 'closed today',
    unlogged: 0,
  });
  expect(lines.at(-1)?.fields['unlogged']).toBe(3);
});

test('prefixes of every length are found, and only them', () => {
  const prefixes = new Prefixes();
  for (const prefix of ['0.0.0.0/1', '192.0.2.1', '2001:db8::/33', '::/128']) prefixes.add(prefix);
  expect(prefixes.size).toBe(4);
  const held = ['0.0.0.0', '127.255.255.255', '192.0.2.1', '2001:db8::', '2001:db8:7fff::', '::'];
  const others = ['128.0.0.0', '192.0.2.0', '192.0.2.2', '2001:db8:8000::', '::1', '2001:db7::'];
  expect(held.filter((address) => !prefixes.has(address))).toEqual([]);
  expect(others.filter((address) => prefixes.has(address))).toEqual([]);
  for (const wrong of [
    '',
    '/24',
    '10/8',
    '192.0.2.0/',
    '192.0.2.0/-1',
    '192.0.2.0/24/24',
    'fe80::1%eth0',
    '::ffff:192.0.2.1',
  ]) {
    expect(() => prefixes.add(wrong)).toThrow();
  }
});

test('buckets that are full again are forgotten', async () => {
  const clock = new FakeClock();
  const rates = new Rates(clock);
  for (let key = 0; key < 1_024; key++) rates.take(String(key), { commands: 1, seconds: 1 });
  expect(rates.size).toBe(1_024);
  await clock.advance(1_000);
  rates.take('another', { commands: 1, seconds: 1 });
  expect(rates.size).toBe(1);
});

test('a warning names the rules that refuse everybody because it is not known who the users are', async () => {
  const rules = [
    { name: 'no floods', commands: ['sting'], refuse: 'no' },
    { name: 'staff', users: [1] },
    { groups: [100], commands: ['ping'] },
    { name: 'slowly', rate: { commands: 1, each: 'instance' } },
    { name: 'each slowly', rate: { commands: 1 } },
  ];
  const bench = await startWith({ rules });
  const [warning] = bench.log.of('policy.blind');
  if (await knowsPeerCredentials()) expect(warning).toBeUndefined();
  else expect(warning).toMatchObject({ level: 'warn', fields: { rules: ['staff', '3', 'each slowly'] } });
});

test('rules that do not ask who the users are are not warned of', async () => {
  const bench = await startWith({ rules: [{ commands: ['ping'] }] });
  expect(bench.log.of('policy.blind')).toEqual([]);
});
