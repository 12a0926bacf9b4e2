import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** How long the system may take to look up groups, or users, in milliseconds. */
const LOOK_UP = 5_000;
/** Octets of its answer. */
const LONGEST = 1 << 24;
/** What getent ends with when it did not find all; it tells what it did find. */
const SOME_MISSING = 2;

type Members = ReadonlyMap<number, ReadonlySet<number>>;

/**
 * The users that the system lists as members of groups. The kernel knows which groups a process has: who was made a member
 * since, is found here. Read beforehand, so that no program runs for a client.
 */
export class GroupMembers {
  #members: Members = new Map();

  constructor(private readonly groups: readonly number[]) {}

  has(group: number, user: number): boolean {
    return this.#members.get(group)?.has(user) === true;
  }

  /** Reads them anew. @throws what keeps it from that; then nobody is listed, because what is not known is not granted */
  async load(signal: AbortSignal): Promise<void> {
    try {
      this.#members = await membersOf(this.groups, signal);
    } catch (failure) {
      this.#members = new Map();
      throw failure;
    }
  }
}

async function membersOf(gids: readonly number[], signal: AbortSignal): Promise<Members> {
  const groups = (await getent('group', gids.map(String), signal)).map(([, , gid, names = '']) => ({
    gid: Number(gid),
    names: names.split(',').filter((name) => name !== ''),
  }));
  const named = new Set(groups.flatMap(({ names }) => names));
  const users = await getent('passwd', [...named], signal);
  const uids = new Map(users.map(([name, , uid]) => [name, Number(uid)]));
  return new Map(groups.map(({ gid, names }) => [gid, new Set(names.flatMap((name) => uids.get(name) ?? []))]));
}

/** The system's own look-up (files, LDAP, …). @returns the fields of the entries found */
async function getent(database: string, keys: readonly string[], signal: AbortSignal): Promise<string[][]> {
  if (keys.length === 0) return []; // it would list everything
  const limits = { timeout: LOOK_UP, maxBuffer: LONGEST, signal };
  const { stdout } = await promisify(execFile)('getent', [database, '--', ...keys], limits).catch(foundSome);
  // Behind the last end of a line is an entry without name and number, which is nobody's.
  return stdout.split('\n').map((line) => line.split(':'));
}

function foundSome(failure: Error & { readonly code?: unknown; readonly stdout: string }): { stdout: string } {
  if (failure.code !== SOME_MISSING) throw failure;
  return failure;
}
