import { type BigIntStats, type Stats, constants } from 'node:fs';
import { type FileHandle, copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ScrError } from '../../core/contract/errors.js';
import type { Release } from '../../core/contract/hooks.js';
import type { Logger } from '../../core/contract/logger.js';
import type { PluginController } from '../../core/contract/plugin.js';
import { sdkErrors as errors } from '../errors.js';
import { listenLocal } from '../local-socket.js';

/** More octets than these are not read: millions of lines. */
const FILE_LIMIT = 268_435_456;

const PRIVATE = 0o600;

/** A directory in which a plugin keeps what must outlive the controller: files that are this user's alone. */
export class StateFolder {
  readonly path: string;

  /** @param path absolute */
  constructor(path: string) {
    this.path = path;
  }

  /** Where a file of it is. */
  pathOf(name: string): string {
    return join(this.path, name);
  }

  /**
   * Makes the directory where it is missing; the one it is in must be there. Nobody else may write to it: what is in it
   * could be replaced. @throws ScrError SCR_STATE, SCR_STATE_SHARED
   */
  async prepare(): Promise<void> {
    await telling(this.path, async () => {
      await mkdir(this.path, 0o700).catch((failure: unknown) => {
        if (!isCode(failure, 'EEXIST')) throw failure;
      });
      const found = await stat(this.path);
      if (!found.isDirectory()) throw new Error('it is not a directory');
      const { uid, mode } = found;
      assertOurs(this.path, uid === 0 ? undefined : ownerOf(found));
      assertOurs(this.path, (mode & 0o022) === 0 ? undefined : 'others may write to it');
    });
  }

  /** @returns nothing where there is no such file yet. @throws ScrError SCR_STATE, SCR_STATE_SHARED, SCR_STATE_FORM */
  read(name: string): Promise<string> {
    const path = this.pathOf(name);
    return telling(path, async () => {
      const handle = await openThere(path);
      if (handle === undefined) return '';
      try {
        const found = await handle.stat();
        assertOurs(path, wrongWith(found));
        // Stryker disable next-line EqualityOperator: an octet more or less is of no account
        if (found.size > FILE_LIMIT) throw new ScrError(errors.SCR_STATE_FORM, path);
        return await handle.readFile('utf8');
      } finally {
        await handle.close();
      }
    });
  }

  /** Says that so many lines of a file were passed over, and keeps it as it is: before it is written anew. @throws ScrError SCR_STATE */
  async tellOfDamage(log: Logger, name: string, lines: number): Promise<void> {
    const copy = await this.#keepCopy(name);
    const path = this.pathOf(name);
    const { code, message, remedy } = new ScrError(errors.SCR_STATE_DAMAGED, path);
    log.warn({ event: 'state.damaged', path, lines, copy, code, remedy }, message);
  }

  /** What cannot be read may be of use to a person. In place of an earlier copy. @returns where it is */
  #keepCopy(name: string): Promise<string> {
    const path = this.pathOf(name);
    const copy = `${path}.damaged`;
    return telling(copy, async () => {
      await rm(copy, { force: true });
      await copyFile(path, copy, constants.COPYFILE_EXCL);
      return copy;
    });
  }

  /** Puts a whole file in its place, or leaves it as it was. @returns the new one, to append to; close it. @throws what the system says */
  async replace(name: string, text: string): Promise<FileHandle> {
    const path = this.pathOf(name);
    const fresh = `${path}.new`;
    await rm(fresh, { force: true });
    const handle = await open(fresh, 'ax', PRIVATE);
    try {
      await handle.writeFile(text);
      await handle.sync();
      await rename(fresh, path);
      await syncFolder(this.path);
      return handle;
    } catch (failure) {
      await handle.close();
      await rm(fresh, { force: true });
      throw failure;
    }
  }

  /** Whether a file that was opened there is still the one that a next start would read. */
  async isInPlace(name: string, handle: FileHandle): Promise<boolean> {
    const bigint = true;
    try {
      return isSame(await handle.stat({ bigint }), await stat(this.pathOf(name), { bigint }));
    } catch (failure) {
      if (isCode(failure, 'ENOENT')) return false;
      throw failure;
    }
  }

  /** A socket is a lock that is free as soon as whoever had it is dead. @throws ScrError SCR_STATE_TAKEN, SCR_STATE */
  async lock(controller: PluginController<never>, name: string): Promise<Release> {
    try {
      return await listenLocal(controller, {
        path: this.pathOf(name),
        onConnection: (client) => void client.destroy(),
      });
    } catch (cause) {
      const isTaken = cause instanceof ScrError && cause.code === errors.SCR_SOCKET_IN_USE.code;
      throw new ScrError(isTaken ? errors.SCR_STATE_TAKEN : errors.SCR_STATE, this.path, { cause });
    }
  }
}

/** What fails in `task` is told of the path. @throws ScrError */
async function telling<T>(path: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    throw cause instanceof ScrError ? cause : new ScrError(errors.SCR_STATE, path, { cause });
  }
}

function assertOurs(path: string, wrong: string | undefined): void {
  if (wrong !== undefined) throw new ScrError(errors.SCR_STATE_SHARED, `${path}: ${wrong}`);
}

function ownerOf({ uid }: Stats): string | undefined {
  // Stryker disable next-line OptionalChaining: only Windows has none
  return uid === process.geteuid?.() ? undefined : `user ${uid} owns it`;
}

async function openThere(path: string): Promise<FileHandle | undefined> {
  try {
    // Without O_NONBLOCK a pipe would hold it up.
    return await open(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (failure) {
    if (isCode(failure, 'ENOENT')) return undefined;
    assertOurs(path, isCode(failure, 'ELOOP') ? 'it is a link' : undefined);
    throw failure;
  }
}

function wrongWith(found: Stats): string | undefined {
  if (!found.isFile()) return 'it is not a plain file';
  if ((found.mode & 0o077) !== 0) return 'others may read or write it';
  if (found.nlink > 1) return 'it has a second name';
  return ownerOf(found);
}

function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

/** Otherwise the new name may be lost with the power. */
// Stryker disable next-line BlockStatement: only the power would tell
async function syncFolder(directory: string): Promise<void> {
  const folder = await open(directory, constants.O_RDONLY);
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isCode(failure: unknown, code: string): boolean {
  return failure instanceof Error && 'code' in failure && failure.code === code;
}
