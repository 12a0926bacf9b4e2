import { type BigIntStats, type Stats, constants } from 'node:fs';
import { type FileHandle, copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ScrError } from '../../../plugin-sdk/index.js';
import { errors } from '../errors.js';

/** More octets than these are not read: some millions of sessions. */
const FILE_LIMIT = 268_435_456;

const PRIVATE = 0o600;

/** The file of the sessions in a directory. */
export function sessionsIn(directory: string): string {
  return join(directory, 'sessions');
}

/**
 * Makes the directory where it is missing; the one it is in must be there. Nobody else may write to it: what is in it
 * could be replaced. @throws ScrError SCR_ZOMBIE_STATE, SCR_ZOMBIE_STATE_SHARED
 */
export async function prepare(directory: string): Promise<void> {
  await telling(directory, async () => {
    await mkdir(directory, 0o700).catch((failure: unknown) => {
      if (!isCode(failure, 'EEXIST')) throw failure;
    });
    const found = await stat(directory);
    if (!found.isDirectory()) throw new Error('it is not a directory');
    const { uid, mode } = found;
    assertOurs(directory, uid === 0 ? undefined : ownerOf(found));
    assertOurs(directory, (mode & 0o022) === 0 ? undefined : 'others may write to it');
  });
}

/** What fails in `task` is told of the path. @throws ScrError */
async function telling<T>(path: string, task: () => Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    throw cause instanceof ScrError ? cause : new ScrError(errors.SCR_ZOMBIE_STATE, path, { cause });
  }
}

function assertOurs(path: string, wrong: string | undefined): void {
  if (wrong !== undefined) throw new ScrError(errors.SCR_ZOMBIE_STATE_SHARED, `${path}: ${wrong}`);
}

function ownerOf({ uid }: Stats): string | undefined {
  // Stryker disable next-line OptionalChaining: only Windows has none
  return uid === process.geteuid?.() ? undefined : `user ${uid} owns it`;
}

/** @returns nothing where there is no file yet. @throws ScrError SCR_ZOMBIE_STATE, SCR_ZOMBIE_STATE_SHARED, SCR_ZOMBIE_STATE_FORM */
export function read(path: string): Promise<string> {
  return telling(path, async () => {
    const handle = await openThere(path);
    if (handle === undefined) return '';
    try {
      const found = await handle.stat();
      assertOurs(path, wrongWith(found));
      // Stryker disable next-line EqualityOperator: an octet more or less is of no account
      if (found.size > FILE_LIMIT) throw new ScrError(errors.SCR_ZOMBIE_STATE_FORM, path);
      return await handle.readFile('utf8');
    } finally {
      await handle.close();
    }
  });
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

/** What cannot be read may be of use to a person. In place of an earlier copy. @returns where it is. @throws ScrError SCR_ZOMBIE_STATE */
export function keepCopy(path: string): Promise<string> {
  const copy = `${path}.damaged`;
  return telling(copy, async () => {
    await rm(copy, { force: true });
    await copyFile(path, copy, constants.COPYFILE_EXCL);
    return copy;
  });
}

/** Puts a whole file in its place, or leaves it as it was. @returns the new one, to append to. @throws what the system says */
export async function replace(directory: string, text: string): Promise<FileHandle> {
  const path = sessionsIn(directory);
  const fresh = `${path}.new`;
  await rm(fresh, { force: true });
  const handle = await open(fresh, flagsOf('O_WRONLY', 'O_APPEND', 'O_CREAT', 'O_EXCL', 'O_NOFOLLOW'), PRIVATE);
  try {
    await handle.writeFile(text);
    await handle.sync();
    await rename(fresh, path);
    await syncFolder(directory);
    return handle;
  } catch (failure) {
    await handle.close();
    await rm(fresh, { force: true });
    throw failure;
  }
}

/** Whether a file that was opened there is still the one that a next start would read. */
export async function isInPlace(directory: string, handle: FileHandle): Promise<boolean> {
  const bigint = true;
  try {
    return isSame(await handle.stat({ bigint }), await stat(sessionsIn(directory), { bigint }));
  } catch (failure) {
    if (isCode(failure, 'ENOENT')) return false;
    throw failure;
  }
}

function isSame(one: BigIntStats, other: BigIntStats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}

function flagsOf(...names: readonly (keyof typeof constants)[]): number {
  return names.reduce((flags, name) => flags | constants[name], 0);
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
