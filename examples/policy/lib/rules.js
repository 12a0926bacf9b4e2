// @ts-check
import { ScrError, reasonOf } from 'sc-remoted/plugin-sdk';
import { errors } from './errors.js';
import { namesLike } from './names.js';
import { findPeople } from './people.js';
import { Prefixes } from './prefixes.js';

/**
 * @import { People } from './people.js'
 * @import { Rate } from './rates.js'
 */

/**
 * A rule as the options say it.
 * @typedef {object} RuleOptions
 * @property {string | undefined} [name]
 * @property {readonly string[] | undefined} [instances]
 * @property {readonly (string | number)[] | undefined} [users]
 * @property {readonly (string | number)[] | undefined} [groups]
 * @property {readonly string[] | undefined} [commands]
 * @property {string | undefined} [refuse]
 * @property {{ readonly allow?: readonly string[] | undefined, readonly deny?: readonly string[] | undefined } | undefined} [targets]
 * @property {Rate & { readonly each: 'user' | 'instance' | 'user and instance' } | undefined} [rate]
 */

/**
 * A rule, ready for use.
 * @typedef {object} Rule
 * @property {string} name
 * @property {string} key names may be the same, keys are not
 * @property {(monitorName: string | undefined) => boolean} fitsInstance
 * @property {(verb: string) => boolean} fitsCommand
 * @property {People | undefined} people whom it is for; undefined for everybody
 * @property {string | undefined} refuse
 * @property {Prefixes | undefined} allow
 * @property {Prefixes | undefined} deny
 * @property {RuleOptions['rate']} rate
 */

/**
 * All of a rule but its people, who have to be looked up.
 * @param {RuleOptions} options
 * @param {number} index
 * @returns {Omit<Rule, 'people'>}
 * @throws {ScrError} SCR_POLICY_PREFIX
 */
export function compileRule({ name, instances, commands, refuse, targets, rate }, index) {
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

/**
 * Whether the rule needs to know who sent a command.
 * @param {RuleOptions} options
 */
export function asksWho({ users, groups, refuse, rate }) {
  if (users !== undefined || groups !== undefined) return true;
  return refuse === undefined && rate !== undefined && rate.each !== 'instance';
}

/**
 * @param {RuleOptions} options
 * @param {number} index
 * @returns {Promise<Rule>}
 * @throws {ScrError} SCR_POLICY_PREFIX, SCR_POLICY_USER, SCR_POLICY_GROUP
 */
export async function makeRule(options, index) {
  const { users, groups } = options;
  const people = users === undefined && groups === undefined ? undefined : await findPeople(users ?? [], groups ?? []);
  return { ...compileRule(options, index), people };
}

/**
 * @param {readonly string[] | undefined} texts
 * @param {string} place
 */
function prefixes(texts, place) {
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
