// @ts-check
import { definePlugin, filterCommands, knowsPeerCredentials, reasonOf } from 'sc-remoted/plugin-sdk';
import { decide } from './lib/decide.js';
import { readNoProbe } from './lib/no-probe.js';
import { Rates } from './lib/rates.js';
import { asksWho, compileRule, makeRule } from './lib/rules.js';
import { auditTrail } from './lib/trail.js';

/**
 * @import { Command } from 'sc-remoted/plugin-sdk'
 * @import { Policy, Refusal } from './lib/decide.js'
 */

const names = /** @type {const} */ ({ type: 'array', minItems: 1, items: { type: 'string', minLength: 1 } });
const people = /** @type {const} */ ({
  type: 'array',
  minItems: 1,
  items: { type: ['string', 'integer'], minLength: 1, minimum: 0 },
});

/** Refusals that are logged in a second; the others are counted in the next line. */
const LOGGED = { commands: 10, seconds: 1 };

/** Decides which commands of local clients may be run. */
export default definePlugin({
  name: 'policy',
  version: '1.0.0',
  schema: {
    type: 'object',
    additionalProperties: false,
    properties: {
      rules: {
        type: 'array',
        default: [],
        description: 'the first rule that fits a command decides',
        items: {
          type: 'object',
          additionalProperties: false,
          properties: {
            name: { type: 'string', minLength: 1, description: 'told in the log' },
            instances: { ...names, description: "fits instances by monitor name: ['ams-*']" },
            users: { ...people, description: 'fits these users, by name or number' },
            groups: { ...people, description: 'fits the members of these groups' },
            commands: {
              type: 'array',
              minItems: 1,
              items: { type: 'string', pattern: '^[a-z]+$' },
              description: "fits these commands: ['ping', 'trace']",
            },
            refuse: { type: 'string', minLength: 1, description: 'refuse, with this reason' },
            targets: {
              type: 'object',
              additionalProperties: false,
              properties: {
                allow: { ...names, description: 'only these prefixes may be probed' },
                deny: { ...names, description: 'these prefixes may not be probed' },
              },
            },
            rate: {
              type: 'object',
              additionalProperties: false,
              required: ['commands'],
              properties: {
                commands: { type: 'integer', minimum: 1, description: 'so many commands' },
                seconds: { type: 'integer', minimum: 1, default: 1, description: 'in so many seconds' },
                each: {
                  enum: ['user', 'instance', 'user and instance'],
                  default: 'user',
                  description: 'counted apart for each',
                },
              },
            },
          },
        },
      },
      otherwise: { enum: ['refuse', 'allow'], default: 'refuse', description: 'what happens when no rule fits' },
      noProbe: {
        type: 'string',
        minLength: 1,
        description: 'file with prefixes that nobody may probe; read again at a reload',
      },
    },
  },
  setup(controller, options) {
    const { hooks, clock, log } = controller;
    const rates = new Rates(clock);
    /** @type {Policy | undefined} */
    let policy;
    let unlogged = 0;
    options.rules.forEach(compileRule); // mistakes show before anything is opened

    /** @param {typeof options} from */
    async function load({ rules, otherwise, noProbe: file }) {
      const list = file === undefined ? undefined : await readNoProbe(controller.resolvePath(file));
      policy = { rules: await Promise.all(rules.map(makeRule)), otherwise, noProbe: list?.prefixes };
      const loaded = { rules: rules.length, otherwise, noProbe: list?.prefixes.size, sha256: list?.sha256 };
      log.info({ event: 'policy.loaded', ...loaded }, 'the policy is in force');
      controller.use(auditTrail)?.record('policy.loaded', loaded);
      await warnIfBlind(rules);
    }

    /** @param {typeof options.rules} all */
    async function warnIfBlind(all) {
      const rules = all.flatMap((rule, index) => (asksWho(rule) ? [compileRule(rule, index).name] : []));
      if (rules.length === 0 || (await knowsPeerCredentials())) return;
      const why = 'who the local users are is not known here, so rules that ask for it refuse everybody';
      log.warn({ event: 'policy.blind', rules }, `${why}: on Linux install koffi beside sc-remoted`);
    }

    /** @param {typeof options} fresh */
    async function reload(fresh) {
      try {
        await load(fresh);
      } catch (failure) {
        controller.use(auditTrail)?.record('policy.kept', { cause: reasonOf(failure) });
        throw failure; // the controller logs it; the policy from before stays in force
      }
    }

    /**
     * @param {Command} command
     * @param {Refusal} refusal
     */
    function logRefusal({ instance, channel, origin, line }, refusal) {
      if (rates.take('log', LOGGED) > 0) {
        unlogged += 1;
        return;
      }
      const { uid, pid } = origin.credentials ?? {};
      const where = { instance: instance.name, channel: channel.id, uid, pid, command: line.slice(0, 200) };
      log.info({ event: 'policy.refused', ...where, ...refusal, unlogged }, `refused: ${refusal.reason}`);
      unlogged = 0;
    }

    hooks.start.tap(() => load(options));
    hooks.reload.tap(reload);
    filterCommands(controller, {
      command(command) {
        if (policy === undefined) return { refuse: 'the policy is not loaded yet' };
        const refusal = decide(policy, command, rates);
        if (refusal === undefined) return undefined;
        logRefusal(command, refusal);
        return { refuse: refusal.reason };
      },
    });
  },
});
