import { chmodSync, chownSync, lstatSync, rmSync, unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { ScrError } from '../core/errors.js';
import type { Release } from '../core/hooks.js';
import type { PluginController } from '../core/plugin.js';
import type { ClientOrigin, InstanceView, LocalSocketAccess } from '../core/views.js';
import { sdkErrors } from './errors.js';
import { peerCredentials } from './peer-credentials.js';

/** The longest path of a local socket in octets: 107 on Linux, 103 on BSD and macOS. */
export const localPathLimit = process.platform === 'linux' ? 107 : 103;

/** A local socket to be made. */
export interface LocalListener {
  /** Absolute. */
  readonly path: string;
  /** The instance it leads to; omit it for a socket that serves several. */
  readonly instance?: InstanceView;
  /**
   * Called for each client. The stream allows half-close. The origin is what `instance.connect` takes: this socket's path,
   * and the client's credentials where they are known for a fact, see `peerCredentials`.
   */
  readonly onConnection: (client: Socket, origin: ClientOrigin) => void;
}

/**
 * Makes a local stream socket with the access that the hook `localSocket` decides; at no moment is it wider. A socket that
 * a dead program left behind is replaced; one that somebody listens on never is.
 * @returns what closes and unlinks it; clients stay connected.
 * @throws ScrError SCR_SOCKET_PATH_TOO_LONG, SCR_SOCKET_IN_USE, SCR_SOCKET_BLOCKED, SCR_SOCKET_FAILED, SCR_LOCAL_ACCESS
 */
export async function listenLocal(controller: PluginController<never>, listener: LocalListener): Promise<Release> {
  const { path, instance } = listener;
  const length = Buffer.byteLength(path);
  if (length > localPathLimit) {
    throw new ScrError(
      sdkErrors.SCR_SOCKET_PATH_TOO_LONG,
      `${path} has ${length} octets, ${localPathLimit} are allowed`,
    );
  }
  const credentials = await peerCredentials();
  const access = controller.localSocketAccess(path, instance);
  const server = createServer({ allowHalfOpen: true }, (client) =>
    listener.onConnection(client, { socket: path, credentials: credentials(client) }),
  );
  try {
    await bindOrReplace(server, path, access);
  } catch (failure) {
    server.close();
    throw failure;
  }
  server.on('error', (cause) =>
    controller.log.warn({ event: 'socket.error', path, cause: cause.message }, 'accept failed'),
  );
  return () => void server.close(); // unlinks at once; clients stay
}

async function bindOrReplace(server: Server, path: string, access: LocalSocketAccess): Promise<void> {
  try {
    if (await bindUnlessTaken(server, path, access)) return;
    await clearTheWay(path);
    await bind(server, path, access);
  } catch (failure) {
    throw socketFailure(path, failure);
  }
}

/** @returns false when something is at the path already */
async function bindUnlessTaken(server: Server, path: string, access: LocalSocketAccess): Promise<boolean> {
  try {
    await bind(server, path, access);
    return true;
  } catch (failure) {
    if (isCode(failure, 'EADDRINUSE')) return false;
    throw failure;
  }
}

function socketFailure(path: string, cause: unknown): ScrError {
  return cause instanceof ScrError ? cause : new ScrError(sdkErrors.SCR_SOCKET_FAILED, path, { cause });
}

/** Binding, listening and setting the access happen before anybody else gets a turn. */
function bind(server: Server, path: string, access: LocalSocketAccess): Promise<void> {
  return new Promise((resolve, reject: (cause: Error) => void) => {
    server.once('error', reject);
    const created = access.mode & 0o700;
    const before = process.umask(0o777 & ~created);
    try {
      server.listen(path, 4096);
    } finally {
      process.umask(before);
    }
    if (!server.listening) return; // the error event follows
    try {
      if (access.gid !== undefined) chownSync(path, -1, access.gid);
      if (access.mode !== created) chmodSync(path, access.mode);
    } catch (cause) {
      reject(cause as Error);
      return;
    }
    server.off('error', reject);
    resolve();
  });
}

async function clearTheWay(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (found === undefined) return; // gone again already
  if (!found.isSocket()) throw new ScrError(sdkErrors.SCR_SOCKET_BLOCKED, path);
  if (await isLive(path)) throw new ScrError(sdkErrors.SCR_SOCKET_IN_USE, path);
  rmSync(path, { force: true });
}

/** Whether somebody listens. When in doubt (no permission, a full queue) the answer is yes. */
function isLive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (cause) => resolve(!isCode(cause, 'ECONNREFUSED') && !isCode(cause, 'ENOENT')));
  });
}

/**
 * Removes the sockets in `directory` that nobody listens on any more. Only names that `isOurs` accepts are touched, and
 * none that this user may not remove.
 * @returns the names removed
 */
export async function removeStaleSockets(directory: string, isOurs: (name: string) => boolean): Promise<string[]> {
  const entries = await readdir(directory, { withFileTypes: true });
  const removed: string[] = [];
  for (const entry of entries) {
    const path = join(directory, entry.name);
    if (entry.isSocket() && isOurs(entry.name) && !(await isLive(path)) && remove(path)) removed.push(entry.name);
  }
  return removed;
}

/** @returns false when it is gone already, or may not be removed */
function remove(path: string): boolean {
  try {
    unlinkSync(path);
    return true;
  } catch {
    return false;
  }
}

function isCode(failure: unknown, code: string): boolean {
  return failure instanceof Error && (failure as NodeJS.ErrnoException).code === code;
}
