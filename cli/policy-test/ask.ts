import { pino } from 'pino';
import { tellingAll } from '../../config/problems.js';
import { createController } from '../../index.js';
import { type PolicyAnswer, type PolicyQuestion, ScrError, definePlugin, policyTest } from '../../plugin-sdk/index.js';
import { cliErrors } from '../errors.js';
import { type Settings, entriesNamed } from '../settings.js';

/**
 * Asks the policy of a configuration, as it would run: with what is known of VPs, and with nothing else, so that nothing is opened.
 * @throws ScrError what is wrong with the configuration, the policy or its files
 */
export async function ask(question: PolicyQuestion, settings: Settings): Promise<PolicyAnswer> {
  const { directory, file, problems } = settings;
  const policy = entriesNamed(settings, 'policy');
  if (policy.length === 0) throw new ScrError(cliErrors.SCR_NO_POLICY, file);
  const answers: PolicyAnswer[] = [];
  const asking = definePlugin({
    name: 'policy-question',
    schema: { type: 'object' },
    setup(controller) {
      const test = controller.need(policyTest);
      controller.hooks.start.tap({ place: 'last' }, () => void answers.push(test().decide(question)));
    },
  });
  const plugins = [...entriesNamed(settings, 'metadata'), ...policy, asking];
  const options = { plugins, directory, label: file ?? 'defaults', logger: pino({ level: 'silent' }) };
  const controller = await tellingAll(problems, () => createController(options));
  await controller.start();
  await controller.stop();
  const [answer] = answers;
  if (answer === undefined) throw new Error('the policy did not answer');
  return answer;
}
