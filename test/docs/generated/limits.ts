import { limitsSchema } from '../../../core/contract/limits.js';
import { type Parts, table } from '../support/generate.js';
import { interfaceNamed, tagsOf } from '../support/sources.js';

/** docs/limits.md: the limits that can be set, from their schema; what happens at each, from the doc comments of Limits. */
export function limitParts(): Parts {
  const rules = new Map(Object.entries(limitsSchema.properties));
  const rows = interfaceNamed('Limits').members.map((member) => {
    const name = member.name?.getText() ?? '';
    const { answer, told } = tagsOf(member, ['answer', 'told']);
    const rule = rules.get(name);
    if (rule === undefined) throw new Error(`${name} is not in limitsSchema`);
    return [`\`${name}\``, String(rule.default), String(rule.minimum), rule.description, answer, told];
  });
  return new Map([['limits', table(['Limit', 'Default', 'Least', 'Bounds', 'Answer', 'Told as'], rows)]]);
}
