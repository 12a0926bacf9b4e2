import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { definePlugin, knowsPeerCredentials } from 'sc-remoted/plugin-sdk';
import { FakeClock } from 'sc-remoted/plugin-sdk/testing';
import policy from '../index.js';
import { Prefixes } from '../lib/prefixes.js';
import { Rates } from '../lib/rates.js';
import { auditTrail } from '../lib/trail.js';
import { clientOf, startWith, user } from '../support/bench.js';

const LIST = '# opted out\n192.0.2.0/24\n\n2001:db8:7::/48 # a university\n198.51.100.7\n';

/** Reloads with other options; the bench has its transport beside the plugin. */
function reloadWith(bench, options) {
  const memory = definePlugin({ name: 'memory', schema: { type: 'object' }, setup: () => undefined });
  return bench.controller.reload([memory, [policy, options]]);
}

/** Stands for the audit plugin. */
function trail(records) {
  return definePlugin({
    name: 'audit',
    schema: { type: 'object' },
    setup: (controller) => controller.provide(auditTrail, { record: (event, fields) => records.push([event, fields]) }),
  });
}

test('nobody may probe whom the list names, whatever the rules say', async (t) => {
  const options = { rules: [{ commands: ['ping'] }], otherwise: 'allow', noProbe: 'no-probe.txt' };
  const bench = await startWith(t, options, { files: { 'no-probe.txt': LIST } });
  const ask = await clientOf(bench);
  assert.equal(await ask('ping 192.0.2.77'), 'ERR 192.0.2.77 is on the no-probe list');
  assert.equal(await ask('trace 2001:db8:7:1::1'), 'ERR 2001:db8:7:1::1 is on the no-probe list');
  assert.equal(await ask('trace 198.51.100.7'), 'ERR 198.51.100.7 is on the no-probe list');
  assert.equal(await ask('trace 198.51.100.8'), 'OK trace 198.51.100.8');
  assert.equal(await ask('ping www.example.com'), 'ERR its target cannot be told for sure');
});

test('the list is read again at a reload, and kept when it is broken', async (t) => {
  const records = [];
  const options = { rules: [{}], noProbe: 'no-probe.txt' };
  const bench = await startWith(t, options, { files: { 'no-probe.txt': LIST }, plugins: [trail(records)] });
  const ask = await clientOf(bench);
  const isListed = async (target) => (await ask(`ping ${target}`)) === `ERR ${target} is on the no-probe list`;
  await bench.write('no-probe.txt', '203.0.113.0/24\n192.0.2.1/33\nexample.com\n192.0.2.1/24\n10.1\n');
  await bench.controller.reload();
  assert.ok(await isListed('192.0.2.77'));
  assert.ok(!(await isListed('203.0.113.1')));
  const [failed] = bench.log.of('reload.failed');
  const path = join(bench.directory, 'no-probe.txt');
  const mistakes = [
    'line 2: 192.0.2.1/33: the length goes from 0 to 32',
    'line 3: example.com is no address or prefix',
    'line 4: 192.0.2.1/24 has bits set after the prefix',
    'line 5: 10.1 is no address or prefix',
  ].join('; ');
  const cause = `${path}, ${mistakes}: the no-probe list has mistakes`;
  assert.equal(failed.message, `kept as it was: ${cause}`);
  await bench.write('no-probe.txt', '203.0.113.0/24\n');
  await bench.controller.reload();
  assert.ok(await isListed('203.0.113.1'));
  assert.ok(!(await isListed('192.0.2.77')));
  const sha256 = (digest) => ({
    rules: 1,
    otherwise: 'refuse',
    noProbe: digest.length,
    sha256: records.at(digest.at)[1].sha256,
  });
  assert.deepEqual(records, [
    ['policy.loaded', sha256({ length: 3, at: 0 })],
    ['policy.kept', { cause }],
    ['policy.loaded', sha256({ length: 1, at: 2 })],
  ]);
  assert.match(records[0][1].sha256, /^[0-9a-f]{64}$/);
  assert.notEqual(records[0][1].sha256, records[2][1].sha256);
});

test('a list that is missing, empty or broken keeps the controller from starting', async (t) => {
  const start = (files) => startWith(t, { noProbe: 'no-probe.txt' }, { files });
  await assert.rejects(start({}), { code: 'SCR_POLICY_LIST' });
  await assert.rejects(start({ 'no-probe.txt': '# nobody\n' }), { code: 'SCR_POLICY_LIST_EMPTY' });
  await assert.rejects(start({ 'no-probe.txt': 'x\n'.repeat(9) }), (failure) => {
    assert.equal(failure.code, 'SCR_POLICY_LIST_BROKEN');
    assert.match(
      failure.message,
      /no-probe\.txt, line 1: x is no address or prefix; .*line 5: .*; and 4 more: the no-probe list/,
    );
    return true;
  });
});

