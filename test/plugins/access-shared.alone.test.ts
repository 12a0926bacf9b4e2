import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, lstatSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createController } from '../../index.js';
import {
  type ClientOrigin,
  type InstanceView,
  type PluginController,
  type PluginEntry,
  ScrError,
  definePlugin,
  knowsPeerCredentials,
  listenLocal,
} from '../../plugin-sdk/index.js';
import { SimClient, type TestBench, TestLog, memoryPair, startBench } from '../../testing/index.js';
import access from '../../plugins/access/index.js';
import unixExport from '../../plugins/unix-export/index.js';
import { localClient, modeOf, tempDirectory } from './support/local.js';

const isRoot = process.geteuid?.() === 0;
const canKnowUsers = await knowsPeerCredentials();
const ownGid = process.getegid?.() ?? -1;

/** Numbers that no user and no group of this system has. */
const USER = 1_999_000_001;
const [PRIMARY, RED, BLUE] = [1_999_000_010, 1_999_000_011, 1_999_000_012];

/** Connects the client to the instance that it names in its first line, and says how that went. */
function serve(controller: PluginController, client: SimClient, origin: ClientOrigin): void {
  const [name] = client.text.split('\n');
  const instance = controller.instances().find(({ monitorName }) => monitorName === name);
  client.send(`${tried(instance, origin)}\n`);
}

function tried(instance: InstanceView | undefined, origin: ClientOrigin): string {
  try {
    if (instance === undefined) return 'no such instance';
    const [ours, theirs] = memoryPair();
    instance.connect(ours, origin);
    theirs.destroy();
    return 'welcome';
  } catch (failure) {
    return failure instanceof ScrError ? `${failure.code} ${failure.message}` : String(failure);
  }
}

/** One socket for all instances. */
function hub(path: string, originOf = (origin: ClientOrigin): ClientOrigin => origin) {
  return definePlugin({
    name: 'hub',
    schema: { type: 'object' },
    setup(controller) {
      const onConnection = (stream: ConstructorParameters<typeof SimClient>[0], origin: ClientOrigin): void => {
        const client = new SimClient(stream);
        void client.until('\n').then(
          () => serve(controller, client, originOf(origin)),
          () => undefined,
        );
        void client.end.then(() => client.finish());
      };
      controller.hooks.start.tap(() => listenLocal(controller, { path, onConnection }));
    },
  });
}

interface Shared {
  readonly bench: TestBench;
  readonly path: string;
  /** The entries of the plugins, for a reload. */
  readonly entries: (options: object) => PluginEntry[];
}

async function sharing(
  options: object,
  originOf?: (origin: ClientOrigin) => ClientOrigin,
  another?: (path: string) => PluginEntry,
): Promise<Shared> {
  const directory = tempDirectory();
  chmodSync(directory, 0o755);
  const path = join(directory, 'hub');
  const plugin = hub(path, originOf);
  const entries = (given: object): PluginEntry[] => [
    plugin,
    [access, given],
    ...(another === undefined ? [] : [another(path)]),
  ];
  const bench = await startBench(entries(options));
  onTestFinished(() => bench.stop());
  return { bench, path, entries };
}

async function attachAll({ bench }: Shared, ...monitorNames: string[]): Promise<void> {
  for (const monitorName of monitorNames) await bench.attach({ monitorName });
}

/** Asks in this process. */
async function askHere({ path }: Shared, ...names: string[]): Promise<string[]> {
  return Promise.all(
    names.map(async (name) => {
      const client = localClient(path);
      client.send(`${name}\n`);
      const answer = await client.until('\n');
      client.leave();
      return `${name}: ${answer.trimEnd()}`;
    }),
  );
}

interface Who {
  readonly gid: number;
  readonly groups?: readonly number[];
}

/** Asks in a process of the user for one instance after the other. */
const ASK = `
  const [path, who, names] = process.argv.slice(1).map((given) => JSON.parse(given));
  process.setgroups(who.groups ?? []);
  process.setgid(who.gid);
  process.setuid(${USER});
  (async () => {
    for (const name of names) {
      let answer = '';
      const client = require('net').connect(path, () => client.write(name + '\\n'));
      client.on('error', ({ code }) => console.log(name + ': ' + code)).on('data', (bytes) => {
        answer += bytes;
        if (answer.endsWith('\\n')) client.end();
      });
      await new Promise((resolve) => client.once('close', resolve));
      if (answer !== '') console.log(name + ': ' + answer.trimEnd());
    }
  })();
`;

