import { execFileSync } from 'node:child_process';
import { chmodSync, lstatSync, rmSync, writeFileSync } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { createController } from '../../index.js';
import { type PluginEntry, definePlugin, listenLocal } from '../../plugin-sdk/index.js';
import { type TestBench, TestLog, startBench } from '../../testing/index.js';
import access from '../../plugins/access/index.js';
import unixExport from '../../plugins/unix-export/index.js';
import { asNobody, currentUmask, localClient, modeOf, namesIn, tempDirectory } from './support/local.js';

/** A group that the user of the tests may give sockets to; for root one that is not root's own. */
const group = aGroup();

function aGroup(): { name: string; gid: number } {
  const lines = execFileSync('getent', ['group'], { encoding: 'utf8' }).trim().split('\n');
  const groups = lines.map((line) => ({ name: line.split(':')[0] ?? '', gid: Number(line.split(':')[2]) }));
  const isRoot = process.geteuid?.() === 0;
  const own = process.getegid?.();
  const found = groups.find(({ gid }) => (isRoot ? gid !== own : gid === own));
  if (found === undefined) throw new Error('the system has no group that fits');
  return found;
}

/** A number that no group of this system has. */
const NO_GROUP = 1_999_999_999;

interface Exporting {
  readonly bench: TestBench;
  readonly directory: string;
  /** The entry of unix-export, for a reload. */
  readonly exports: PluginEntry;
}

async function exporting(options?: object): Promise<Exporting> {
  const directory = tempDirectory();
  const exports: PluginEntry = [unixExport, { directory }];
  const bench = await startBench(options === undefined ? [exports] : [exports, [access, options]]);
  onTestFinished(() => bench.stop());
  return { bench, directory, exports };
}

/** Attaches an instance. @returns the access to its socket: mode and group */
async function accessTo({ bench, directory }: Exporting, monitorName?: string): Promise<[mode: string, gid: number]> {
  await bench.attach(monitorName === undefined ? {} : { monitorName });
  return accessOf(join(directory, bench.instance().name));
}

function accessOf(path: string): [mode: string, gid: number] {
  return [modeOf(path).toString(8), lstatSync(path).gid];
}

const ownGid = process.getegid?.() ?? -1;

test.each([
  { name: 'without the plugin', options: undefined, mode: '700', gid: ownGid },
  { name: 'without options', options: {}, mode: '700', gid: ownGid },
  { name: 'allowGroup', options: { allowGroup: true }, mode: '770', gid: ownGid },
  { name: 'allowOther', options: { allowOther: true }, mode: '707', gid: ownGid },
  { name: 'allowGroup and allowOther', options: { allowGroup: true, allowOther: true }, mode: '777', gid: ownGid },
  { name: 'neither, said so', options: { allowGroup: false, allowOther: false }, mode: '700', gid: ownGid },
  { name: 'a group by name', options: { group: group.name }, mode: '770', gid: group.gid },
  { name: 'a group by number', options: { group: group.gid }, mode: '770', gid: group.gid },
  { name: 'a group and others', options: { group: group.gid, allowOther: true }, mode: '777', gid: group.gid },
  {
    name: 'a group that owns and may not',
    options: { group: group.gid, allowGroup: false },
    mode: '700',
    gid: group.gid,
  },
])('who may use a socket: $name', async ({ options, mode, gid }) => {
  const made = await exporting(options);
  expect(await accessTo(made)).toEqual([mode, gid]);
});

test('the first rule that fits the monitor name holds, the options outside the rules last', async () => {
  const made = await exporting({
    allowOther: true,
    rules: [
      { match: 'ucsd-secret', allowGroup: false },
      { match: 'ucsd-*', group: group.name },
      { match: '*.example.net', allowGroup: true },
      { match: 'ucsd-never', allowOther: true },
    ],
  });
  expect(await accessTo(made, 'ucsd-secret')).toEqual(['700', ownGid]);
  expect(await accessTo(made, 'ucsd-1')).toEqual(['770', group.gid]);
  expect(await accessTo(made, 'ucsd-a.b')).toEqual(['770', group.gid]);
  expect(await accessTo(made, 'ucsd-never')).toEqual(['770', group.gid]);
  expect(await accessTo(made, 'ucsd-.example.net')).toEqual(['770', group.gid]);
  expect(await accessTo(made, 'a.example.net')).toEqual(['770', ownGid]);
  expect(await accessTo(made, 'xucsd-1')).toEqual(['707', ownGid]);
  expect(await accessTo(made, 'UCSD-1')).toEqual(['707', ownGid]);
  expect(await accessTo(made, 'other')).toEqual(['707', ownGid]);
});

