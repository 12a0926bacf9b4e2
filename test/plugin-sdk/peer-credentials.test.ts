import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import {
  type ClientOrigin,
  definePlugin,
  knowsPeerCredentials,
  listenLocal,
  peerCredentials,
} from '../../plugin-sdk/index.js';
import { createReader } from '../../plugin-sdk/peer-credentials.js';
import { startBench } from '../../testing/index.js';

const here = { platform: 'linux', arch: 'x64' };

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'scr-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  chmodSync(folder, 0o755);
  return folder;
}

/** A local socket, and the next client of it. */
async function listen(): Promise<{ path: string; client: Promise<Socket> }> {
  const path = join(temporaryFolder(), 's');
  const server = createServer({ allowHalfOpen: true }).listen(path);
  await once(server, 'listening');
  chmodSync(path, 0o777);
  const client = once(server, 'connection').then(([socket]) => socket as Socket);
  onTestFinished(() => void server.close());
  return { path, client };
}

/** A program that connects and stays until it is told to go, as another user where ids are given. */
function startClient(path: string, ids: { uid?: number; gid?: number; groups?: readonly number[] } = {}) {
  const { uid, gid, groups } = ids;
  const become = [
    groups !== undefined && `process.setgroups(${JSON.stringify(groups)})`,
    gid !== undefined && `process.setgid(${gid})`,
    uid !== undefined && `process.setuid(${uid})`,
  ].filter((step) => step !== false);
  const dial = `require('net').connect(${JSON.stringify(path)}).resume().on('close', () => process.exit())`;
  const child = spawn(process.execPath, ['-e', [...become, dial].join(';')], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  return child;
}

test.skipIf(process.platform !== 'linux')('the kernel tells who connected (needs Linux)', async () => {
  const { path, client } = await listen();
  const child = startClient(path);
  const read = await peerCredentials();
  expect(read(await client)).toMatchObject({ uid: process.getuid?.(), gid: process.getgid?.(), pid: child.pid });
});

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
  'another user is told apart (needs Linux and root)',
  async () => {
    const { path, client } = await listen();
    const child = startClient(path, { uid: 12_345, gid: 23_456 });
    const read = await peerCredentials();
    expect(read(await client)).toMatchObject({ uid: 12_345, gid: 23_456, pid: child.pid });
  },
);

test.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0).each([
  ['none', []],
  ['some', [70_001, 70_002]],
  ['many', Array.from({ length: 300 }, (_, index) => 70_000 + index)],
])('the supplementary groups are told: %s (needs Linux and root)', async (_name, groups) => {
  const { path, client } = await listen();
  startClient(path, { uid: 12_345, gid: 23_456, groups });
  const read = await peerCredentials();
  expect(read(await client)).toMatchObject({ uid: 12_345, gid: 23_456, groups });
});

test.skipIf(process.platform !== 'linux')(
  'listenLocal tells who a client is and which socket it used (needs Linux)',
  async () => {
    const path = join(temporaryFolder(), 's');
    let seen: (origin: ClientOrigin) => void;
    const origin = new Promise<ClientOrigin>((resolve) => {
      seen = resolve;
    });
    const plugin = definePlugin({
      name: 'export',
      schema: { type: 'object' },
      setup: (controller) =>
        controller.hooks.start.tap(() =>
          listenLocal(controller, {
            path,
            onConnection: (client, from) => {
              seen(from);
              client.end();
            },
          }),
        ),
    });
    await using bench = await startBench([plugin]);
    expect(bench.controller.state).toBe('running');
    const client = connect(path).resume();
    const credentials = { uid: process.getuid?.(), gid: process.getgid?.(), pid: process.pid };
    expect(await origin).toMatchObject({ socket: path, credentials });
    await once(client, 'close');
  },
);

const SO_PEERGROUPS = 59;
const ucred = (pid: number, uid: number, gid: number) => Buffer.from(new Uint32Array([pid, uid, gid]).buffer);

/** What a system would answer. */
function koffi(answer: Buffer, returned = 0, length = answer.length) {
  const calls: unknown[] = [];
  const getsockopt = (fd: number, level: number, option: number, value: Buffer, size: [number]): number => {
    if (option === SO_PEERGROUPS) return -1; // as before Linux 4.13
    calls.push([fd, level, option]);
    answer.copy(value);
    size[0] = length;
    return returned;
  };
  return { calls, load: () => Promise.resolve({ default: { load: () => ({ func: () => getsockopt }) } }) };
}

const socketWith = (fd: unknown) => Object.assign(new Socket(), { _handle: { fd } });

test.skipIf(process.platform !== 'linux')(
  'the option has another number on POWER (reads /proc: needs Linux)',
  async () => {
    for (const [arch, option] of [
      ['x64', 17],
      ['ppc64', 21],
    ] as const) {
      const system = koffi(ucred(3, 4, 5));
      const read = await createReader(system.load, { platform: 'linux', arch });
      expect(read(socketWith(9))).toEqual({ pid: 3, uid: 4, gid: 5 });
      expect(system.calls).toEqual([[9, 1, option]]);
    }
  },
);

test.each([
  ['on another system', { platform: 'darwin', arch: 'arm64' }],
  ['on an unknown architecture', { platform: 'linux', arch: 'mips' }],
])('nothing is claimed %s', async (_where, system) => {
  const { load, calls } = koffi(ucred(3, 4, 5));
  const read = await createReader(load, system);
  expect(read(socketWith(9))).toBeUndefined();
  expect(calls).toEqual([]);
});

test('nothing is claimed without koffi', async () => {
  const read = await createReader(() => Promise.reject(new Error('not installed')), here);
  expect(read(socketWith(9))).toBeUndefined();
});

test.skipIf(process.platform !== 'linux')('nothing is claimed when in doubt (reads /proc: needs Linux)', async () => {
  const doubtful = [
    koffi(ucred(3, 4, 5), -1),
    koffi(ucred(3, 4, 5), 0, 8),
    koffi(ucred(3, 0xffff_ffff, 5)),
    koffi(ucred(3, 4, 0xffff_ffff)),
  ];
  for (const { load, calls } of doubtful) {
    const read = await createReader(load, here);
    expect(read(socketWith(9))).toBeUndefined();
    expect(calls).toHaveLength(1);
  }
});

test.skipIf(process.platform !== 'linux').each([[undefined], [-1], [1.5], ['3']])(
  'a socket whose descriptor is %j is not asked about (needs Linux)',
  async (fd) => {
    const { load, calls } = koffi(ucred(3, 4, 5));
    const read = await createReader(load, here);
    expect(read(socketWith(fd))).toBeUndefined();
    expect(read(Object.assign(new Socket(), { _handle: null }))).toBeUndefined();
    expect(calls).toEqual([]);
  },
);

test('says beforehand whether the credentials of clients will be known', async () => {
  const { path, client } = await listen();
  const dialled = connect(path);
  onTestFinished(() => void dialled.destroy());
  const read = await peerCredentials();
  expect(await knowsPeerCredentials()).toBe(read(await client) !== undefined);
});
