// @ts-check
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ScrError } from 'sc-remoted/plugin-sdk';
import { errors } from './errors.js';

/** @import { ErrorSpec, PeerCredentials } from 'sc-remoted/plugin-sdk' */

const run = promisify(execFile);

/** Certain users, by number. */
export class People {
  #uids;
  #gids;

  /**
   * @param {ReadonlySet<number>} uids
   * @param {ReadonlySet<number>} gids
   */
  constructor(uids, gids) {
    this.#uids = uids;
    this.#gids = gids;
  }

  /** @param {PeerCredentials} credentials */
  include({ uid, gid }) {
    return this.#uids.has(uid) || this.#gids.has(gid);
  }
}

/**
 * Looks users and groups up as the system does (files, LDAP, …). The members of a group are those that the system lists for it now,
 * and whoever connects with it as the effective group.
 * @param {readonly (string | number)[]} users
 * @param {readonly (string | number)[]} groups
 * @throws {ScrError} SCR_POLICY_USER, SCR_POLICY_GROUP
 */
export async function findPeople(users, groups) {
  const uids = new Set(await Promise.all(users.map(userId)));
  const gids = new Set();
  for (const group of groups) {
    const { gid, members } = await findGroup(group);
    gids.add(gid);
    for (const member of members) uids.add(await userId(member));
  }
  return new People(uids, gids);
}

/** @param {string | number} user */
async function userId(user) {
  if (typeof user === 'number') return user;
  const [, , uid] = await entryOf('passwd', user, errors.SCR_POLICY_USER);
  return Number(uid);
}

/** @param {string | number} group */
async function findGroup(group) {
  try {
    const [, , gid, members = ''] = await entryOf('group', String(group), errors.SCR_POLICY_GROUP);
    return { gid: Number(gid), members: members.split(',').filter((name) => name !== '') };
  } catch (failure) {
    // A number need not have a name.
    if (typeof group === 'number' && isAbsent(failure)) return { gid: group, members: [] };
    throw failure;
  }
}

/** How getent ends when the database has no such entry. */
const ABSENT = 2;

/** @param {unknown} failure */
function isAbsent(failure) {
  return failure instanceof ScrError && Object(failure.cause).code === ABSENT;
}

/**
 * @param {'passwd' | 'group'} database
 * @param {string} key
 * @param {ErrorSpec} missing
 */
async function entryOf(database, key, missing) {
  try {
    const { stdout } = await run('getent', [database, '--', key], { timeout: 10_000 });
    return stdout.trimEnd().split(':');
  } catch (cause) {
    throw new ScrError(missing, key, { cause });
  }
}
