import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { type Server, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type PluginController, listenLocal, localPathLimit, removeStaleSockets } from '../../plugin-sdk/index.js';
import { SimClient, startBench } from '../../testing/index.js';
import { type Folder, folder } from '../core/support/folder.js';
import { plugin } from '../core/support/plugins.js';
import { asNobody } from '../plugins/support/local.js';

/** What `listenLocal` needs of a controller, with the access that the hook shall decide. */
async function controllerWith(access: { mode?: number; gid?: number } | Error = {}): Promise<PluginController<never>> {
  let face: PluginController<never> | undefined;
  const exporting = plugin('export', (controller) => {
    face = controller;
    controller.hooks.localSocket.tap(() => {
      if (access instanceof Error) throw access;
      return access;
    });
  });
  const bench = await startBench([exporting]);
  onTestFinished(() => bench.stop());
  if (face === undefined) throw new Error('setup did not run');
  return face;
}

function fresh(): Folder {
  const at = folder();
  onTestFinished(() => at[Symbol.dispose]());
  return at;
}

/** A socket file that nobody listens on, as a program leaves behind that was killed. */
function staleSocket(path: string): string {
  const script = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`;
  try {
    execFileSync(process.execPath, ['-e', script]);
  } catch {
    // it killed itself
  }
  expect(statSync(path).isSocket()).toBe(true);
  return path;
}

async function live(path: string): Promise<Server> {
  const server = createServer().listen(path);
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
}

const mode = (path: string): number => statSync(path).mode & 0o7777;

describe('listenLocal', () => {
  test('makes a socket for its owner only, hands clients over with where they came from, and unlinks it at the end', async () => {
    const path = join(fresh().path, 'socket');
    const origins: unknown[] = [];
    const release = await listenLocal(await controllerWith(), {
      path,
      onConnection: (client, origin) => {
        origins.push(origin.socket);
        client.end('welcome');
      },
    });
    expect(mode(path)).toBe(0o700);
    const client = new SimClient(connect({ path, allowHalfOpen: true }));
    await client.end;
    client.finish();
    expect(client.text).toBe('welcome');
    expect(origins).toEqual([path]);
    await release();
    expect(existsSync(path)).toBe(false);
  });

  test.each([0o700, 0o770, 0o777, 0o070, 0o000])('gives the mode that was decided: %o', async (decided) => {
    const path = join(fresh().path, 'socket');
    const release = await listenLocal(await controllerWith({ mode: decided }), { path, onConnection: () => undefined });
    expect(mode(path)).toBe(decided);
    await release();
  });

  test('leaves the mask of the process as it was', async () => {
    const before = process.umask(0o022);
    await listenLocal(await controllerWith(), { path: join(fresh().path, 's'), onConnection: () => undefined });
    await expect(
      listenLocal(await controllerWith(), { path: join(fresh().path, 'no', 's'), onConnection: () => undefined }),
    ).rejects.toThrow();
    expect(process.umask(before)).toBe(0o022);
  });

  test('honours half-close, and leaves clients connected when it is released', async () => {
    const path = join(fresh().path, 'socket');
    const release = await listenLocal(await controllerWith(), {
      path,
      onConnection: (client) => {
        client.on('data', (chunk: Buffer) => client.write(chunk));
        client.on('end', () => client.end('bye'));
      },
    });
    const client = new SimClient(connect({ path, allowHalfOpen: true }));
    client.send('hello ');
    await client.until('hello ');
    await release();
    client.send('again ');
    client.finish();
    await client.end;
    expect(client.text).toBe('hello again bye');
    expect(client.ended).toBe(true);
  });

  test('replaces the socket of a dead program', async () => {
    const path = staleSocket(join(fresh().path, 'socket'));
    const release = await listenLocal(await controllerWith(), {
      path,
      onConnection: (client) => void client.end('mine'),
    });
    const client = new SimClient(connect(path));
    await client.until('mine');
    await release();
  });

  test('never takes a socket that somebody listens on', async () => {
    const path = join(fresh().path, 'socket');
    const server = await live(path);
    const { ino } = statSync(path);
    await expect(listenLocal(await controllerWith(), { path, onConnection: () => undefined })).rejects.toMatchObject({
      code: 'SCR_SOCKET_IN_USE',
      message: `${path}: another program already listens on this local socket`,
    });
    expect(server.listening).toBe(true);
    expect(statSync(path).ino).toBe(ino);
  });

  test('never removes what is no socket', async () => {
    const path = join(fresh().path, 'socket');
    writeFileSync(path, 'precious');
    await expect(listenLocal(await controllerWith(), { path, onConnection: () => undefined })).rejects.toMatchObject({
      code: 'SCR_SOCKET_BLOCKED',
      message: `${path}: something that is not a socket is in the way`,
    });
    expect(statSync(path).isFile()).toBe(true);
  });

  test('says when a path is too long, and by how much', async () => {
    const base = fresh().path;
    const fits = join(base, 'x'.repeat(localPathLimit - base.length - 1));
    const release = await listenLocal(await controllerWith(), { path: fits, onConnection: () => undefined });
    await release();
    const path = `${fits}é`;
    await expect(listenLocal(await controllerWith(), { path, onConnection: () => undefined })).rejects.toMatchObject({
      code: 'SCR_SOCKET_PATH_TOO_LONG',
      message:
        `${path} has ${localPathLimit + 2} octets, ${localPathLimit} are allowed: ` +
        'the path of the local socket is longer than the system allows',
    });
  });

  test('a name as long as the path allows fits in a short directory too', async () => {
    const at = mkdtempSync('/tmp/');
    onTestFinished(() => rmSync(at, { recursive: true }));
    const path = join(at, 'x'.repeat(localPathLimit - at.length - 1));
    await listenLocal(await controllerWith(), { path, onConnection: (client) => void client.end('mine') });
    await new SimClient(connect(path)).until('mine');
  });

  test('leaves alone what has taken its place when it is released', async () => {
    const path = join(fresh().path, 'socket');
    const release = await listenLocal(await controllerWith(), { path, onConnection: () => undefined });
    rmSync(path);
    writeFileSync(path, 'precious');
    await release();
    expect(readFileSync(path, 'utf8')).toBe('precious');
  });

  test('leaves nothing else in the directory, whatever comes of it', async () => {
    const at = fresh().path;
    const controller = await controllerWith({ gid: 4_321 });
    const path = join(at, 'socket');
    chmodSync(at, 0o777);
    const failure = asNobody(() => listenLocal(controller, { path, onConnection: () => undefined }));
    await expect(failure).rejects.toMatchObject({ code: 'SCR_SOCKET_FAILED', cause: { code: 'EPERM' } });
    expect(readdirSync(at)).toEqual([]);
    await listenLocal(await controllerWith(), { path, onConnection: () => undefined });
    expect(readdirSync(at)).toEqual(['socket']);
  });

  test('says when the socket cannot be made', async () => {
    const path = join(fresh().path, 'nowhere', 'socket');
    await expect(listenLocal(await controllerWith(), { path, onConnection: () => undefined })).rejects.toMatchObject({
      code: 'SCR_SOCKET_FAILED',
      message: `${path}: the local socket cannot be made`,
      cause: expect.any(Error),
    });
  });

  test('makes none when the access cannot be decided or given', async () => {
    const at = fresh();
    const path = join(at.path, 'socket');
    const undecided = await controllerWith(new Error('no such group'));
    await expect(listenLocal(undecided, { path, onConnection: () => undefined })).rejects.toMatchObject({
      code: 'SCR_LOCAL_ACCESS',
    });
    expect(existsSync(path)).toBe(false);
  });

  test.skipIf(process.getuid?.() !== 0)('gives the group that was decided (only root can give any)', async () => {
    const path = join(fresh().path, 'socket');
    await listenLocal(await controllerWith({ mode: 0o770, gid: 4_321 }), { path, onConnection: () => undefined });
    expect(statSync(path).gid).toBe(4_321);
    expect(mode(path)).toBe(0o770);
  });
});

describe('removeStaleSockets', () => {
  test('removes sockets of the names asked for that nobody listens on, and nothing else', async () => {
    const at = fresh();
    for (const name of ['dead:1', 'dead:2', 'dead-but-not-ours']) staleSocket(join(at.path, name));
    writeFileSync(join(at.path, 'file:3'), '');
    const server = await live(join(at.path, 'live:4'));
    const removed = await removeStaleSockets(at.path, (name) => name.includes(':'));
    expect(removed.sort()).toEqual(['dead:1', 'dead:2']);
    expect(['dead-but-not-ours', 'file:3', 'live:4'].every((name) => existsSync(join(at.path, name)))).toBe(true);
    expect(server.listening).toBe(true);
  });

  test('rejects where there is no such folder', async () => {
    await expect(removeStaleSockets(join(fresh().path, 'nowhere'), () => true)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});
