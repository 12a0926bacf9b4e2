import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { once } from 'node:events';
import { type Server, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { createController } from '../../index.js';
import { definePlugin } from '../../plugin-sdk/index.js';
import { type SimClient, type TestBench, TestLog, settle, silent, startBench } from '../../testing/index.js';
import unixExport from '../../plugins/unix-export/index.js';
import zombie from '../../plugins/zombie/index.js';
import { asNobody, currentUmask, localClient, modeOf, namesIn, tempDirectory } from './support/local.js';
import { occupy } from './support/remote.js';

const four = { kind: 'ip', address: '198.51.100.55', port: 1025 } as const;
const six = { kind: 'ip', address: '2001:db8:1234::1', port: 1026 } as const;

function exporting(directory: string, more: Parameters<typeof startBench>[0] = []): Promise<TestBench> {
  return startBench([[unixExport, { directory }], ...more]);
}

/** A socket that a dead program left behind: nobody listens, nobody unlinked it. */
async function leaveSocket(path: string): Promise<void> {
  const server = createServer();
  server.listen(path);
  await once(server, 'listening');
  renameSync(path, `${path}.kept`);
  await new Promise((resolve) => server.close(resolve));
  renameSync(`${path}.kept`, path);
}

/** Answers every client with a greeting, so that it is known who is at the other end. */
async function greeter(path: string): Promise<Server> {
  const { server } = await occupy({ path });
  server.on('connection', (socket) => socket.end('somebody else'));
  return server;
}

async function said(path: string): Promise<string> {
  const client = localClient(path);
  await client.end;
  return client.text;
}

test.each([
  { peer: four, name: '198.51.100.55:1025' },
  { peer: six, name: '2001:db8:1234::1.1026' },
  { peer: four, monitorName: 'foo.bar', name: 'foo.bar-198.51.100.55:1025' },
  { peer: six, monitorName: 'foo-bar', name: 'foo-bar-2001:db8:1234::1.1026' },
])(
  'the socket is called $name, serves clients, and nothing else is in the directory',
  async ({ peer, monitorName, name }) => {
    const directory = tempDirectory();
    await using bench = await exporting(directory);
    await bench.attach({ peer, ...(monitorName !== undefined && { monitorName }) });
    expect(namesIn(directory)).toEqual([name]);
    expect(lstatSync(join(directory, name)).isSocket()).toBe(true);
    const client = localClient(join(directory, name));
    await client.until('MORE\n');
    client.send('ping 192.0.2.9\n');
    await client.until('OK id-1\n');
    client.send('done\n');
    await client.end;
    expect(client.ended).toBe(true);
    await bench.stop();
    expect(namesIn(directory)).toEqual([]);
  },
);

test('the socket is there before scamper is told who it is', async () => {
  const directory = tempDirectory();
  await using bench = await exporting(directory);
  const scamper = bench.dial({ peer: four });
  let present: string[] | undefined;
  scamper.stream.once('data', () => (present = namesIn(directory)));
  expect(namesIn(directory)).toEqual([]);
  expect(await scamper.attach()).toBe('198.51.100.55:1025');
  expect(present).toEqual(['198.51.100.55:1025']);
});

test('the socket is owner-only and the umask is as it was', async () => {
  const directory = tempDirectory();
  await using bench = await exporting(directory);
  const before = currentUmask();
  await bench.attach({ peer: four });
  expect(modeOf(join(directory, '198.51.100.55:1025'))).toBe(0o700);
  expect(currentUmask()).toBe(before);
});

test('a client that shuts down its writing side still reads everything', async () => {
  const directory = tempDirectory();
  await using bench = await exporting(directory);
  const result = 'a long result '.repeat(50_000);
  await bench.attach({
    peer: four,
    script: {
      fin: (self, channel) => {
        for (let at = 0; at < result.length; at += 30_000) self.send(channel, result.slice(at, at + 30_000));
        self.finish(channel);
      },
    },
  });
  const client = localClient(join(directory, '198.51.100.55:1025'));
  client.send('trace 192.0.2.9\n');
  client.finish();
  await client.end;
  expect(client.ended).toBe(true);
  expect(client.text).toBe(result);
});

test('the socket is gone when the instance has left', async () => {
  const directory = tempDirectory();
  await using bench = await exporting(directory);
  const scamper = await bench.attach({ peer: four });
  const client = localClient(join(directory, '198.51.100.55:1025'));
  await client.until('MORE');
  scamper.cut();
  await client.end;
  expect(client.ended).toBe(true);
  await settle();
  expect(namesIn(directory)).toEqual([]);
});

test('a zombie has no socket, and has none when it expires', async () => {
  const directory = tempDirectory();
  await using bench = await exporting(directory, [[zombie, { time: 60 }]]);
  const scamper = await bench.attach({ peer: four });
  const client = localClient(join(directory, '198.51.100.55:1025'));
  await client.until('MORE');
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  expect(namesIn(directory)).toEqual([]);
  expect(client.ended).toBe(false);
  await bench.clock.advance(61_000);
  await client.end;
  expect(client.ended).toBe(true);
  expect(namesIn(directory)).toEqual([]);
});

test('after a resume the socket has the new name, and attached clients go on', async () => {
  const directory = tempDirectory();
  await using bench = await exporting(directory, [zombie]);
  const scamper = await bench.attach({ peer: four, monitorName: 'foo' });
  const client = localClient(join(directory, 'foo-198.51.100.55:1025'));
  await client.until('MORE');
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  client.send('ping 192.0.2.9\n');
  expect(await bench.resume(scamper, { peer: six })).toBe(true);
  expect(namesIn(directory)).toEqual(['foo-2001:db8:1234::1.1026']);
  await client.until('OK id-1');
  const another = localClient(join(directory, 'foo-2001:db8:1234::1.1026'));
  await another.until('MORE');
  expect(client.stream.destroyed).toBe(false);
});

test('a resume in place of a connection that seemed alive moves the socket too', async () => {
  const directory = tempDirectory();
  await using bench = await exporting(directory, [zombie]);
  const scamper = await bench.attach({ peer: four });
  const client = localClient(join(directory, '198.51.100.55:1025'));
  await client.until('MORE');
  expect(await bench.resume(scamper, { peer: { ...four, port: 2048 } })).toBe(true);
  expect(namesIn(directory)).toEqual(['198.51.100.55:2048']);
  client.send('ping 192.0.2.9\n');
  await client.until('OK id-1');
});

test('stale sockets of a dead controller are removed at start, and nothing else', async () => {
  const directory = tempDirectory();
  const stale = ['198.51.100.1:1', '2001:db8::1.65535', '::1.80', 'foo-bar.x-198.51.100.1:99', 'a-2001:db8::1.443'];
  const others = ['agent.1234', 'foo-12.1', 'notes:80', 'mux', 'a-1.2.3:80', '198.51.100.1:x', '198.51.100.1:80x'];
  for (const name of [...stale, ...others]) await leaveSocket(join(directory, name));
  writeFileSync(join(directory, '198.51.100.2:2'), 'a file');
  mkdirSync(join(directory, '198.51.100.3:3'));
  symlinkSync(join(directory, 'mux'), join(directory, '198.51.100.4:4'));
  await using bench = await exporting(directory);
  expect(namesIn(directory)).toEqual([...others, '198.51.100.2:2', '198.51.100.3:3', '198.51.100.4:4'].sort());
  expect(bench.log.of('export.cleaned')).toMatchObject([
    { level: 'info', message: 'removed sockets of a dead controller', fields: { directory, count: stale.length } },
  ]);
});

test('live sockets of another controller stay at start', async () => {
  const directory = tempDirectory();
  await greeter(join(directory, '198.51.100.55:1025'));
  await using bench = await exporting(directory);
  expect(bench.log.of('export.cleaned')).toEqual([]);
  expect(await said(join(directory, '198.51.100.55:1025'))).toBe('somebody else');
});

test('controllers that start at the same time in the same directory clean it up together', async () => {
  const directory = tempDirectory();
  for (let port = 1; port <= 30; port++) await leaveSocket(join(directory, `198.51.100.1:${port}`));
  const benches = await Promise.all([exporting(directory), exporting(directory), exporting(directory)]);
  expect(namesIn(directory)).toEqual([]);
  const counts = benches.flatMap(({ log }) => log.of('export.cleaned').map(({ fields }) => Number(fields['count'])));
  expect(counts.reduce((sum, count) => sum + count, 0)).toBe(30);
  for (const bench of benches) await bench.stop();
});

test('a stale socket that appeared since the start is replaced', async () => {
  const directory = tempDirectory();
  const path = join(directory, '198.51.100.55:1025');
  await using bench = await exporting(directory);
  await leaveSocket(path);
  await bench.attach({ peer: four });
  await localClient(path).until('MORE');
  expect(modeOf(path)).toBe(0o700);
});

/** What a refused attachment told, in one line. */
async function refusal(bench: TestBench): Promise<string> {
  const { level, message, fields } = await bench.log.waitFor('connection.refused', { step: 'attach' });
  expect(bench.log.of('connection.refused')).toHaveLength(1);
  return [level, message, String(fields['cause'])].join(' | ');
}

test('a live socket is neither stolen nor unlinked: the instance is refused, the others live', async () => {
  const directory = tempDirectory();
  const path = join(directory, '198.51.100.55:1025');
  await greeter(path);
  await using bench = await exporting(directory);
  const other = await bench.attach({ peer: six });
  await expect(bench.attach({ peer: four })).rejects.toThrow('the connection ended');
  expect(await refusal(bench)).toContain(`${path}: another program already listens on this local socket`);
  expect(await said(path)).toBe('somebody else');
  await localClient(join(directory, '2001:db8:1234::1.1026')).until('MORE');
  expect(other.violation).toBeUndefined();
  expect(bench.controller.instances).toHaveLength(1);
  await bench.stop();
  expect(await said(path)).toBe('somebody else');
});

test.each([
  { what: 'a file', make: (path: string): void => writeFileSync(path, 'precious') },
  { what: 'a directory', make: (path: string): string | undefined => mkdirSync(path, { recursive: true }) },
  { what: 'a symbolic link', make: (path: string): void => symlinkSync('/nonexistent', path) },
])('$what in the way is left alone', async ({ make }) => {
  const directory = tempDirectory();
  const path = join(directory, '198.51.100.55:1025');
  make(path);
  const before = lstatSync(path);
  await using bench = await exporting(directory);
  await expect(bench.attach({ peer: four })).rejects.toThrow('the connection ended');
  expect(await refusal(bench)).toContain(`${path}: something that is not a socket is in the way`);
  expect(lstatSync(path)).toMatchObject({ ino: before.ino, mode: before.mode });
  if (before.isFile()) expect(readFileSync(path, 'utf8')).toBe('precious');
  await bench.attach({ peer: six });
  await localClient(join(directory, '2001:db8:1234::1.1026')).until('MORE');
});

/** A directory whose sockets for IPv4 peers have a path of a given length. */
function directoryFor(pathLength: number): string {
  const outer = tempDirectory();
  return join(outer, 'd'.repeat(pathLength - outer.length - '//198.51.100.55:1025'.length));
}

test('a path of 107 octets serves', async () => {
  const directory = directoryFor(107);
  await using bench = await exporting(directory);
  await bench.attach({ peer: four });
  await localClient(join(directory, '198.51.100.55:1025')).until('MORE');
  expect(bench.log.of('export.long')).toMatchObject([
    {
      level: 'warn',
      message: 'the path of the directory is so long that some instances cannot have a socket in it',
      fields: { directory, limit: 107 },
    },
  ]);
});

test('a path of 108 octets is told, and the controller and other instances live', async () => {
  const directory = directoryFor(108);
  await using bench = await exporting(directory);
  await expect(bench.attach({ peer: four })).rejects.toThrow('the connection ended');
  const path = join(directory, '198.51.100.55:1025');
  expect(await refusal(bench)).toContain(
    `${path} has 108 octets, 107 are allowed: the path of the local socket is longer than the system allows`,
  );
  await bench.attach({ peer: { ...four, address: '198.51.100.5' } });
  await localClient(join(directory, '198.51.100.5:1025')).until('MORE');
  expect(namesIn(directory)).toEqual(['198.51.100.5:1025']);
});

test('a directory in which the longest name has its place is not warned of', async () => {
  const longest = { kind: 'ip', address: '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', port: 65_535 } as const;
  const outer = tempDirectory();
  const length = 107 - outer.length - `//${longest.address}.${longest.port}`.length;
  const directory = join(outer, 'd'.repeat(length));
  await using bench = await exporting(directory);
  expect(bench.log.of('export.long')).toEqual([]);
  await bench.attach({ peer: longest });
  await localClient(join(directory, namesIn(directory)[0] ?? '')).until('MORE');
});

test('the directory is made, with those above it', async () => {
  const directory = join(tempDirectory(), 'one', 'two');
  await using bench = await exporting(directory);
  expect(lstatSync(directory).isDirectory()).toBe(true);
  await bench.attach({ peer: four });
  expect(namesIn(directory)).toEqual(['198.51.100.55:1025']);
});

test('a relative directory starts where the configuration is, and is scamper-remote-sockets by default', async () => {
  const directory = tempDirectory();
  await using bench = await startBench([unixExport], { directory });
  await bench.attach({ peer: four });
  expect(namesIn(join(directory, 'scamper-remote-sockets'))).toEqual(['198.51.100.55:1025']);
});

async function startFailure(directory: string): Promise<unknown> {
  const controller = await createController({ plugins: [['unix-export', { directory }]], logger: new TestLog() });
  onTestFinished(() => controller.stop());
  return controller.start().then(
    () => 'started',
    (failure: unknown) => failure,
  );
}

test('a directory that is a file fails the start', async () => {
  const directory = join(tempDirectory(), 'file');
  writeFileSync(directory, '');
  expect(await startFailure(directory)).toMatchObject({
    code: 'SCR_EXPORT_DIRECTORY',
    message: `${directory}: the directory for the sockets cannot be used`,
    remedy: 'name another with -U, or make it a directory that this user may write to',
    cause: new Error('it is not a directory'),
  });
});

const isRoot = process.geteuid?.() === 0;

test.skipIf(isRoot).each([
  ['read-only', 0o500],
  ['closed', 0o600],
])('a %s directory fails the start (root may do everything)', async (_, mode) => {
  const directory = join(tempDirectory(), 'closed');
  mkdirSync(directory, { mode });
  expect(await startFailure(directory)).toMatchObject({ code: 'SCR_EXPORT_DIRECTORY', cause: { code: 'EACCES' } });
});

test('a directory that cannot be listed fails the start', async () => {
  const directory = join(tempDirectory(), 'unlisted');
  mkdirSync(directory);
  chmodSync(join(directory, '..'), 0o711);
  chmodSync(directory, 0o300);
  if (isRoot) chownSync(directory, 65_534, 65_534);
  expect(await asNobody(() => startFailure(directory))).toMatchObject({
    code: 'SCR_EXPORT_DIRECTORY',
    cause: { code: 'EACCES' },
  });
});

/** Who else could put a socket into the directory. */
const shared: readonly (readonly [what: string, mode: number, owner: number, group: number, sharing: string])[] = [
  ['everybody may write to', 0o777, 0, 0, 'everybody may write to it'],
  ['is like /tmp', 0o1777, 0, 0, 'everybody may write to it'],
  ['a group of others may write to', 0o775, 0, 4_321, 'group 4321 may write to it'],
  ['another user owns', 0o755, 4_321, 0, 'user 4321 owns it'],
];

test.skipIf(!isRoot).each(shared)(
  'a directory that %s fails the start, unless that is allowed (only root can make these)',
  async (_what, mode, owner, group, sharing) => {
    const directory = tempDirectory();
    chownSync(directory, owner, group);
    chmodSync(directory, mode);
    expect(await startFailure(directory)).toMatchObject({
      code: 'SCR_EXPORT_SHARED',
      message: `${directory}: ${sharing}: others may put sockets of their own into the directory for the sockets`,
    });
    await using bench = await startBench([[unixExport, { directory, allowSharedDirectory: true }]]);
    await bench.attach({ peer: four });
    await localClient(join(directory, '198.51.100.55:1025')).until('MORE');
    expect(namesIn(directory)).toEqual(['198.51.100.55:1025']);
  },
);

test.skipIf(!isRoot)("a directory that root's group may write to is used (only root can make it)", async () => {
  const directory = tempDirectory();
  chmodSync(directory, 0o775);
  expect(await startFailure(directory)).toBe('started');
});

test('a directory that is made is not for others to write to, whatever the umask', async () => {
  const directory = join(tempDirectory(), 'one', 'two');
  const before = process.umask(0);
  onTestFinished(() => void process.umask(before));
  await using _bench = await exporting(directory);
  expect([modeOf(directory), modeOf(join(directory, '..'))]).toEqual([0o755, 0o755]);
});

test('a directory that cannot be made fails the start', async () => {
  const file = join(tempDirectory(), 'file');
  writeFileSync(file, '');
  expect(await startFailure(join(file, 'sockets'))).toMatchObject({
    code: 'SCR_EXPORT_DIRECTORY',
    cause: { code: 'ENOTDIR' },
  });
});

test('a directory that cannot be written to any more refuses instances, and the controller lives', async () => {
  const directory = join(tempDirectory(), 'removed');
  await using bench = await exporting(directory);
  rmSync(directory, { recursive: true });
  writeFileSync(directory, '');
  await expect(bench.attach({ peer: four })).rejects.toThrow('the connection ended');
  expect(await refusal(bench)).toContain(`${join(directory, '198.51.100.55:1025')}: the local socket cannot be made`);
  rmSync(directory);
  mkdirSync(directory);
  await bench.attach({ peer: six });
  await localClient(join(directory, '2001:db8:1234::1.1026')).until('MORE');
});

test('a directory that was removed is made anew for the next instance, which is told', async () => {
  const directory = join(tempDirectory(), 'removed');
  await using bench = await exporting(directory);
  rmSync(directory, { recursive: true });
  await bench.attach({ peer: four });
  await localClient(join(directory, '198.51.100.55:1025')).until('MORE');
  expect(bench.log.of('export.remade')).toMatchObject([
    { level: 'warn', message: 'the directory for the sockets was gone: made again', fields: { directory } },
  ]);
});

test('an operator who removes a socket harms nothing', async () => {
  const directory = tempDirectory();
  await using bench = await exporting(directory);
  const scamper = await bench.attach({ peer: four });
  rmSync(join(directory, '198.51.100.55:1025'));
  scamper.cut();
  await bench.log.waitFor('instance.gone');
  await settle();
  expect(bench.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
});

describe('a reload', () => {
  const path = (directory: string): string => join(directory, '198.51.100.55:1025');

  test('makes a socket anew that somebody removed; its clients stay, and it is removed in the end', async () => {
    const directory = tempDirectory();
    await using bench = await exporting(directory);
    const scamper = await bench.attach({ peer: four });
    const client = localClient(path(directory));
    await client.until('MORE');
    rmSync(path(directory));
    await bench.controller.reload();
    await localClient(path(directory)).until('MORE');
    expect(modeOf(path(directory))).toBe(0o700);
    expect(bench.log.of('export.restored')).toMatchObject([
      { level: 'warn', message: 'was gone: made anew', fields: { path: path(directory) } },
    ]);
    client.send('ping 192.0.2.9\n');
    await client.until('OK id-1');
    scamper.cut();
    await bench.log.waitFor('instance.gone');
    expect(namesIn(directory)).toEqual([]);
  });

  test('makes the directory anew as well', async () => {
    const directory = join(tempDirectory(), 'removed');
    await using bench = await exporting(directory);
    await bench.attach({ peer: four });
    rmSync(directory, { recursive: true });
    await bench.controller.reload();
    await localClient(path(directory)).until('MORE');
    expect(bench.log.of('export.remade')).toHaveLength(1);
  });

  test('leaves sockets that are there alone', async () => {
    const directory = tempDirectory();
    await using bench = await exporting(directory);
    await bench.attach({ peer: four });
    const { ino } = lstatSync(path(directory));
    await bench.controller.reload();
    expect(lstatSync(path(directory)).ino).toBe(ino);
    expect(bench.log.lines.filter(({ level }) => level === 'warn')).toEqual([]);
  });

  test('leaves no socket for an instance that ends while its socket is made anew', async () => {
    const directory = tempDirectory();
    let isLast = false;
    const ending = definePlugin({
      name: 'ending',
      schema: { type: 'object' },
      setup({ hooks }) {
        hooks.localSocket.tap((access, { instance }) => {
          if (isLast) instance?.expire({ code: 'SCR_OVER', reason: 'it is over' });
          return access;
        });
      },
    });
    await using bench = await exporting(directory, [ending]);
    await bench.attach({ peer: four });
    rmSync(path(directory));
    isLast = true;
    await bench.controller.reload();
    await bench.log.waitFor('instance.gone');
    expect(bench.log.of('export.restored')).toHaveLength(1);
    await expect.poll(() => namesIn(directory)).toEqual([]);
  });

  test('tells of a socket whose place is taken, and goes on with the others', async () => {
    const directory = tempDirectory();
    await using bench = await exporting(directory);
    await bench.attach({ peer: four });
    await bench.attach({ peer: six });
    for (const name of namesIn(directory)) rmSync(join(directory, name));
    symlinkSync('/nonexistent', path(directory));
    await bench.controller.reload();
    expect(bench.log.of('export.lost')).toMatchObject([
      {
        level: 'warn',
        message: expect.stringMatching(/^gone, and not made anew: .*in the way/) as string,
        fields: { path: path(directory), code: 'SCR_SOCKET_BLOCKED' },
      },
    ]);
    await localClient(join(directory, '2001:db8:1234::1.1026')).until('MORE');
    await bench.stop();
    expect(namesIn(directory)).toEqual(['198.51.100.55:1025']);
  });
});

function openFiles(): number {
  return readdirSync('/proc/self/fd').length;
}

test.skipIf(!existsSync('/proc/self/fd'))('thousands of clients leave nothing behind (needs /proc)', async () => {
  const directory = tempDirectory();
  await using bench = await exporting(directory);
  const scamper = await bench.attach({ peer: four });
  const path = join(directory, '198.51.100.55:1025');
  await localClient(path).until('MORE');
  await settle();
  const before = openFiles();
  const leave = [
    (client: SimClient): Promise<void> => {
      client.leave();
      return client.end;
    },
    async (client: SimClient): Promise<void> => {
      await client.until('MORE');
      client.leave();
    },
    (client: SimClient): Promise<void> => {
      client.finish();
      return client.end;
    },
    (client: SimClient): Promise<void> => {
      client.send('done\n');
      return client.end;
    },
  ];
  const closed: Promise<unknown>[] = [];
  for (let round = 0; round < 40; round++) {
    const clients = Array.from({ length: 50 }, () => localClient(path));
    closed.push(...clients.map(({ stream }) => once(stream, 'close')));
    await Promise.all(clients.map((client, index) => leave[index % leave.length]?.(client) ?? Promise.resolve()));
    for (const { stream } of clients) stream.end();
  }
  await Promise.all(closed);
  await vi.waitFor(() => {
    expect(scamper.channels.size).toBe(1);
    expect(openFiles()).toBeLessThanOrEqual(before);
  }, 5_000);
  expect(scamper.violation).toBeUndefined();
  expect(namesIn(directory)).toEqual(['198.51.100.55:1025']);
  await localClient(path).until('MORE');
});

test('a client that comes when the instance has as many as allowed is let go and told of', async () => {
  const directory = tempDirectory();
  await using bench = await startBench([[unixExport, { directory }]], { limits: { channels: 1 } });
  await bench.attach({ peer: four, script: silent });
  const path = join(directory, '198.51.100.55:1025');
  const first = localClient(path);
  await bench.log.waitFor('client.attached');
  const second = localClient(path);
  await second.end;
  expect(await bench.log.waitFor('client.refused')).toMatchObject({
    level: 'warn',
    fields: { plugin: 'unix-export', instance: '198.51.100.55:1025', code: 'SCR_CLIENT_CROWD' },
  });
  expect(first.stream.destroyed).toBe(false);
});

test('a reload that names another directory is told to take a restart', async () => {
  const directory = tempDirectory();
  const log = new TestLog();
  const controller = await createController({ plugins: [['unix-export', { directory }]], logger: log });
  onTestFinished(() => controller.stop());
  await controller.start();
  await controller.reload([['unix-export', { directory: `${directory}/.` }]]);
  expect(log.of('reload.partial')).toEqual([]);
  await controller.reload([['unix-export', { directory: join(directory, 'another') }]]);
  expect(log.of('reload.partial')).toMatchObject([
    { level: 'warn', message: 'another directory needs a restart', fields: { option: 'directory' } },
  ]);
  expect(namesIn(directory)).toEqual([]);
});

test('a client is known by the socket that it came in at', async () => {
  const directory = tempDirectory();
  const sockets: (string | undefined)[] = [];
  const observer = definePlugin({
    name: 'observer',
    schema: { type: 'object' },
    setup: (controller) => controller.hooks.data.tap((_bytes, { channel }) => void sockets.push(channel.origin.socket)),
  });
  await using bench = await exporting(directory, [observer]);
  await bench.attach({ peer: four });
  const path = join(directory, '198.51.100.55:1025');
  await localClient(path).until('MORE');
  expect(sockets).toEqual([path]);
});

test('an instance of a transport without addresses has a socket with the name of its label', async () => {
  const directory = tempDirectory();
  await using bench = await exporting(directory);
  await bench.attach({ peer: { kind: 'label', label: 'serial_0' }, monitorName: 'foo' });
  expect(namesIn(directory)).toEqual(['foo-serial_0']);
});

test('a client of a socket that reads nothing costs another one two seconds, and then its connection', async () => {
  const directory = tempDirectory();
  await using bench = await startBench([[unixExport, { directory }]], { limits: { clientBuffer: 65_536 } });
  const scamper = await bench.attach({ script: silent });
  const path = join(directory, bench.instance().name);
  const [deaf, swift] = [localClient(path), localClient(path)];
  for (let count = 0; count < 2; count++) await scamper.waitFor('open');
  deaf.stream.pause();
  for (let count = 0; count < 400; count++)
    for (const channel of [1, 2]) scamper.send(channel, Buffer.alloc(8_000, 65 + (count % 26)));
  scamper.send(1, 'end');
  scamper.send(2, 'end');
  await bench.log.waitFor('client.slow');
  const { length } = swift.text;
  expect(length).toBeLessThan(400 * 8_000);
  await bench.clock.advance(2_000);
  const { fields } = await bench.log.waitFor('client.dropped');
  expect(fields['code']).toBe('SCR_CLIENT_TOO_SLOW');
  const all = Array.from({ length: 400 }, (_each, count) => String.fromCharCode(65 + (count % 26)).repeat(8_000)).join(
    '',
  );
  await swift.until('end');
  expect(swift.text === `${all}end`).toBe(true);
  deaf.stream.resume();
  await deaf.end;
  expect(all.startsWith(deaf.text)).toBe(true);
});
