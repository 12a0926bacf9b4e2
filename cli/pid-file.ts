import { accessSync, closeSync, constants, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { ScrError } from '../core/errors.js';
import { cliErrors } from './errors.js';

/**
 * Looks whether the file can be written, before anything is opened. @throws ScrError SCR_PID_FILE, or SCR_PID_TAKEN when
 * it is another process's, which lives
 */
export function checkPidFile(file: string): void {
  const path = resolve(file);
  const other = Number(contentOf(path)?.trim());
  if (other > 0 && other !== process.pid && lives(other)) {
    throw new ScrError(cliErrors.SCR_PID_TAKEN, `${file}: ${other}`);
  }
  try {
    assertWritable(path);
  } catch (cause) {
    throw new ScrError(cliErrors.SCR_PID_FILE, file, { cause });
  }
}

function assertWritable(path: string): void {
  try {
    closeSync(openSync(path, 'r+'));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause;
    accessSync(dirname(path), constants.W_OK | constants.X_OK);
  }
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EPERM'; // another user's
  }
}

/** Writes the process ID. @returns what removes the file again, if it is still ours. @throws ScrError SCR_PID_FILE */
export function writePidFile(file: string): () => void {
  const path = resolve(file);
  const content = `${process.pid}\n`;
  try {
    writeFileSync(path, content);
  } catch (cause) {
    throw new ScrError(cliErrors.SCR_PID_FILE, file, { cause });
  }
  return () => {
    // Another controller may have been given the same file.
    if (contentOf(path) === content) rmSync(path, { force: true });
  };
}

/** @returns undefined where it cannot be read */
function contentOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
