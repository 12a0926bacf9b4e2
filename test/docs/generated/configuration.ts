import { limitsSchema } from '../../../core/contract/limits.js';
import { defaultPlugins } from '../../../plugins/index.js';
import { type Parts, table } from '../support/generate.js';
import { read } from '../support/pages.js';
import { optionParts } from './options.js';

/** sc-remoted-config(5): each plugin as its README begins, with its options; the limits. */
export async function configurationParts(): Promise<Parts> {
  const plugins = Object.entries(defaultPlugins).map(async ([name, { load }]) => {
    const options = optionParts((await load()).default.schema).get('options') ?? '';
    return [`### ${name}`, summaryOf(name), options].join('\n\n');
  });
  const limits = Object.entries(limitsSchema.properties).map(([name, rule]) => [
    `\`${name}\``,
    String(rule.default),
    String(rule.minimum),
    rule.description,
  ]);
  return new Map([
    ['plugins', (await Promise.all(plugins)).join('\n\n')],
    ['limits', table(['Limit', 'Default', 'Least', 'Bounds'], limits)],
  ]);
}

/** The first paragraph of a README, without its links, which start elsewhere. */
function summaryOf(plugin: string): string {
  const [, first = ''] = read(`plugins/${plugin}/README.md`).split('\n\n');
  return first.replace(/\[([^\]]+)\]\([^)]+\)/g, '$1');
}
