import picomatch from 'picomatch';
import { type LocalSocketAccess, certificateMatcher } from '../../plugin-sdk/index.js';
import { groupId } from './groups.js';

const OWNER = 0o700;
const GROUP = 0o070;
const OTHER = 0o007;

/** Who may use instances, as options say it. */
interface Grant {
  readonly allowGroup?: boolean | undefined;
  readonly allowOther?: boolean | undefined;
  readonly group?: string | number | undefined;
  readonly certificates?: readonly string[] | undefined;
  readonly allowNetwork?: boolean | undefined;
}

export interface Options extends Grant {
  readonly rules: readonly (Grant & { readonly match: string })[];
}

/** Who may use the instances that it fits. */
export interface Rule {
  readonly matches: (monitorName: string) => boolean;
  /** For a socket that leads to one instance. */
  readonly access: LocalSocketAccess;
  /** The group whose members may; undefined for none. */
  readonly group: number | undefined;
  /** Whether every user of the machine may. */
  readonly others: boolean;
  /** Whether a client from the network may, whose certificate has this name. */
  readonly admits: (certificateName: string) => boolean;
  /** Whether every client from the network may. */
  readonly network: boolean;
}

/** An instance without monitor name fits `*` only: to picomatch an empty text fits nothing. */
function matcher(pattern: string): Rule['matches'] {
  return pattern === '*' ? () => true : picomatch(pattern);
}

/** A group that is named may use the socket: what else would it be named for. */
function ruleOf(
  match: string,
  // Stryker disable next-line ArrayDeclaration: no certificate has a name like that
  { allowGroup, allowOther, group, certificates = [], allowNetwork = false }: Grant,
): Rule {
  const gid = group === undefined ? undefined : groupId(group);
  const forGroup = allowGroup ?? group !== undefined;
  const others = allowOther === true;
  const mode = OWNER | (forGroup ? GROUP : 0) | (others ? OTHER : 0);
  return {
    matches: matcher(match),
    access: { mode, gid },
    // Stryker disable next-line OptionalChaining: only Windows has none
    group: forGroup ? (gid ?? process.getegid?.()) : undefined,
    others,
    admits: certificateMatcher(certificates),
    network: allowNetwork,
  };
}

/** Rules in their order, the options outside the rules last; none behind one that fits all. @throws ScrError */
export function compile(options: Options): Rule[] {
  const all = [...options.rules, { ...options, match: '*' }];
  const reached = all.slice(0, all.findIndex(({ match }) => match === '*') + 1);
  return reached.map((rule) => ruleOf(rule.match, rule));
}

/** The groups that some rule lets in. */
export function groupsOf(rules: readonly Rule[]): number[] {
  const groups = rules.map(({ group }) => group).filter((group) => group !== undefined);
  return [...new Set(groups)];
}

/**
 * For a socket that leads to several instances: whoever may use one of them can connect. A file has one group; where rules name
 * several, everybody can, and only the hook `open` keeps the instances apart.
 */
export function sharedAccess(rules: readonly Rule[]): LocalSocketAccess {
  const mode = rules.reduce((all, { access }) => all | access.mode, 0);
  const [gid, ...more] = groupsOf(rules);
  return more.length > 0 ? { mode: mode | GROUP | OTHER, gid: undefined } : { mode, gid };
}

/** Whether the rule lets in everybody whom a file with this access lets in. */
export function includes({ group, others }: Rule, { mode, gid }: LocalSocketAccess): boolean {
  if (others) return true;
  return (mode & OTHER) === 0 && ((mode & GROUP) === 0 || gid === group);
}
