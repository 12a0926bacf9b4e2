import type { Command } from 'commander';
import { createPluginCommand } from '../../../cli/create-plugin/index.js';
import { commandNames } from '../../../cli/flags.js';
import { exitCodesInWords } from '../../../cli/fleet/exit-codes.js';
import { lsCommand } from '../../../cli/ls/index.js';
import { runCommand } from '../../../cli/measure/wish.js';
import { pluginsCommand } from '../../../cli/plugins-command.js';
import { type Parts, table } from '../support/generate.js';

type Name = (typeof commandNames)[number];

const commands: Readonly<Record<Name, Command>> = {
  ls: lsCommand(),
  run: runCommand(),
  plugins: pluginsCommand(),
  'create-plugin': createPluginCommand(),
};

/** The manual page: what `--help` of each command says. */
export function commandParts(): Parts {
  const rows = Object.entries(exitCodesInWords).map(([name, codes]) => [`\`${name}\``, codes]);
  return new Map([
    ['commands', commandNames.map((name) => sectionOf(commands[name])).join('\n\n')],
    ['exit codes', table(['Command', 'Codes'], rows)],
  ]);
}

function sectionOf(command: Command): string {
  const usage = command.usage().replace(/\s+/g, ' ');
  const options = command.options.map(({ flags, description }) => [`\`${flags}\``, description]);
  return [`### \`${command.name()} ${usage}\``, command.description(), table(['Option', 'Does'], options)].join('\n\n');
}
