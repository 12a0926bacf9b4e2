import { execFile } from 'node:child_process';
import type { Stats } from 'node:fs';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

/**
 * Who else may write to a directory, in words; undefined for nobody but root. The sticky bit, as /tmp has it, only keeps others
 * from removing what is there: they can still add something, which programs would take for the controller's.
 */
export async function sharingOf({ uid, gid, mode }: Pick<Stats, 'uid' | 'gid' | 'mode'>): Promise<string | undefined> {
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
