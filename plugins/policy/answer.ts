import { type PolicyAnswer, type PolicyQuestion, commandIn } from '../../plugin-sdk/index.js';
import { type Policy, decide } from './decide.js';

/** What would become of a command, for whoever asks beforehand. */
export function answerTo(policy: Policy, { line, monitorName, origin }: PolicyQuestion): PolicyAnswer {
  const { verb, targets } = commandIn(line);
  const { decidedBy, rule, reason } = decide(policy, { verb, targets, origin, instance: { id: 0, monitorName } });
  const allowed = reason === undefined;
  return {
    allowed,
    decidedBy,
    rule: rule?.name,
    reason,
    ...(allowed && { rate: rule?.rate, running: rule?.running }),
  };
}
