import {
  type ClientOrigin,
  type ErrorSpec,
  type PeerCredentials,
  ScrError,
  certificateMatcher,
  systemEntries,
} from '../../plugin-sdk/index.js';
import { errors } from './errors.js';
import type { RuleOptions } from './options.js';

type Who = Pick<RuleOptions, 'users' | 'groups' | 'certificates'>;

/** Certain clients: local users by number, clients from the network by the names in their certificates. */
export class People {
  constructor(
    private readonly uids: ReadonlySet<number>,
    private readonly gids: ReadonlySet<number>,
    private readonly admits: (certificateName: string) => boolean,
  ) {}

  /** @returns undefined where it is not known who the client is */
  include(origin: ClientOrigin): boolean | undefined {
    const names = certificateNames(origin);
    const { credentials } = origin;
    if (credentials === undefined && names === undefined) return undefined;
    return (credentials !== undefined && this.#hasUser(credentials)) || names?.some(this.admits) === true;
  }

  /** By the groups of the process that connected, as with a file; or by the system's list. */
  #hasUser({ uid, gid, groups = [] }: PeerCredentials): boolean {
    return this.uids.has(uid) || [gid, ...groups].some((group) => this.gids.has(group));
  }
}

/** The names in the certificate that a client showed and that was checked; undefined without one. */
export function certificateNames({ tls }: ClientOrigin): readonly string[] | undefined {
  return tls?.authorized === true ? tls.names : undefined;
}

/** Who a client is, for counting; undefined where it is not known. A renewed certificate is the same one. */
export function identityOf(origin: ClientOrigin): string | undefined {
  if (origin.credentials !== undefined) return `user ${origin.credentials.uid}`;
  const names = certificateNames(origin);
  return names === undefined ? undefined : `certificate ${names.join(' ') || String(origin.tls?.fingerprint256)}`;
}

/** Whether a rule is for certain people only. */
export function namesPeople({ users, groups, certificates }: Who): boolean {
  return [users, groups, certificates].some((list) => list !== undefined);
}

/**
 * Looks users and groups up as the system does. The members of a group are those that the system lists for it now, and
 * whoever connects with it as one of its groups.
 * @throws ScrError SCR_POLICY_USER, SCR_POLICY_GROUP
 */
export async function findPeople({ users = [], groups = [], certificates = [] }: Who): Promise<People> {
  const found = await Promise.all(groups.map(findGroup));
  const members = await membersOf(found.flatMap((group) => group.members));
  const uids = await Promise.all(users.map(userId));
  return new People(
    new Set([...uids, ...members]),
    new Set(found.map(({ gid }) => gid)),
    certificateMatcher(certificates),
  );
}

async function membersOf(names: readonly string[]): Promise<number[]> {
  const entries = await lookUp('passwd', [...new Set(names)], errors.SCR_POLICY_USER);
  return entries.map(([, , uid]) => Number(uid));
}

async function userId(user: string | number): Promise<number> {
  if (typeof user === 'number') return user;
  const [entry] = await lookUp('passwd', [user], errors.SCR_POLICY_USER);
  if (entry === undefined) throw new ScrError(errors.SCR_POLICY_USER, user);
  return Number(entry[2]);
}

/** A number need not have a name. */
async function findGroup(group: string | number): Promise<{ readonly gid: number; readonly members: string[] }> {
  const [entry] = await lookUp('group', [group], errors.SCR_POLICY_GROUP);
  if (entry === undefined && typeof group === 'string') throw new ScrError(errors.SCR_POLICY_GROUP, group);
  const [, , gid = group, names = ''] = entry ?? [];
  return { gid: Number(gid), members: names.split(',').filter((name) => name !== '') };
}

async function lookUp(
  database: 'passwd' | 'group',
  keys: readonly (string | number)[],
  failed: ErrorSpec,
): Promise<string[][]> {
  try {
    return await systemEntries(database, keys);
  } catch (cause) {
    throw new ScrError(failed, keys.join(', '), { cause });
  }
}
