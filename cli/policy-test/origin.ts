import { type ClientOrigin, type PeerCredentials, ScrError, systemEntries } from '../../plugin-sdk/index.js';
import { cliErrors } from '../errors.js';
import type { Wish } from './wish.js';

/** The number of no group: that of a user whom the system does not list. */
const NO_GROUP = 0xffff_ffff;

/** Where a client would come from. @throws ScrError SCR_NO_USER, SCR_NO_GROUP */
export async function originOf({ user, groups, certificates }: Wish): Promise<ClientOrigin> {
  if (user !== undefined) return { credentials: await credentialsOf(user, groups) };
  if (certificates.length === 0) return {};
  return { tls: { authorized: true, names: certificates, fingerprint256: undefined, protocol: 'TLSv1.3' } };
}

async function credentialsOf(user: string, groups: readonly string[]): Promise<PeerCredentials> {
  const [, , uid = user, gid = NO_GROUP] = await entryOf('passwd', user, cliErrors.SCR_NO_USER);
  const gids = await Promise.all(groups.map((group) => entryOf('group', group, cliErrors.SCR_NO_GROUP)));
  const numbers = gids.map(([, , number], index) => Number(number ?? groups[index]));
  return { uid: Number(uid), gid: Number(gid), pid: 0, groups: numbers };
}

/** A number need not have a name. */
async function entryOf(
  database: 'passwd' | 'group',
  key: string,
  missing: (typeof cliErrors)['SCR_NO_USER' | 'SCR_NO_GROUP'],
): Promise<readonly string[]> {
  const [entry] = await systemEntries(database, [key]).catch((cause: unknown) => {
    throw new ScrError(missing, key, { cause });
  });
  if (entry === undefined && !/^\d+$/.test(key)) throw new ScrError(missing, key);
  return entry ?? [];
}
