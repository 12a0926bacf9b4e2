import { type ErrorSpec, type PeerCredentials, ScrError, systemEntries } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';

/** Certain users, by number. */
export class People {
  readonly #uids: ReadonlySet<number>;
  readonly #gids: ReadonlySet<number>;

  constructor(uids: ReadonlySet<number>, gids: ReadonlySet<number>) {
    this.#uids = uids;
    this.#gids = gids;
  }

  include({ uid, gid }: PeerCredentials): boolean {
    return this.#uids.has(uid) || this.#gids.has(gid);
  }
}

/**
 * Looks users and groups up as the system does. The members of a group are those that the system lists for it now, and
 * whoever connects with it as the effective group.
 * @throws ScrError SCR_POLICY_USER, SCR_POLICY_GROUP
 */
export async function findPeople(
  users: readonly (string | number)[],
  groups: readonly (string | number)[],
): Promise<People> {
  const found = await Promise.all(groups.map(findGroup));
  const members = await systemEntries('passwd', [...new Set(found.flatMap((group) => group.members))]);
  const uids = await Promise.all(users.map(userId));
  return new People(
    new Set([...uids, ...members.map(([, , uid]) => Number(uid))]),
    new Set(found.map(({ gid }) => gid)),
  );
}

async function userId(user: string | number): Promise<number> {
  if (typeof user === 'number') return user;
  const entry = await lookUp('passwd', user, errors.SCR_POLICY_USER);
  if (entry === undefined) throw new ScrError(errors.SCR_POLICY_USER, user);
  return Number(entry[2]);
}

/** A number need not have a name. */
async function findGroup(group: string | number): Promise<{ readonly gid: number; readonly members: string[] }> {
  const entry = await lookUp('group', group, errors.SCR_POLICY_GROUP);
  if (entry === undefined && typeof group === 'string') throw new ScrError(errors.SCR_POLICY_GROUP, group);
  const [, , gid = group, names = ''] = entry ?? [];
  return { gid: Number(gid), members: names.split(',').filter((name) => name !== '') };
}

async function lookUp(database: 'passwd' | 'group', key: string | number, failed: ErrorSpec) {
  try {
    return (await systemEntries(database, [key]))[0];
  } catch (cause) {
    throw new ScrError(failed, String(key), { cause });
  }
}