async function ask({ path }: Shared, who: Who, ...names: string[]): Promise<string[]> {
  const given = [path, who, names].map((value) => JSON.stringify(value));
  const child = spawn(process.execPath, ['-e', ASK, ...given], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [answers] = await Promise.all([text(child.stdout), once(child, 'close')]);
  return answers.trimEnd().split('\n');
}

const refusal = (why: string): string => `SCR_CLIENT_DENIED ${why}: the client may not use this instance`;
const denied = (name: string, why: string): string => `${name}: ${refusal(why)}`;

const colours = {
  rules: [
    { match: 'red-*', group: RED },
    { match: 'blue-*', group: BLUE },
    { match: 'open-*', allowOther: true },
  ],
};
const ALL = ['red-1', 'blue-1', 'open-1', 'mine'];

const withUsers = test.skipIf(!isRoot || !canKnowUsers);

withUsers('each instance is for the users that its rule says (needs root, Linux and koffi)', async () => {
  const made = await sharing(colours);
  await attachAll(made, ...ALL);
  expect(modeOf(made.path)).toBe(0o777);
  const notRed = denied('red-1', `user ${USER} is not in group ${RED}`);
  const notBlue = denied('blue-1', `user ${USER} is not in group ${BLUE}`);
  const notMine = denied('mine', `user ${USER} is not the one who runs the controller`);
  const asked: Who[] = [{ gid: RED }, { gid: PRIMARY, groups: [PRIMARY, BLUE] }, { gid: PRIMARY }];
  expect(await Promise.all(asked.map((who) => ask(made, who, ...ALL)))).toEqual([
    ['red-1: welcome', notBlue, 'open-1: welcome', notMine],
    [notRed, 'blue-1: welcome', 'open-1: welcome', notMine],
    [notRed, notBlue, 'open-1: welcome', notMine],
  ]);
  expect(await askHere(made, ...ALL)).toEqual(ALL.map((name) => `${name}: welcome`));
});

withUsers('the owner may always, root as well (needs root, Linux and koffi)', async () => {
  const made = await sharing(colours);
  await attachAll(made, 'mine');
  const mine = made.bench.instance();
  const from = (uid: number): ClientOrigin => ({ socket: made.path, credentials: { uid, gid: PRIMARY, pid: 1 } });
  process.seteuid?.(USER);
  onTestFinished(() => void process.seteuid?.(0));
  expect([USER, 0].map((uid) => tried(mine, from(uid)))).toEqual(['welcome', 'welcome']);
  expect(tried(mine, from(USER + 1))).toContain('SCR_CLIENT_DENIED');
});

test.skipIf(!canKnowUsers).each([
  { name: 'nobody but the owner', options: {}, mode: 0o700, gid: ownGid },
  { name: 'others', options: { allowOther: true }, mode: 0o707, gid: ownGid },
  { name: 'one group', options: { rules: [{ match: 'x', group: ownGid }] }, mode: 0o770, gid: ownGid },
  {
    name: "the process's own group twice",
    options: { allowGroup: true, rules: [{ match: 'x', group: ownGid }] },
    mode: 0o770,
    gid: ownGid,
  },
  {
    name: 'a group for some, others for some',
    options: {
      rules: [
        { match: 'x', allowGroup: true },
        { match: 'y', allowOther: true },
      ],
    },
    mode: 0o777,
    gid: ownGid,
  },
  {
    name: 'a rule that is never reached',
    options: {
      allowOther: true,
      rules: [
        { match: '*', allowGroup: true },
        { match: 'y', allowOther: true },
      ],
    },
    mode: 0o770,
    gid: ownGid,
  },
  ...(isRoot
    ? [
        {
          name: 'two groups: the file has one, and the plugin asks each client',
          options: { allowGroup: true, rules: [{ match: 'x', group: RED }] },
          mode: 0o777,
          gid: ownGid,
        },
      ]
    : []),
])('who may use one instance can connect: $name (needs Linux and koffi)', async ({ options, mode, gid }) => {
  const { path } = await sharing(options);
  expect([modeOf(path), lstatSync(path).gid]).toEqual([mode, gid]);
});

/** What the system says of a group's members; undefined: it fails. */
type Members = string | undefined;

interface Lists {
  /** Says who is a member of RED from then on. */
  readonly listed: (members: Members) => void;
  /** What it was asked: each look-up with its keys. */
  readonly asked: () => string[];
  /** It does not answer from then on. */
  readonly hang: () => void;
}

/** Puts a program in the place of the system's look-up. It knows of users those who are asked for. */
function systemLists(): Lists {
  const directory = tempDirectory();
  const script = join(directory, 'getent');
  const calls = join(directory, 'calls');
  writeFileSync(calls, '');
  vi.stubEnv('PATH', `${directory}:${process.env['PATH'] ?? ''}`);
  onTestFinished(() => void vi.unstubAllEnvs());
  const program = (...lines: string[]): void =>
    writeFileSync(script, ['#!/bin/sh', `echo "$*" >> ${calls}`, ...lines, ''].join('\n'), { mode: 0o755 });
  return {
    listed(members) {
      const group = `echo red:x:${RED}:${members ?? ''}`;
      const ann = `echo ann:x:${USER}:${PRIMARY}::/:`;
      const known = `case "$*" in 'group -- '*) ${group} ;; 'passwd -- '*ann*) ${ann} ;; esac`;
      program(...(members === undefined ? ['exit 1'] : [known, 'exit 2']));
    },
    asked: () => readFileSync(calls, 'utf8').trimEnd().split('\n'),
    hang: () => program('exec sleep 20'),
  };
}

const FIVE_MINUTES = 300_000;
const fromAnn = (socket: string): ClientOrigin => ({ socket, credentials: { uid: USER, gid: PRIMARY, pid: 1 } });
const redAndMine = {
  rules: [
    { match: 'red-*', group: RED },
    { match: 'blue-*', group: BLUE },
  ],
};

test.skipIf(!isRoot || !canKnowUsers)(
  'members by the list of the system may, who is taken out of it may not within minutes (needs root, Linux and koffi)',
  async () => {
    const { listed } = systemLists();
    listed('bob,ann');
    const made = await sharing(redAndMine);
    await attachAll(made, 'blue-1', 'red-1');
    const { bench, path } = made;
    expect(tried(bench.instance(), fromAnn(path))).toBe('welcome');
    expect(tried(bench.instance(0), fromAnn(path))).toContain(`user ${USER} is not in group ${BLUE}`);
    listed('bob');
    expect(tried(bench.instance(), fromAnn(path))).toBe('welcome');
    await bench.clock.advance(FIVE_MINUTES);
    await attachAll(made, 'red-1');
    await expect.poll(() => tried(bench.instance(), fromAnn(path))).toContain(`user ${USER} is not in group ${RED}`);
    listed('ann');
    await bench.controller.reload(made.entries(redAndMine));
    expect(tried(bench.instance(), fromAnn(path))).toBe('welcome');
  },
);

test.skipIf(!isRoot || !canKnowUsers)(
  'nobody is a member by a list that cannot be read, and the log tells (needs root, Linux and koffi)',
  async () => {
    const { listed } = systemLists();
    listed('ann');
    const made = await sharing(redAndMine);
    const { bench, path } = made;
    listed(undefined);
    await bench.clock.advance(FIVE_MINUTES);
    const { level, message } = await bench.log.waitFor('access.members');
    await attachAll(made, 'red-1');
    expect([level, message]).toEqual(['warn', "the system's list of members cannot be read"]);
    expect(tried(bench.instance(), fromAnn(path))).toContain('SCR_CLIENT_DENIED');
    const inGroup = { uid: USER, gid: PRIMARY, pid: 1, groups: [RED] };
    expect(tried(bench.instance(), { socket: path, credentials: inGroup })).toBe('welcome');
  },
);

/** Asks for the access to a socket for several instances whenever an instance attaches. */
const lateHub = definePlugin({
  name: 'late-hub',
  schema: { type: 'object' },
  setup: (controller) => controller.hooks.attach.tap(() => void controller.localSocketAccess('/late/hub')),
});

test.skipIf(!isRoot || !canKnowUsers)(
  'the list is read while there is a socket for several instances, and never older than minutes when one is made (needs root, Linux and koffi)',
  async () => {
    const { listed, asked } = systemLists();
    listed('');
    await using bench = await startBench([lateHub, [access, { rules: [{ match: 'red-*', group: RED }] }]]);
    const isAnn = (): boolean => tried(bench.instance(), fromAnn('/late/hub')) === 'welcome';
    await bench.clock.advance(2 * FIVE_MINUTES + 1); // nobody needs it
    listed('ann');
    await bench.attach({ monitorName: 'red-1' });
    await expect.poll(isAnn).toBe(true);
    await bench.attach({ monitorName: 'red-2' }); // it is fresh
    listed('');
    await bench.clock.advance(FIVE_MINUTES);
    await bench.attach({ monitorName: 'red-3' });
    await expect.poll(isAnn).toBe(false);
    expect(asked()).toEqual([`group -- ${RED}`, `group -- ${RED}`, 'passwd -- ann', `group -- ${RED}`]);
    await bench.stop();
    expect(bench.clock.pending).toBe(0);
  },
);

test.skipIf(!canKnowUsers)('where no group is let in no list is read (needs Linux and koffi)', async () => {
  const { listed, asked } = systemLists();
  listed('ann');
  const made = await sharing({});
  await made.bench.controller.reload(made.entries({ allowOther: true }));
  expect(asked()).toEqual(['']);
});

test.skipIf(!isRoot || !canKnowUsers)(
  'a look-up that hangs does not hold up a stop, and is not told of then (needs root, Linux and koffi)',
  async () => {
    const { listed, asked, hang } = systemLists();
    listed('ann');
    const made = await sharing(redAndMine);
    const before = asked().length;
    hang();
    const reloading = made.bench.controller.reload(made.entries(redAndMine));
    await expect.poll(() => asked().length).toBeGreaterThan(before);
    await Promise.all([made.bench.stop(), reloading]);
    expect(made.bench.log.of('access.members')).toEqual([]);
  },
);

const unknown = ({ socket }: ClientOrigin): ClientOrigin => ({ socket });
const NOT_KNOWN = 'it is not known which user it is (that takes Linux, the package koffi, and a user of this system)';

test.each([
  ['the owner', {}],
  ['a group', { allowGroup: true }],
  ['everybody', { allowOther: true }],
])('where all rules allow the same the file decides, whether or not users are known: %s', async (_name, options) => {
  const made = await sharing({ ...options, rules: [{ match: 'one', ...options }] }, unknown);
  await attachAll(made, 'one', 'two');
  expect(await askHere(made, 'one', 'two')).toEqual(['one: welcome', 'two: welcome']);
});

test.skipIf(!canKnowUsers)(
  'an unknown user may use what everybody may, and nothing that the file does not keep (needs Linux and koffi)',
  async () => {
    const made = await sharing(
      {
        rules: [
          { match: 'open', allowOther: true },
          { match: 'group', allowGroup: true },
        ],
      },
      unknown,
    );
    await attachAll(made, 'open', 'group', 'mine');
    expect(await askHere(made, 'open', 'group', 'mine')).toEqual([
      'open: welcome',
      denied('group', NOT_KNOWN),
      denied('mine', NOT_KNOWN),
    ]);
  },
);

test.skipIf(!canKnowUsers)(
  'an unknown user may use what all may who can connect: the widest rule, not the narrower (needs Linux and koffi)',
  async () => {
    const made = await sharing({ rules: [{ match: 'group', allowGroup: true }] }, unknown);
    await attachAll(made, 'group', 'mine');
    expect(await askHere(made, 'group', 'mine')).toEqual(['group: welcome', denied('mine', NOT_KNOWN)]);
    chmodSync(made.path, 0o777);
    expect(await askHere(made, 'group')).toEqual([denied('group', NOT_KNOWN)]);
  },
);

test.each([
  ['is gone', (path: string): void => rmSync(path), false],
  ['is no socket any more', (path: string): void => replaceWithFile(path), false],
  ['belongs to somebody else (only root can make it)', (path: string): void => chownSync(path, USER, ownGid), true],
])('an unknown user may not use what is behind a socket that %s', async (_what, change, takesRoot) => {
  if (takesRoot && !isRoot) return;
  const made = await sharing({}, unknown);
  await attachAll(made, 'one');
  const instance = made.bench.instance();
  expect(tried(instance, unknown({ socket: made.path }))).toBe('welcome');
  change(made.path);
  expect(tried(instance, unknown({ socket: made.path }))).toBe(refusal(NOT_KNOWN));
});

function replaceWithFile(path: string): void {
  rmSync(path);
  writeFileSync(path, '', { mode: 0o700 });
}

test('new rules hold at once for clients that come through the socket that is there', async () => {
  const made = await sharing({ allowOther: true });
  await attachAll(made, 'one');
  expect(tried(made.bench.instance(), unknown({ socket: made.path }))).toBe('welcome');
  await made.bench.controller.reload(made.entries({ allowGroup: true }));
  expect(tried(made.bench.instance(), unknown({ socket: made.path }))).toContain(NOT_KNOWN);
  await made.bench.controller.reload(made.entries({ allowOther: true }));
  expect(tried(made.bench.instance(), unknown({ socket: made.path }))).toBe('welcome');
});

/** As on a system where nobody knows who connects. */
const strangers = vi.hoisted(() => ({ are: false }));
vi.mock(import('../../plugin-sdk/peer-credentials.js'), async (load) => {
  const original = await load();
  return { ...original, knowsPeerCredentials: async () => !strangers.are && (await original.knowsPeerCredentials()) };
});

function amongStrangers(): void {
  strangers.are = true;
  onTestFinished(() => void (strangers.are = false));
}

test('where users are not known, rules that differ keep the socket from being made', async () => {
  amongStrangers();
  const path = join(tempDirectory(), 'hub');
  const logger = new TestLog();
  const plugins: PluginEntry[] = [hub(path), [access, { rules: [{ match: 'x', allowOther: true }] }]];
  const controller = await createController({ plugins, logger });
  await expect(controller.start()).rejects.toMatchObject({
    code: 'SCR_LOCAL_ACCESS',
    cause: { code: 'SCR_ACCESS_USERS', remedy: expect.stringContaining('npm install koffi') as string },
  });
});

test.each([{}, { allowGroup: true }, { allowOther: true }])(
  'where users are not known, a socket is made where all rules are alike: %j',
  async (options) => {
    amongStrangers();
    const made = await sharing({ ...options, rules: [{ match: 'one', ...options }] });
    await attachAll(made, 'one');
    expect(tried(made.bench.instance(), { socket: made.path })).toBe('welcome');
  },
);

test('where users are not known, rules that differ hold for sockets of one instance each', async () => {
  amongStrangers();
  const directory = tempDirectory();
  const rules = [{ match: 'x', allowOther: true }];
  await using bench = await startBench([
    [unixExport, { directory }],
    [access, { rules }],
  ]);
  await bench.attach({ monitorName: 'x' });
  const path = join(directory, bench.instance().name);
  expect(modeOf(path)).toBe(0o707);
  expect(tried(bench.instance(), { socket: path })).toBe('welcome');
});

test('until it is known whether users are, rules that differ keep the socket from being made', async () => {
  const hasty = definePlugin({
    name: 'hasty',
    schema: { type: 'object' },
    setup: (controller) =>
      controller.hooks.start.tap({ place: 'first' }, () => void controller.localSocketAccess('/hasty/hub')),
  });
  const plugins: PluginEntry[] = [hasty, [access, { rules: [{ match: 'x', allowOther: true }] }]];
  const controller = await createController({ plugins, logger: new TestLog() });
  await expect(controller.start()).rejects.toMatchObject({ cause: { code: 'SCR_ACCESS_USERS' } });
});

test('where users are not known, a reload may bring rules that differ as long as no socket is for several instances', async () => {
  amongStrangers();
  const directory = tempDirectory();
  const entries = (rules: object[]): PluginEntry[] => [
    [unixExport, { directory }],
    [access, { rules }],
  ];
  await using bench = await startBench(entries([]));
  await bench.controller.reload(entries([{ match: 'x', allowOther: true }]));
  expect(bench.log.of('reload.failed')).toEqual([]);
  await bench.attach({ monitorName: 'x' });
  expect(modeOf(join(directory, bench.instance().name))).toBe(0o707);
});

test('where users are not known, a reload with rules that differ keeps the old ones', async () => {
  amongStrangers();
  const made = await sharing({});
  await attachAll(made, 'one');
  await made.bench.controller.reload(made.entries({ rules: [{ match: 'x', allowOther: true }] }));
  const { message, fields } = await made.bench.log.waitFor('reload.failed');
  expect(`${message} ${String(fields['cause'])}`).toContain('a socket for several instances cannot keep users apart');
  expect(tried(made.bench.instance(), { socket: made.path })).toBe('welcome');
});

test('a socket of one instance, and a plugin that is the client itself, are not judged', async () => {
  const { bench, path } = await sharing({});
  await bench.attach();
  const credentials = { uid: USER, gid: PRIMARY, pid: 1 };
  expect(tried(bench.instance(), { socket: `${path}-of-one`, credentials })).toBe('welcome');
  expect(tried(bench.instance(), {})).toBe('welcome');
  expect(tried(bench.instance(), { socket: path, credentials })).toContain('SCR_CLIENT_DENIED');
});

test('a path that leads to several instances is judged for good, whatever else is asked about it', async () => {
  const { bench, path } = await sharing({}, undefined, (asked) =>
    definePlugin({
      name: 'confused',
      schema: { type: 'object' },
      setup: (controller) =>
        controller.hooks.attach.tap((instance) => void controller.localSocketAccess(asked, instance)),
    }),
  );
  await bench.attach();
  const credentials = { uid: USER, gid: PRIMARY, pid: 1 };
  expect(tried(bench.instance(), { socket: path, credentials })).toContain('SCR_CLIENT_DENIED');
});

const peer = { kind: 'ip', address: '192.0.2.1', port: 40_000 } as const;

function showing(...names: string[]): ClientOrigin {
  return { peer, tls: { authorized: true, names, fingerprint256: 'AB', protocol: 'TLSv1.3' } };
}

test('a client from the network may use what a rule says of its certificate, and nothing else', async () => {
  const made = await sharing({
    allowOther: true,
    rules: [
      { match: 'ucsd-*', certificates: ['ops.*', '*.UCSD.edu'] },
      { match: 'all', certificates: ['*'], allowOther: true },
      { match: 'odd', certificates: ['!ops.*'] },
    ],
  });
  await attachAll(made, 'ucsd-1', 'all', 'other', 'odd');
  const [ucsd, all, other, odd] = [0, 1, 2, 3].map((index) => made.bench.instance(index));
  expect(tried(ucsd, showing('ops.example.net'))).toBe('welcome');
  expect(tried(ucsd, showing('x', 'lab.ucsd.edu'))).toBe('welcome');
  expect(tried(ucsd, showing('example.net', 'x'))).toBe(
    refusal('its certificate is for example.net, x, which the rule does not name'),
  );
  expect(tried(ucsd, showing())).toContain('its certificate is for no name');
  for (const name of ['anything', '.anything']) expect(tried(all, showing(name))).toBe('welcome');
  expect(tried(odd, showing('lab.ucsd.edu'))).toContain('SCR_CLIENT_DENIED'); // no pattern says whom it does not fit
  expect(tried(other, showing('ops.example.net'))).toContain('SCR_CLIENT_DENIED');
  const none = refusal(
    'it came over the network and showed no client certificate (allowNetwork of access lets in whoever comes)',
  );
  const { tls } = showing('ops.example.net');
  expect(tried(ucsd, { peer, tls: tls && { ...tls, authorized: false } })).toBe(none);
  expect(tried(all, { peer })).toBe(none);
  expect(tried(all, { tls: { authorized: false, names: [], fingerprint256: 'AB', protocol: 'TLSv1.3' } })).toBe(none);
  expect(tried(other, { peer, socket: made.path, credentials: { uid: 0, gid: 0, pid: 1 } })).toBe(none);
});

test('a client from the network may use what everybody may who reaches the port, whatever it shows', async () => {
  const made = await sharing({ rules: [{ match: 'open', allowNetwork: true }] });
  await attachAll(made, 'open', 'other');
  for (const origin of [{ peer }, showing(), showing('x')]) {
    expect(tried(made.bench.instance(0), origin)).toBe('welcome');
    expect(tried(made.bench.instance(1), origin)).toContain('SCR_CLIENT_DENIED');
  }
});
