import { once } from 'node:events';
import { type BigIntStats, chmodSync, chownSync, linkSync, lstatSync, renameSync, statSync, unlinkSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { type Server, type Socket, connect, createServer } from 'node:net';
import { basename, dirname, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import { ScrError } from '../core/contract/errors.js';
import type { Release } from '../core/contract/hooks.js';
import type { PluginController } from '../core/contract/plugin.js';
import type { ClientOrigin, InstanceView, LocalSocketAccess } from '../core/contract/views.js';
import { sdkErrors } from './errors.js';
import { peerCredentials } from './peer-credentials.js';
import { PrivateFolder, localPathLimit } from './private-folder.js';

/** Clients that the system may queue. */
const BACKLOG = 4096;

/** Bits of an access: every one, and the owner's. */
const ALL = 0o777;
const OWNER = 0o700;

/** A local socket to be made. */
export type LocalListener = LocalPlace & (ClientListener | OwnServer);

interface LocalPlace {
  /** Absolute. */
  readonly path: string;
  /** The instance it leads to; omit it for a socket that serves several. */
  readonly instance?: InstanceView;
  /** Who may use it, in place of what the hook `localSocket` decides: for a socket that leads to no instance. */
  readonly access?: LocalSocketAccess;
}

/** Serves clients of instances. */
interface ClientListener {
  /**
   * Called for each client. The stream allows half-close. The origin is what `instance.connect` takes: this socket's path,
   * and the client's credentials where they are known for a fact, see `peerCredentials`.
   */
  readonly onConnection: (client: Socket, origin: ClientOrigin) => void;
}

/** Serves something else. */
interface OwnServer {
  /** It is to listen there: a server of `node:http`, say. */
  readonly server: Server;
}

/**
 * Makes a local stream socket with the access that the hook `localSocket` decides; at no moment is it wider. Where others may
 * write to the directory, it is made in a private folder and appears when it is ready: they cannot have another
 * file's access changed. A socket that a dead program left behind is replaced; one that
 * somebody listens on never is.
 * @returns what closes it, and unlinks it unless something else has taken its place; clients stay connected.
 * @throws ScrError SCR_SOCKET_PATH_TOO_LONG, SCR_SOCKET_IN_USE, SCR_SOCKET_BLOCKED, SCR_SOCKET_FAILED, SCR_LOCAL_ACCESS
 */
export async function listenLocal(controller: PluginController<never>, listener: LocalListener): Promise<Release> {
  const { path, instance } = listener;
  assertFits(path);
  const server = await serverOf(listener);
  const access = listener.access ?? controller.localSocketAccess(path, instance);
  const made = await makeAt(path, server, access);
  server.on('error', (cause) =>
    controller.log.warn({ event: 'socket.error', path, cause: cause.message }, 'accept failed'),
  );
  return () => closeAt(path, server, made);
}

async function serverOf(listener: LocalListener): Promise<Server> {
  if ('server' in listener) return listener.server;
  const { path, onConnection } = listener;
  const credentials = await peerCredentials();
  return createServer({ allowHalfOpen: true }, (client) =>
    onConnection(client, { socket: path, credentials: credentials(client) }),
  );
}

function assertFits(path: string): void {
  const length = Buffer.byteLength(path);
  if (length <= localPathLimit) return;
  throw new ScrError(sdkErrors.SCR_SOCKET_PATH_TOO_LONG, `${path} has ${length} octets, ${localPathLimit} are allowed`);
}

/** A socket that listens. */
interface Made extends Identity {
  /** The path that it was bound to, which libuv unlinks when it is closed. */
  readonly bound: string;
}

/** Looks at what is in the way only when something is: there hardly ever is. */
async function makeAt(path: string, server: Server, access: LocalSocketAccess): Promise<Made> {
  try {
    const inPlace = mayMakeIn(dirname(path));
    if (!inPlace) await clearTheWay(path);
    return make(path, server, access, inPlace) ?? (await makeAgain(path, server, access));
  } catch (failure) {
    server.close();
    throw socketFailure(path, failure);
  }
}

async function makeAgain(path: string, server: Server, access: LocalSocketAccess): Promise<Made> {
  const failure = await failureOf(server);
  if (!isCode(failure, 'EADDRINUSE')) throw failure;
  await clearTheWay(path);
  const made = make(path, server, access, mayMakeIn(dirname(path)));
  if (made === undefined) throw await failureOf(server);
  return made;
}

/** @returns undefined when the server does not listen */
function make(path: string, server: Server, access: LocalSocketAccess, inPlace: boolean): Made | undefined {
  return inPlace ? makeInPlace(path, server, access) : makeApart(path, server, access);
}

/** Only the main thread may set the mask of the process. */
function mayMakeIn(directory: string): boolean {
  return isMainThread && isOurs(directory);
}

/** Whether nobody but this user and root may put anything in the directory. */
function isOurs(directory: string): boolean {
  const { uid, mode } = statSync(directory);
  return (uid === 0 || uid === process.geteuid?.()) && (mode & 0o022) === 0;
}

/** Why it does not listen; Node tells that a turn later than that it does not. */
async function failureOf(server: Server): Promise<Error> {
  const [failure] = (await once(server, 'error')) as [Error];
  return failure;
}

/**
 * Makes it where it shall be. The mask gives it its access as it is made; where a group is to own it, it is its owner's
 * only at first. A folder of its own would cost as much as the socket.
 * @returns undefined when the server does not listen
 */
function makeInPlace(path: string, server: Server, access: LocalSocketAccess): Made | undefined {
  const before = process.umask(access.gid === undefined ? ALL & ~access.mode : ALL & ~OWNER);
  try {
    server.listen(path, BACKLOG);
  } finally {
    process.umask(before);
  }
  if (!server.listening) return undefined;
  const made = lstatSync(path, { bigint: true });
  // An access list of the directory goes before the mask.
  if (access.gid !== undefined || (Number(made.mode) & ALL) !== access.mode) setAccess(path, access);
  return { dev: made.dev, ino: made.ino, bound: path };
}

/** Makes it where nobody else can reach it, all in one turn. @returns undefined when the server does not listen */
function makeApart(path: string, server: Server, access: LocalSocketAccess): Made | undefined {
  using folder = new PrivateFolder(dirname(path));
  const bound = folder.pathOf(basename(path));
  try {
    server.listen(bound, BACKLOG);
    if (!server.listening) return undefined;
    setAccess(bound, access);
    const identity = identityOf(bound);
    publish(bound, path);
    return { ...identity, bound };
  } finally {
    remove(bound);
  }
}

function setAccess(made: string, { mode, gid }: LocalSocketAccess): void {
  if (gid !== undefined) chownSync(made, -1, gid);
  chmodSync(made, mode);
}

/** Clients stay. libuv unlinks what is at the path now, whatever that is: what has taken the socket's place is put back. */
function closeAt(path: string, server: Server, made: Made): void {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (found === undefined || made.bound !== path) {
    if (found !== undefined && isSame(found, made)) remove(path);
    server.close();
  } else if (isSame(found, made)) server.close();
  else closeBeside(path, server, made);
}

function closeBeside(path: string, server: Server, { ino }: Identity): void {
  const aside = join(dirname(path), `.${process.pid}.${ino}`);
  renameSync(path, aside);
  server.close();
  renameSync(aside, path);
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

async function clearTheWay(path: string): Promise<void> {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (found === undefined) return;
  if (!found.isSocket()) throw new ScrError(sdkErrors.SCR_SOCKET_BLOCKED, path);
  if (await isLive(path)) throw new ScrError(sdkErrors.SCR_SOCKET_IN_USE, path);
  removeIfSame(path, found);
}

/** Which file it is, whatever its name is. */
type Identity = Pick<BigIntStats, 'dev' | 'ino'>;

function identityOf(path: string): Identity {
  const { dev, ino } = lstatSync(path, { bigint: true });
  return { dev, ino };
}

/** Removes the file, unless something else has taken its place. */
function removeIfSame(path: string, identity: Identity): void {
  const found = lstatSync(path, { throwIfNoEntry: false, bigint: true });
  if (found !== undefined && isSame(found, identity)) remove(path);
}

function isSame(one: Identity, other: Identity): boolean {
  return one.dev === other.dev && one.ino === other.ino;
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
