import { type BigIntStats, chmodSync, chownSync, linkSync, lstatSync, unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { ScrError } from '../core/errors.js';
import type { Release } from '../core/hooks.js';
import type { PluginController } from '../core/plugin.js';
import type { ClientOrigin, InstanceView, LocalSocketAccess } from '../core/views.js';
import { sdkErrors } from './errors.js';
import { peerCredentials } from './peer-credentials.js';
import { PrivateFolder, localPathLimit } from './private-folder.js';

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
 * Makes a local stream socket with the access that the hook `localSocket` decides; at no moment is it wider. It is made in
 * a private folder, and appears when it is ready: others may write to the directory and can neither have another file's
 * access changed nor meet a socket that does not answer. A socket that a dead program left behind is replaced; one that
 * somebody listens on never is.
 * @returns what closes it, and unlinks it unless something else has taken its place; clients stay connected.
 * @throws ScrError SCR_SOCKET_PATH_TOO_LONG, SCR_SOCKET_IN_USE, SCR_SOCKET_BLOCKED, SCR_SOCKET_FAILED, SCR_LOCAL_ACCESS
 */
export async function listenLocal(controller: PluginController<never>, listener: LocalListener): Promise<Release> {
  const { path, instance } = listener;
  assertFits(path);
  const credentials = await peerCredentials();
  const access = controller.localSocketAccess(path, instance);
  const server = createServer({ allowHalfOpen: true }, (client) =>
    listener.onConnection(client, { socket: path, credentials: credentials(client) }),
  );
  const identity = await makeAt(path, server, access);
  server.on('error', (cause) =>
    controller.log.warn({ event: 'socket.error', path, cause: cause.message }, 'accept failed'),
  );
  return () => {
    removeIfSame(path, identity);
    server.close(); // clients stay
  };
}

function assertFits(path: string): void {
  const length = Buffer.byteLength(path);
  if (length <= localPathLimit) return;
  throw new ScrError(sdkErrors.SCR_SOCKET_PATH_TOO_LONG, `${path} has ${length} octets, ${localPathLimit} are allowed`);
}

async function makeAt(path: string, server: Server, access: LocalSocketAccess): Promise<Identity> {
  try {
    await clearTheWay(path);
    using folder = new PrivateFolder(dirname(path));
    return await makeIn(folder, path, server, access);
  } catch (failure) {
    server.close();
    throw socketFailure(path, failure);
  }
}

/** Nobody else can reach the socket, nor put anything in its place, before it is as it shall be. */
async function makeIn(
  folder: PrivateFolder,
  path: string,
  server: Server,
  { mode, gid }: LocalSocketAccess,
): Promise<Identity> {
  const made = folder.pathOf(basename(path));
  try {
    await bind(server, made);
    if (gid !== undefined) chownSync(made, -1, gid);
    chmodSync(made, mode);
    const { dev, ino } = lstatSync(made, { bigint: true });
    publish(made, path);
    return { dev, ino };
  } finally {
    remove(made);
  }
}

/** Makes it appear at `path`, where nothing was a moment ago. A link never replaces anything, as a renaming would. */
function publish(made: string, path: string): void {
  try {
    linkSync(made, path);
  } catch (failure) {
    throw isCode(failure, 'EEXIST') ? new ScrError(sdkErrors.SCR_SOCKET_IN_USE, path) : failure;
  }
}

function socketFailure(path: string, cause: unknown): ScrError {
  return cause instanceof ScrError ? cause : new ScrError(sdkErrors.SCR_SOCKET_FAILED, path, { cause });
}

function bind(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject: (cause: Error) => void) => {
    server.once('error', reject);
    server.listen(path, 4096);
    if (!server.listening) return; // the error event follows
    server.off('error', reject);
    resolve();
  });
}

async function clearTheWay(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (found === undefined) return;
  if (!found.isSocket()) throw new ScrError(sdkErrors.SCR_SOCKET_BLOCKED, path);
  if (await isLive(path)) throw new ScrError(sdkErrors.SCR_SOCKET_IN_USE, path);
  removeIfSame(path, found);
}

/** Which file it is, whatever its name is. */
type Identity = Pick<BigIntStats, 'dev' | 'ino'>;

/** Removes the file, unless something else has taken its place. */
function removeIfSame(path: string, { dev, ino }: Identity): void {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (found?.dev === dev && found.ino === ino) remove(path);
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