test('an instance without monitor name fits * only', async () => {
  const some = await exporting({
    rules: [
      { match: '?*', allowOther: true },
      { match: '**', allowOther: true },
      { match: '!x', allowOther: true },
    ],
  });
  expect(await accessTo(some)).toEqual(['700', ownGid]);
  expect(await accessTo(some, 'named')).toEqual(['707', ownGid]);
  const all = await exporting({
    rules: [
      { match: 'named', allowGroup: true },
      { match: '*', allowOther: true },
    ],
  });
  expect(await accessTo(all)).toEqual(['707', ownGid]);
  expect(await accessTo(all, 'named')).toEqual(['770', ownGid]);
  expect(await accessTo(all, 'other')).toEqual(['707', ownGid]);
});

async function startFailure(options: object): Promise<unknown> {
  const controller = await createController({ plugins: [['access', options]], logger: new TestLog() });
  return controller.start().then(
    () => controller.stop(),
    (failure: unknown) => failure,
  );
}

test.each([
  { name: 'outside the rules', options: { group: 'no-such-group' } },
  { name: 'in a rule', options: { rules: [{ match: 'x', group: 'no-such-group' }] } },
])('a group that does not exist fails the start: $name', async ({ options }) => {
  expect(await startFailure(options)).toMatchObject({
    code: 'SCR_ACCESS_GROUP',
    message: 'no-such-group: there is no such group',
    remedy: 'check the name, or give the group number',
    cause: { status: 2 }, // as getent says it
  });
});

test('a group that looks like an option of the look-up is no group', async () => {
  expect(await startFailure({ group: '--help' })).toMatchObject({
    code: 'SCR_ACCESS_GROUP',
    message: '--help: there is no such group',
  });
});

test('a user who is not root must be a member of the group', async () => {
  expect(await asNobody(() => startFailure({ group: NO_GROUP }))).toMatchObject({
    code: 'SCR_ACCESS_MEMBER',
    message: `${NO_GROUP}: this user may not give sockets to the group`,
    remedy: 'make the user that runs sc-remoted a member of the group',
  });
});

test('a user who is not root may give sockets to the group of the process', async () => {
  expect(await asNobody(() => startFailure({ group: ownGid }))).toBeUndefined();
});

test.skipIf(process.geteuid?.() !== 0)('and to its other groups (only root can choose them)', async () => {
  const before = process.getgroups?.() ?? [];
  onTestFinished(() => process.setgroups?.(before));
  process.setgroups?.([NO_GROUP]);
  expect(await asNobody(() => startFailure({ group: NO_GROUP }))).toBeUndefined();
});

test.each([
  [{ group: -1 }, 'group'],
  [{ group: '' }, 'group'],
  [{ allowGroup: 'yes' }, 'allowGroup: expected boolean'],
  [{ rules: [{ group: 1 }] }, 'rules[0].match: missing'],
  [{ rules: [{ match: '' }] }, 'rules[0].match'],
  [{ certificates: 'ops' }, 'certificates: expected array'],
  [{ rules: [{ match: 'x', certificates: [''] }] }, 'rules[0].certificates[0]'],
  [{ rules: [{ match: 'x', mode: 0o777 }] }, 'rules[0].mode: unknown option'],
])('%j is refused', async (options, told) => {
  await expect(createController({ plugins: [['access', options]] })).rejects.toMatchObject({
    code: 'SCR_CONFIG_INVALID',
    problems: [expect.stringContaining(`plugin access: ${told}`)],
  });
});

test('the socket of a plugin that is named before access is under the same rules', async () => {
  const directory = tempDirectory();
  const early = definePlugin({
    name: 'early',
    schema: { type: 'object' },
    setup(controller) {
      controller.hooks.start.tap(() =>
        listenLocal(controller, { path: join(directory, 'mux'), onConnection: (client) => client.end('hello') }),
      );
    },
  });
  await using bench = await startBench([
    early,
    [
      access,
      {
        rules: [
          { match: '*', group: group.gid },
          { match: 'never reached', allowOther: true },
        ],
      },
    ],
  ]);
  expect(accessOf(join(directory, 'mux'))).toEqual(['770', group.gid]);
  const client = localClient(join(directory, 'mux'));
  await client.until('hello');
  expect(bench.controller.state).toBe('running');
});

test('a later plugin has the last word', async () => {
  const directory = tempDirectory();
  const strict = definePlugin({
    name: 'strict',
    schema: { type: 'object' },
    setup: (controller) => controller.hooks.localSocket.tap((given) => ({ mode: given.mode & 0o770 })),
  });
  await using bench = await startBench([
    [unixExport, { directory }],
    [access, { group: group.gid, allowOther: true }],
    strict,
  ]);
  await bench.attach();
  expect(accessOf(join(directory, bench.instance().name))).toEqual(['770', group.gid]);
});

