import { accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { ScrError, defineErrors, sharingOf } from '../../plugin-sdk/index.js';

export const errors = defineErrors({
  // ## The start
  SCR_EXPORT_DIRECTORY: [
    'the directory for the sockets cannot be used',
    'name another with -U, or make it a directory that this user may write to',
  ],
  SCR_EXPORT_NAMES: [
    'the links by name cannot be in the directory of the sockets: nothing but sockets of instances is there',
    'name another folder for them',
  ],
  /** Who may: see [unix-export](../plugins/unix-export/README.md#whose-directory-it-is). */
  SCR_EXPORT_SHARED: [
    'others may put sockets of their own into the directory for the sockets',
    'name another with -U, or let only this user write to it (chown, chmod go-w); allowSharedDirectory uses it as it is',
  ],
});

/** What fails in `task` is told of the directory. @throws ScrError */
export async function using<T>(directory: string, task: () => T | Promise<T>): Promise<T> {
  try {
    return await task();
  } catch (cause) {
    throw cause instanceof ScrError ? cause : new ScrError(errors.SCR_EXPORT_DIRECTORY, directory, { cause });
  }
}

/**
 * With those above it. Node's own recursive mkdir never ends where a file system says ENOENT to mkdir, as /proc does.
 * Nobody else may write to it, whatever the umask says.
 */
export function makeDirectory(directory: string): void {
  if (existsSync(directory)) return;
  makeDirectory(dirname(directory));
  mkdirSync(directory, 0o755);
}

/** Makes it where it is missing. @throws where this user cannot make sockets in it, or others can */
export async function prepareDirectory(directory: string, mayBeShared: boolean): Promise<void> {
  makeDirectory(directory);
  const found = statSync(directory);
  if (!found.isDirectory()) throw new Error('it is not a directory');
  accessSync(directory, constants.W_OK | constants.X_OK);
  const sharing = mayBeShared ? undefined : await sharingOf(found);
  if (sharing !== undefined) throw new ScrError(errors.SCR_EXPORT_SHARED, `${directory}: ${sharing}`);
}
