import type { Command, InstanceView, Metadata } from '../../plugin-sdk/index.js';
import type { Options } from './options.js';
import type { Prefixes } from './prefixes.js';
import { identityOf } from './people.js';
import { type Rule, countsUsers } from './rules.js';

/** Everything that a decision rests on. */
export interface Policy {
  readonly rules: readonly Rule[];
  readonly otherwise: Options['otherwise'];
  readonly noProbe: Prefixes | undefined;
  /** What is known of VPs. */
  readonly metadata: Pick<Metadata, 'of'> | undefined;
}

/** What is decided on: a command, or one that somebody might send. */
export interface Question extends Pick<Command, 'verb' | 'targets' | 'origin'> {
  readonly instance: Pick<InstanceView, 'id' | 'monitorName'>;
}

/** What was decided, as far as nothing needs to be counted for it. */
export interface Verdict {
  readonly decidedBy: 'rule' | 'noProbe' | 'otherwise' | 'command';
  /** The first rule that fits. */
  readonly rule?: Rule;
  /** For the client: why it is refused, in one short line. Undefined where it is allowed. */
  readonly reason?: string | undefined;
}

/** They end what was allowed before; nothing is sent to anybody. */
const ALWAYS_ALLOWED = new Set(['done', 'halt']);
/** Rules go by the first word. What scamper might read as another one than stands there fits no rule for sure. */
const VERB = /^[a-z]+$/;
const NO_COMMAND = 'this is no command';
const UNSURE = 'its target cannot be told for sure';
const WHO = 'who you are is not known';
const WHERE = 'the tags or the country of this VP are not known';

/** The first rule that fits decides. */
export function decide(policy: Policy, question: Question): Verdict {
  if (ALWAYS_ALLOWED.has(question.verb)) return { decidedBy: 'command' };
  if (!VERB.test(question.verb)) return { decidedBy: 'command', reason: NO_COMMAND };
  for (const rule of policy.rules) {
    const fit = fitOf(rule, policy, question);
    if (fit === true) return judge(rule, policy, question);
    if (fit !== false) return { decidedBy: 'rule', rule, reason: fit };
  }
  if (policy.otherwise === 'refuse') return { decidedBy: 'otherwise', reason: 'no rule allows it' };
  return { decidedBy: 'otherwise', ...objectionToTargets({}, policy, question) };
}

/** @returns what is not known, where that keeps one from telling whether the rule fits */
function fitOf(rule: Rule, { metadata }: Policy, { instance, origin, verb }: Question): boolean | string {
  if (!rule.fitsInstance(instance.monitorName) || !rule.fitsCommand(verb)) return false;
  const place = rule.fitsPlace(metadata?.of(instance.monitorName));
  const people = rule.people === undefined ? true : rule.people.include(origin);
  if (place === false || people === false) return false;
  if (people === undefined) return WHO;
  return place ?? WHERE;
}

function judge(rule: Rule, policy: Policy, question: Question): Verdict {
  if (rule.refuse !== undefined) return { decidedBy: 'rule', rule, reason: rule.refuse };
  const objection = objectionToTargets(rule, policy, question);
  const isKnown = !countsUsers(rule) || identityOf(question.origin) !== undefined;
  return { decidedBy: 'rule', rule, ...(!isKnown && { reason: WHO }), ...objection };
}

/** @returns why a target may not be probed, and who says so where that is not the rule */
function objectionToTargets(
  { allow, deny }: Partial<Pick<Rule, 'allow' | 'deny'>>,
  { noProbe }: Policy,
  { targets }: Question,
): Partial<Verdict> {
  const isOfRule = allow !== undefined || deny !== undefined;
  if (!isOfRule && noProbe === undefined) return {};
  if (targets === undefined) return { reason: UNSURE, ...(!isOfRule && { decidedBy: 'noProbe' }) };
  for (const target of targets) {
    if (noProbe?.has(target) === true) return { decidedBy: 'noProbe', reason: `${target} is on the no-probe list` };
    if (deny?.has(target) === true) return { reason: `${target} is not a target for you` };
    if (allow?.has(target) === false) return { reason: `${target} is not among the targets for you` };
  }
  return {};
}
