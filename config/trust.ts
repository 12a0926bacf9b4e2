import { type Stats, lstatSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

/**
 * Who but root and this user could have put the file there, or could change it.
 *
 * It is looked at from `/` downwards: in a folder that nobody else may write to, nobody else can put one thing in the place
 * of another, so what was looked at there stays. A file that is found right is therefore the one that an import of its
 * path runs later, and what it imports from beside it could not be replaced either. Links are refused, since what is
 * true of their target now may not be true a moment later.
 * @param path without links above the file's own folder
 * @param opened what was read there
 * @returns undefined for nobody
 */
export function distrustOf(path: string, opened: Stats): string | undefined {
  if (process.geteuid === undefined) return undefined; // no such rights here
  const me = { uid: process.geteuid(), gid: process.getegid?.() ?? 0 };
  let shared = false;
  for (const entry of downTo(path)) {
    const info = lstatSync(entry);
    const why = faultOf(info, me, shared);
    if (why !== undefined) return `${entry} ${why}`;
    shared = isShared(info, me.gid);
    if (entry === path && !isSame(info, opened)) return `${entry} was replaced meanwhile`;
  }
  return undefined;
}

/** Each folder on the way, and the file. */
function downTo(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [...downTo(above), join(above, basename(path))];
}

/** @param inShared whether everybody may write to the folder it is in, which is sticky */
function faultOf(
  info: Stats,
  me: { readonly uid: number; readonly gid: number },
  inShared: boolean,
): string | undefined {
  if (info.uid !== 0 && info.uid !== me.uid) return 'belongs to somebody else';
  if (info.isSymbolicLink()) return 'is a link';
  const sticky = info.isDirectory() && (info.mode & STICKY) !== 0;
  if (isShared(info, me.gid) && !sticky) return 'may be changed by others';
  // A second name of a file of root's, say.
  if (inShared && !info.isDirectory() && info.uid !== me.uid)
    return 'belongs to somebody else, in a folder for everybody';
  return undefined;
}

function isShared({ mode, gid }: Stats, myGroup: number): boolean {
  const groupMay = (mode & GROUP_WRITES) !== 0 && gid !== 0 && gid !== myGroup;
  return groupMay || (mode & OTHERS_WRITE) !== 0;
}

function isSame(one: Stats, other: Stats): boolean {
  return one.dev === other.dev && one.ino === other.ino;
}
