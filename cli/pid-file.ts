import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ScrError } from '../core/errors.js';
import { cliErrors } from './errors.js';

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
    if (isOurs(path, content)) rmSync(path, { force: true });
  };
}

/** Another controller may have been given the same file, or somebody removed it. */
function isOurs(path: string, content: string): boolean {
  try {
    return readFileSync(path, 'utf8') === content;
  } catch {
    return false;
  }
}
