import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ScrError } from '../../core/contract/errors.js';
import { createErrors } from './errors.js';
import type { NewFile } from './templates.js';

/**
 * Writes files into a folder that is new or empty; overwrites nothing.
 * @throws ScrError SCR_CREATE_EXISTS, SCR_CREATE_FAILED
 */
export async function writePackage(directory: string, files: readonly NewFile[]): Promise<void> {
  try {
    await mkdir(directory, { recursive: true });
    if ((await readdir(directory)).length > 0) throw new ScrError(createErrors.SCR_CREATE_EXISTS, directory);
    for (const { path, content } of files) {
      const file = join(directory, path);
      await mkdir(dirname(file), { recursive: true });
      await writeFile(file, content, { flag: 'wx' });
    }
  } catch (cause) {
    if (cause instanceof ScrError) throw cause;
    const taken = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    throw new ScrError(createErrors[taken ? 'SCR_CREATE_EXISTS' : 'SCR_CREATE_FAILED'], directory, { cause });
  }
}
