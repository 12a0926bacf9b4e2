import { lstatSync } from 'node:fs';
import type { ClientOrigin, PeerCredentials, TlsIdentity } from '../../plugin-sdk/index.js';
import type { GroupMembers } from './members.js';
import { type Rule, includes } from './rules.js';

/** @returns why a client from the network may not use what the rule fits; undefined when it may */
export function objectionToRemote({ admits, network }: Rule, tls: TlsIdentity | undefined): string | undefined {
  if (network) return undefined;
  if (tls?.authorized !== true) {
    return 'it came over the network and showed no client certificate (allowNetwork of access lets in whoever comes)';
  }
  if (tls.names.some(admits)) return undefined;
  return `its certificate is for ${tls.names.join(', ') || 'no name'}, which the rule does not name`;
}

/** @returns why a client of a socket that leads to several instances may not use what the rule fits; undefined when it may */
export function objectionToLocal(
  rule: Rule,
  { socket, credentials }: ClientOrigin & { readonly socket: string },
  members: GroupMembers,
): string | undefined {
  if (rule.others) return undefined;
  if (credentials !== undefined) return objectionToUser(rule, credentials, members);
  if (letsInNobodyElse(socket, rule)) return undefined;
  return 'it is not known which user it is (that takes Linux, the package koffi, and a user of this system)';
}

function objectionToUser({ group }: Rule, who: PeerCredentials, members: GroupMembers): string | undefined {
  const { uid } = who;
  if (uid === 0 || uid === ownUser()) return undefined;
  if (group === undefined) return `user ${uid} is not the one who runs the controller`;
  return isMember(group, who, members) ? undefined : `user ${uid} is not in group ${group}`;
}

/** By the groups of the process that connected, as with a file; or by the system's list. */
// Stryker disable next-line ArrayDeclaration: a text is no number of a group
function isMember(group: number, { uid, gid, groups = [] }: PeerCredentials, members: GroupMembers): boolean {
  return gid === group || groups.includes(group) || members.has(group, uid);
}

/** Whether the socket's file has kept out already whom the rule keeps out, as it does where all rules are alike. */
function letsInNobodyElse(path: string, rule: Rule): boolean {
  const file = lstatSync(path, { throwIfNoEntry: false });
  return file?.isSocket() === true && file.uid === ownUser() && includes(rule, file);
}

function ownUser(): number | undefined {
  // Stryker disable next-line OptionalChaining: only Windows has none
  return process.geteuid?.();
}
