import {
  type Command,
  auditTrail,
  definePlugin,
  filterCommands,
  knowsPeerCredentials,
  policyTest,
  reasonOf,
} from '../../plugin-sdk/index.js';
import { answerTo } from './answer.js';
import { type Policy, decide } from './decide.js';
import { Limits } from './limits.js';
import { load } from './load.js';
import { type Options, schema } from './options.js';
import { Refusals } from './refusals.js';
import { asksWho, compileRule, nameOf } from './rules.js';

/** Decides which commands of clients may be run. */
export default definePlugin({
  name: 'policy',
  schema,
  setup(controller, options) {
    const { hooks, clock, log } = controller;
    const limits = new Limits(clock);
    const refusals = new Refusals(log, clock);
    let policy: Policy | undefined;
    options.rules.forEach(compileRule); // mistakes show before anything is opened

    async function enforce(fresh: Options): Promise<void> {
      const { policy: loaded, list } = await load(controller, fresh);
      policy = loaded;
      const { rules, otherwise } = fresh;
      const told = { rules: rules.length, otherwise, noProbe: list?.prefixes.size, sha256: list?.sha256 };
      log.info({ event: 'policy.loaded', ...told }, 'the policy is in force');
      controller.use(auditTrail)?.record('policy.loaded', told);
      await warnIfBlind(rules);
    }

    async function warnIfBlind(all: Options['rules']): Promise<void> {
      const rules = all.flatMap((rule, index) => (asksWho(rule) ? [nameOf(rule, index)] : []));
      if (rules.length === 0 || (await knowsPeerCredentials())) return;
      const why = 'who the local users are is not known here, so rules that ask for it refuse all of them';
      log.warn({ event: 'policy.blind', rules }, `${why}: on Linux install koffi beside sc-remoted`);
    }

    function inForce(): Policy {
      if (policy === undefined) throw new Error('the policy is not loaded yet');
      return policy;
    }

    function command(asked: Command): { readonly refuse: string; readonly rule: string | undefined } | undefined {
      const { decidedBy, rule, reason } = decide(inForce(), asked);
      const refuse = reason ?? (rule && limits.objection(rule, asked));
      if (refuse === undefined) return undefined;
      const by = decidedBy === 'rule' ? rule?.name : undefined;
      refusals.tell(asked, by, refuse);
      return { refuse, rule: by };
    }

    controller.provide(policyTest, { decide: (question) => answerTo(inForce(), question) });
    hooks.start.tap(() => enforce(options));
    hooks.reload.tap(async (fresh) => {
      try {
        await enforce(fresh);
      } catch (failure) {
        controller.use(auditTrail)?.record('policy.kept', { cause: reasonOf(failure) });
        throw failure; // the controller logs it; the policy from before stays in force
      }
    });
    filterCommands(controller, {
      command,
      passed: (passed) => limits.passed(passed),
      answered: (asked, answer) => limits.running.answered(asked, answer),
      result: (result) => limits.running.result(result),
      detached: (channel) => limits.running.detached(channel),
    });
  },
});