test('a reload changes the access to new sockets, and leaves those that are there', async () => {
  const made = await exporting({ allowGroup: true });
  expect(await accessTo(made, 'one')).toEqual(['770', ownGid]);
  const before = made.bench.instance().name;
  await made.bench.controller.reload([made.exports, [access, { rules: [{ match: 'two', allowOther: true }] }]]);
  expect(await accessTo(made, 'two')).toEqual(['707', ownGid]);
  expect(await accessTo(made, 'three')).toEqual(['700', ownGid]);
  expect(accessOf(join(made.directory, before))).toEqual(['770', ownGid]);
});

test('a reload with a group that does not exist is told and keeps the old access', async () => {
  const made = await exporting({ allowGroup: true });
  await made.bench.controller.reload([made.exports, [access, { allowOther: true, group: 'no-such-group' }]]);
  const { level, message, fields } = await made.bench.log.waitFor('reload.failed');
  expect(level).toBe('error');
  expect(`${message} ${String(fields['cause'])}`).toContain('no-such-group: there is no such group');
  expect(await accessTo(made)).toEqual(['770', ownGid]);
});

const GLIMPSES = `
  const { lstatSync } = require('node:fs');
  const { parentPort, workerData: { paths, turn } } = require('node:worker_threads');
  const seen = new Set();
  parentPort.postMessage('ready');
  for (let at = 0; at < paths.length; at = Atomics.load(turn, 0)) {
    const stats = lstatSync(paths[at], { throwIfNoEntry: false });
    if (stats !== undefined) seen.add((stats.mode & 0o777).toString(8) + ' ' + stats.gid);
  }
  parentPort.postMessage([...seen]);
`;

/** What another thread sees of sockets from the very moment they appear: every mode and group it catches. */
async function glimpses(made: Exporting, count: number): Promise<string[]> {
  const peers = Array.from(
    { length: count },
    (_, index) => ({ kind: 'ip', address: '198.51.100.1', port: 1 + index }) as const,
  );
  const paths = peers.map(({ address, port }) => join(made.directory, `${address}:${port}`));
  const turn = new Int32Array(new SharedArrayBuffer(4));
  const watcher = new Worker(GLIMPSES, { eval: true, workerData: { paths, turn } });
  await once(watcher, 'message');
  for (const peer of peers) {
    await made.bench.attach({ peer });
    Atomics.add(turn, 0, 1);
  }
  const [seen] = (await once(watcher, 'message')) as [string[]];
  await watcher.terminate();
  return seen.sort();
}

test.each([
  { name: 'owner only', options: {}, states: [`700 ${ownGid}`] },
  { name: 'a group', options: { group: group.gid }, states: [`700 ${ownGid}`, `700 ${group.gid}`, `770 ${group.gid}`] },
  { name: 'others', options: { allowOther: true }, states: [`700 ${ownGid}`, `707 ${ownGid}`] },
])('at no moment is a socket open to more than asked for, whatever the umask: $name', async ({ options, states }) => {
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  const seen = await glimpses(await exporting(options), 100);
  expect(currentUmask()).toBe(0);
  expect(seen).toContain(states.at(-1));
  expect(states).toEqual(expect.arrayContaining(seen));
});

test('a narrow umask does not take away what is asked for', async () => {
  const made = await exporting({ allowGroup: true, allowOther: true });
  const before = process.umask(0o777);
  onTestFinished(() => void process.umask(before));
  expect(await accessTo(made)).toEqual(['777', ownGid]);
  expect(currentUmask()).toBe(0o777);
});

test('the umask is restored when the socket cannot be made', async () => {
  const before = currentUmask();
  const made = await exporting({});
  rmSync(made.directory, { recursive: true });
  writeFileSync(made.directory, '');
  await expect(accessTo(made)).rejects.toThrow('the connection ended');
  expect(currentUmask()).toBe(before);
});

test.skipIf(process.geteuid?.() !== 0)(
  'a socket that cannot be given to the group is not there at all (needs root)',
  async () => {
    const made = await exporting({ group: group.gid });
    chmodSync(made.directory, 0o777);
    await asNobody(() => expect(accessTo(made)).rejects.toThrow('the connection ended'));
    const { message, fields } = await made.bench.log.waitFor('connection.refused');
    expect(`${message} ${String(fields['cause'])}`).toContain('the local socket cannot be made');
    expect(namesIn(made.directory)).toEqual([]);
  },
);