test('rules change at a reload; rules with mistakes are not taken', async (t) => {
  const bench = await startWith(t, { rules: [{}] });
  const ask = await clientOf(bench);
  await reloadWith(bench, { rules: [{ targets: { allow: ['192.0.2.0/240'] } }] });
  assert.equal(await ask('ping 192.0.2.1'), 'OK ping 192.0.2.1');
  assert.match(
    bench.log.of('reload.failed')[0].message,
    /^kept as it was: rule 1, targets\.allow: 192\.0\.2\.0\/240: the length goes from 0 to 32/,
  );
  await reloadWith(bench, { rules: [{ name: 'closed', refuse: 'closed today' }] });
  assert.equal(await ask('ping 192.0.2.1'), 'ERR closed today');
});

test('mistakes in the options are told before anything starts', async (t) => {
  const start = (rule) => startWith(t, { rules: [{}, rule] });
  await assert.rejects(start({ name: 'odd', targets: { deny: ['localhost'] } }), {
    code: 'SCR_POLICY_PREFIX',
    message: 'odd, targets.deny: localhost is no address or prefix: this is no prefix',
  });
  await assert.rejects(start({ users: ['nobody-of-that-name'] }), { code: 'SCR_POLICY_USER' });
  await assert.rejects(start({ groups: ['no-group-of-that-name'] }), { code: 'SCR_POLICY_GROUP' });
  await assert.rejects(start({ command: ['ping'] }), /rules\[1\]\.command: unknown option/);
  await assert.rejects(start({ commands: ['Ping'] }), /rules\[1\]\.commands\[0\]: must match pattern/);
  await assert.rejects(start({ rate: { seconds: 3 } }), /rules\[1\]\.rate\.commands: missing/);
});

test('the log tells who was refused what, and is not flooded', async (t) => {
  const bench = await startWith(t, { rules: [{ name: 'closed', refuse: 'closed today' }] });
  const ask = await clientOf(bench, { monitorName: 'ams-1', credentials: user(1001) });
  for (let turn = 0; turn < 13; turn++) await ask('ping 192.0.2.9');
  await bench.clock.advance(1_000);
  await ask('trace 192.0.2.9');
  const lines = bench.log.of('policy.refused');
  assert.equal(lines.length, 11);
  assert.deepEqual(lines[0].fields, {
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
  assert.equal(lines.at(-1).fields.unlogged, 3);
});

test('prefixes of every length are found, and only them', () => {
  const prefixes = new Prefixes();
  for (const prefix of ['0.0.0.0/1', '192.0.2.1', '2001:db8::/33', '::/128']) prefixes.add(prefix);
  assert.equal(prefixes.size, 4);
  const held = ['0.0.0.0', '127.255.255.255', '192.0.2.1', '2001:db8::', '2001:db8:7fff::', '::'];
  const others = ['128.0.0.0', '192.0.2.0', '192.0.2.2', '2001:db8:8000::', '::1', '2001:db7::'];
  assert.deepEqual(
    held.filter((address) => !prefixes.has(address)),
    [],
  );
  assert.deepEqual(
    others.filter((address) => prefixes.has(address)),
    [],
  );
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
    assert.throws(() => prefixes.add(wrong), Error, wrong);
  }
});

test('buckets that are full again are forgotten', async () => {
  const clock = new FakeClock();
  const rates = new Rates(clock);
  for (let key = 0; key < 1_024; key++) rates.take(String(key), { commands: 1, seconds: 1 });
  assert.equal(rates.size, 1_024);
  await clock.advance(1_000);
  rates.take('another', { commands: 1, seconds: 1 });
  assert.equal(rates.size, 1);
});

test('the options that the README shows are the ones there are', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  const { rules, ...others } = policy.schema.properties;
  const { targets, rate, ...rule } = rules.items.properties;
  const inner = [targets, rate].flatMap(({ properties }) => Object.keys(properties));
  for (const option of ['rules', ...Object.keys(others), ...Object.keys(rule), ...inner]) {
    assert.ok(readme.includes(`\`${option}\``) || readme.includes(`.${option}\``), option);
  }
});

test('a warning names the rules that refuse everybody because it is not known who the users are', async (t) => {
  const rules = [
    { name: 'no floods', commands: ['sting'], refuse: 'no' },
    { name: 'staff', users: [1] },
    { groups: [100], commands: ['ping'] },
    { name: 'slowly', rate: { commands: 1, each: 'instance' } },
    { name: 'each slowly', rate: { commands: 1 } },
  ];
  const bench = await startWith(t, { rules });
  const [warning] = bench.log.of('policy.blind');
  if (await knowsPeerCredentials()) assert.equal(warning, undefined);
  else assert.deepEqual([warning.level, warning.fields.rules], ['warn', ['staff', 'rule 3', 'each slowly']]);
});

test('rules that do not ask who the users are are not warned of', async (t) => {
  const bench = await startWith(t, { rules: [{ commands: ['ping'] }] });
  assert.deepEqual(bench.log.of('policy.blind'), []);
});
