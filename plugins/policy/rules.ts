import { ScrError, reasonOf } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';
import { namesLike } from './names.js';
import type { RuleOptions } from './options.js';
import { type People, findPeople } from './people.js';
import { Prefixes } from './prefixes.js';

/** A rule, ready for use. */
export interface Rule {
  readonly name: string;
  /** Names may be the same, keys are not. */
  readonly key: string;
  readonly fitsInstance: (monitorName: string | undefined) => boolean;
  readonly fitsCommand: (verb: string) => boolean;
  /** Whom it is for; undefined for everybody. */
  readonly people: People | undefined;
  readonly refuse: string | undefined;
  readonly allow: Prefixes | undefined;
  readonly deny: Prefixes | undefined;
  readonly rate: RuleOptions['rate'];
}

/** All of a rule but its people, who have to be looked up. @throws ScrError SCR_POLICY_PREFIX */
export function compileRule(
  { name, instances, commands, refuse, targets, rate }: RuleOptions,
  index: number,
): Omit<Rule, 'people'> {
  const called = name ?? `rule ${index + 1}`;
  const verbs = new Set(commands);
  return {
    name: called,
    key: `rule ${index + 1}`,
    fitsInstance: instances === undefined ? () => true : namesLike(instances),
    fitsCommand: commands === undefined ? () => true : (verb) => verbs.has(verb),
    refuse,
    allow: prefixes(targets?.allow, `${called}, targets.allow`),
    deny: prefixes(targets?.deny, `${called}, targets.deny`),
    rate,
  };
}

/** Whether the rule needs to know who sent a command. */
export function asksWho({ users, groups, refuse, rate }: RuleOptions): boolean {
  if (users !== undefined || groups !== undefined) return true;
  return refuse === undefined && rate !== undefined && rate.each !== 'instance';
}

/** @throws ScrError SCR_POLICY_PREFIX, SCR_POLICY_USER, SCR_POLICY_GROUP */
export async function makeRule(options: RuleOptions, index: number): Promise<Rule> {
  const { users, groups } = options;
  const people = users === undefined && groups === undefined ? undefined : await findPeople(users ?? [], groups ?? []);
  return { ...compileRule(options, index), people };
}

function prefixes(texts: readonly string[] | undefined, place: string): Prefixes | undefined {
  if (texts === undefined) return undefined;
  const set = new Prefixes();
  for (const text of texts) {
    try {
      set.add(text);
    } catch (mistake) {
      throw new ScrError(errors.SCR_POLICY_PREFIX, `${place}: ${reasonOf(mistake)}`);
    }
  }
  return set;
}
