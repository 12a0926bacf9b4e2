import {
  type Command,
  auditTrail,
  definePlugin,
  filterCommands,
  knowsPeerCredentials,
  reasonOf,
} from '../../plugin-sdk/index.js';
import { type Policy, type Refusal, decide } from './decide.js';
import { readNoProbe } from './no-probe.js';
import { type Options, schema } from './options.js';
import { Rates } from './rates.js';
import { asksWho, compileRule, makeRule } from './rules.js';

/** Refusals that are logged in a second; the others are counted in the next line. */
const LOGGED = { commands: 10, seconds: 1 };

/** Decides which commands of local clients may be run. */
export default definePlugin({
  name: 'policy',
  schema,
  setup(controller, options) {
    const { hooks, clock, log } = controller;
    const rates = new Rates(clock);
    let policy: Policy | undefined;
    let unlogged = 0;
    options.rules.forEach(compileRule); // mistakes show before anything is opened

    async function load({ rules, otherwise, noProbe: file }: Options): Promise<void> {
      const list = file === undefined ? undefined : await readNoProbe(controller.resolvePath(file));
      policy = { rules: await Promise.all(rules.map(makeRule)), otherwise, noProbe: list?.prefixes };
      const loaded = { rules: rules.length, otherwise, noProbe: list?.prefixes.size, sha256: list?.sha256 };
      log.info({ event: 'policy.loaded', ...loaded }, 'the policy is in force');
      controller.use(auditTrail)?.record('policy.loaded', loaded);
      await warnIfBlind(rules);
    }

    async function warnIfBlind(all: Options['rules']): Promise<void> {
      const rules = all.flatMap((rule, index) => (asksWho(rule) ? [compileRule(rule, index).name] : []));
      if (rules.length === 0 || (await knowsPeerCredentials())) return;
      const why = 'who the local users are is not known here, so rules that ask for it refuse everybody';
      log.warn({ event: 'policy.blind', rules }, `${why}: on Linux install koffi beside sc-remoted`);
    }

    async function reload(fresh: Options): Promise<void> {
      try {
        await load(fresh);
      } catch (failure) {
        controller.use(auditTrail)?.record('policy.kept', { cause: reasonOf(failure) });
        throw failure; // the controller logs it; the policy from before stays in force
      }
    }

    function logRefusal({ instance, channel, origin, line }: Command, refusal: Refusal): void {
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
