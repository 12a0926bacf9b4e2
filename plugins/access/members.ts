import { systemEntries } from '../../plugin-sdk/index.js';

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
  const groups = (await systemEntries('group', gids, signal)).map(([, , gid, names = '']) => ({
    gid: Number(gid),
    names: names.split(',').filter((name) => name !== ''),
  }));
  const names = new Set(groups.flatMap((group) => group.names));
  const users = await systemEntries('passwd', [...names], signal);
  const uids = new Map(users.map(([name, , uid]) => [name, Number(uid)]));
  return new Map(groups.map(({ gid, names }) => [gid, new Set(names.flatMap((name) => uids.get(name) ?? []))]));
}
