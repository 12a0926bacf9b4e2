import type { Command } from '../../plugin-sdk/index.js';
import type { Options } from './options.js';
import type { Prefixes } from './prefixes.js';
import type { Rates } from './rates.js';
import type { Rule } from './rules.js';

/** Everything that a decision rests on. */
export interface Policy {
  readonly rules: readonly Rule[];
  readonly otherwise: Options['otherwise'];
  readonly noProbe: Prefixes | undefined;
}

/** Why a command is refused, and by which rule. */
export interface Refusal {
  readonly rule: string;
  /** For the client: one short line. */
  readonly reason: string;
}

/** They end what was allowed before; nothing is sent to anybody. */
const ALWAYS_ALLOWED = new Set(['done', 'halt']);
/** Rules go by the first word. What scamper might read as another one than stands there fits no rule for sure. */
const VERB = /^[a-z]+$/;
const NO_COMMAND = 'this is no command';
const UNSURE = 'its target cannot be told for sure';
const WHO = 'who you are is not known';

/** The first rule that fits decides. */
export function decide({ rules, otherwise, noProbe }: Policy, command: Command, rates: Rates): Refusal | undefined {
  if (ALWAYS_ALLOWED.has(command.verb)) return undefined;
  if (!VERB.test(command.verb)) return { rule: 'none', reason: NO_COMMAND };
  for (const rule of rules) {
    if (!rule.fitsInstance(command.instance.monitorName) || !rule.fitsCommand(command.verb)) continue;
    const { credentials } = command.origin;
    if (rule.people !== undefined && credentials === undefined) return { rule: rule.name, reason: WHO };
    if (rule.people !== undefined && credentials !== undefined && !rule.people.include(credentials)) continue;
    const reason =
      rule.refuse ?? objectionToTargets(rule, noProbe, command.targets) ?? objectionToRate(rule, rates, command);
    return reason === undefined ? undefined : { rule: rule.name, reason };
  }
  const reason = otherwise === 'refuse' ? 'no rule allows it' : objectionToTargets({}, noProbe, command.targets);
  return reason === undefined ? undefined : { rule: 'otherwise', reason };
}

function objectionToTargets(
  { allow, deny }: Partial<Pick<Rule, 'allow' | 'deny'>>,
  noProbe: Prefixes | undefined,
  targets: readonly string[] | undefined,
): string | undefined {
  if (allow === undefined && deny === undefined && noProbe === undefined) return undefined;
  if (targets === undefined) return UNSURE;
  for (const target of targets) {
    if (noProbe?.has(target) === true) return `${target} is on the no-probe list`;
    if (deny?.has(target) === true) return `${target} is not a target for you`;
    if (allow?.has(target) === false) return `${target} is not among the targets for you`;
  }
  return undefined;
}

function objectionToRate({ key, rate }: Rule, rates: Rates, { instance, origin }: Command): string | undefined {
  if (rate === undefined) return undefined;
  const user = rate.each === 'instance' ? '' : origin.credentials?.uid;
  if (user === undefined) return WHO;
  // A scamper that starts afresh has another id, but its name stays.
  const place = rate.each === 'user' ? '' : (instance.monitorName ?? `#${instance.id}`);
  const wait = rates.take(`${key}\n${user}\n${place}`, rate);
  return wait === 0 ? undefined : `too many commands; the next in ${Math.ceil(wait)} s`;
}
