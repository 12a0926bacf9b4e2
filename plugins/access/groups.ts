import { execFileSync } from 'node:child_process';
import { ScrError, defineErrors } from '../../plugin-sdk/index.js';

export const errors = defineErrors({
  // ## The start
  SCR_ACCESS_GROUP: ['there is no such group', 'check the name, or give the group number'],
  /** A user may give a file to a group only as a member of it; root may always. */
  SCR_ACCESS_MEMBER: [
    'this user may not give sockets to the group',
    'make the user that runs sc-remoted a member of the group',
  ],
  /** Where users are known: see [access](../plugins/access/README.md#one-socket-for-several-instances). */
  SCR_ACCESS_USERS: [
    'a socket for several instances cannot keep users apart here, and the rules ask for it',
    'on Linux: npm install koffi; else let all rules allow the same, or give each instance a socket of its own',
  ],
});

/** The number of a group, by the system's own look-up (files, LDAP, …). @throws ScrError */
export function groupId(group: string | number): number {
  const gid = typeof group === 'number' ? group : lookUp(group);
  // Stryker disable next-line OptionalChaining,ArrayDeclaration: only Windows has none
  const mine = [process.getegid?.(), ...(process.getgroups?.() ?? [])];
  // Stryker disable next-line OptionalChaining: only Windows has none
  if (process.geteuid?.() !== 0 && !mine.includes(gid)) throw new ScrError(errors.SCR_ACCESS_MEMBER, String(group));
  return gid;
}

function lookUp(group: string): number {
  try {
    const [, , gid] = execFileSync('getent', ['group', '--', group], { encoding: 'utf8' }).split(':');
    return Number(gid);
  } catch (cause) {
    throw new ScrError(errors.SCR_ACCESS_GROUP, group, { cause });
  }
}
