import { execFile } from 'node:child_process';
import { type Stats, accessSync, constants, existsSync, mkdirSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { ScrError, defineErrors } from '../../plugin-sdk/index.js';

const errors = defineErrors({
  // ## The start
  SCR_EXPORT_DIRECTORY: [
    'the directory for the sockets cannot be used',
    'name another with -U, or make it a directory that this user may write to',
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

/**
 * Who else may write to it; undefined for nobody but root. The sticky bit, as /tmp has it, only keeps others from removing
 * our sockets: they can still add some, which programs would take for instances.
 */
async function sharingOf({ uid, gid, mode }: Stats): Promise<string | undefined> {
  if (uid !== 0 && uid !== process.geteuid?.()) return `user ${uid} owns it`;
  if ((mode & 0o002) !== 0) return 'everybody may write to it';
  if ((mode & 0o020) !== 0 && !(await isOwnGroup(gid))) return `group ${gid} may write to it`;
  return undefined;
}

/** Whether nobody else is in the group: root's, or the one named like this user, as systems with private groups have it. */
async function isOwnGroup(gid: number): Promise<boolean> {
  if (gid === 0) return true;
  try {
    const { username } = userInfo();
    const { stdout } = await promisify(execFile)('getent', ['group', String(gid)], { timeout: 10_000 });
    const [name, , , members = ''] = stdout.trimEnd().split(':');
    return name === username && members.split(',').every((member) => member === '' || member === username);
  } catch {
    return false; // not known is not private
  }
}
