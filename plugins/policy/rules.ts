import { ScrError, type VpMetadata, reasonOf } from '../../plugin-sdk/index.js';
import { errors } from './errors.js';
import { namesLike } from './names.js';
import type { RuleOptions } from './options.js';
import { type People, findPeople, namesPeople } from './people.js';
import { Prefixes } from './prefixes.js';

/** A rule, ready for use. */
export interface Rule {
  /** As it is told: its name, or its number. */
  readonly name: string;
  /** Names may be the same, keys are not. */
  readonly key: string;
  readonly fitsInstance: (monitorName: string | undefined) => boolean;
  /** @returns undefined where it cannot be told from what is known of the VP */
  readonly fitsPlace: (known: VpMetadata | undefined) => boolean | undefined;
  readonly fitsCommand: (verb: string) => boolean;
  /** Whom it is for; undefined for everybody. */
  readonly people: People | undefined;
  readonly refuse: string | undefined;
  readonly allow: Prefixes | undefined;
  readonly deny: Prefixes | undefined;
  readonly rate: RuleOptions['rate'];
  readonly running: RuleOptions['running'];
}

/** All of a rule but its people, who have to be looked up. @throws ScrError SCR_POLICY_PREFIX */
export function compileRule(options: RuleOptions, index: number): Omit<Rule, 'people'> {
  const { instances, commands, refuse, targets, rate, running } = options;
  const name = nameOf(options, index);
  const verbs = new Set(commands);
  return {
    name,
    key: String(index + 1),
    fitsInstance: instances === undefined ? () => true : namesLike(instances),
    fitsPlace: placeMatcher(options),
    fitsCommand: commands === undefined ? () => true : (verb) => verbs.has(verb),
    refuse,
    allow: prefixes(targets?.allow, `rule ${name}, targets.allow`),
    deny: prefixes(targets?.deny, `rule ${name}, targets.deny`),
    rate,
    running,
  };
}

export function nameOf({ name }: RuleOptions, index: number): string {
  return name ?? String(index + 1);
}

/** Whether the rule needs to know who sent a command. */
export function asksWho(options: RuleOptions): boolean {
  return namesPeople(options) || (options.refuse === undefined && countsUsers(options));
}

/** Whether something is counted for each user. */
export function countsUsers({ rate, running }: Pick<RuleOptions, 'rate' | 'running'>): boolean {
  return [rate, running].some((limit) => limit !== undefined && limit.each !== 'instance');
}

/** Whether the rule needs to know of VPs what only metadata can tell. */
export function asksWhere({ tags, countries }: RuleOptions): boolean {
  return tags !== undefined || countries !== undefined;
}

/** @throws ScrError SCR_POLICY_PREFIX, SCR_POLICY_USER, SCR_POLICY_GROUP */
export async function makeRule(options: RuleOptions, index: number): Promise<Rule> {
  const people = namesPeople(options) ? await findPeople(options) : undefined;
  return { ...compileRule(options, index), people };
}

function placeMatcher({ tags, countries }: RuleOptions): Rule['fitsPlace'] {
  const wanted = new Set(countries?.map((country) => country.toUpperCase()));
  return (known) => {
    const tagged = tags === undefined ? true : known && tags.some((tag) => known.tags.includes(tag));
    const there = countries === undefined ? true : known?.cc && wanted.has(known.cc.toUpperCase());
    return tagged === false || there === false ? false : tagged === true && there === true ? true : undefined;
  };
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
