import {
  accessSync,
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  openSync,
  readFileSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ScrError } from '../core/contract/errors.js';
import { cliErrors } from './errors.js';

/**
 * Looks whether the file can be written, before anything is opened. @throws ScrError SCR_PID_FILE, or SCR_PID_TAKEN when
 * it is another controller's, which lives
 */
export function checkPidFile(file: string): void {
  const path = resolve(file);
  const other = Number(asPidFile(file, () => contentIfThere(path))?.trim());
  if (other > 0 && other !== process.pid && isController(other)) {
    throw new ScrError(cliErrors.SCR_PID_TAKEN, `${file}: ${other}`);
  }
}

function asPidFile<T>(file: string, task: () => T): T {
  try {
    return task();
  } catch (cause) {
    throw new ScrError(cliErrors.SCR_PID_FILE, file, { cause });
  }
}

/** @returns undefined where there is none, but one can be made */
function contentIfThere(path: string): string | undefined {
  try {
    return withFile(path, constants.O_RDWR, (fd) => readFileSync(fd, 'utf8'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
    return undefined;
  }
}

/** Opens a regular file; a link, which may lead to anybody's file, is none. */
function withFile<T>(path: string, flags: number, task: (fd: number) => T): T {
  // Without O_NONBLOCK, a pipe would hold up the process.
  const fd = openSync(path, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK, 0o644);
  try {
    if (!fstatSync(fd).isFile()) throw new Error('it is not a regular file');
    return task(fd);
  } finally {
    closeSync(fd);
  }
}

/** Whether it lives and is no process that was given the ID of a dead controller: those have another name. */
function isController(pid: number): boolean {
  return lives(pid) && (nameOf(pid) ?? process.title) === process.title;
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'; // another user's
  }
}

/** @returns undefined where the system does not tell */
function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trimEnd();
  } catch {
    return undefined;
  }
}

/** Writes the process ID. @returns what removes the file again, if it is still ours. @throws ScrError SCR_PID_FILE */
export function writePidFile(file: string): () => void {
  const path = resolve(file);
  const content = `${process.pid}\n`;
  asPidFile(file, () => withFile(path, constants.O_RDWR | constants.O_CREAT, (fd) => fill(fd, path, content)));
  return () => {
    // Another controller may have been given the same file.
    if (contentOf(path) === content) rmSync(path, { force: true });
  };
}

/** In its place: the folder need not be ours to write to. On a full disk, no empty file stays. */
function fill(fd: number, path: string, content: string): void {
  try {
    writeSync(fd, content, 0);
    ftruncateSync(fd, content.length);
  } catch (failure) {
    if (fstatSync(fd).size === 0) rmSync(path, { force: true });
    throw failure;
  }
}

/** @returns undefined where it cannot be read */
function contentOf(path: string): string | undefined {
  try {
    return withFile(path, constants.O_RDONLY, (fd) => readFileSync(fd, 'utf8'));
  } catch {
    return undefined;
  }
}
