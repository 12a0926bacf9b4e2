import type { Command } from 'commander';
import { createPluginCommand } from '../../../cli/create-plugin/index.js';
import { commandNames } from '../../../cli/flags.js';
import { exitCodesInWords } from '../../../cli/fleet/exit-codes.js';
import { lsCommand } from '../../../cli/ls/index.js';
import { runCommand } from '../../../cli/measure/wish.js';
import { policyTestCommand } from '../../../cli/policy-test/wish.js';
import { checkCommand } from '../../../cli/status/check.js';
import { eventsCommand } from '../../../cli/status/events.js';
import { forgetCommand } from '../../../cli/status/forget.js';
import { logCommand } from '../../../cli/status/log.js';
import { showCommand } from '../../../cli/status/show.js';
import { pluginsCommand } from '../../../cli/plugins-command.js';
import { type Parts, table } from '../support/generate.js';

type Name = (typeof commandNames)[number];

const commands: Readonly<Record<Name, Command>> = {
  ls: lsCommand(),
  run: runCommand(),
  policy: policyTestCommand(),
  show: showCommand(),
  events: eventsCommand(),
  check: checkCommand(),
  forget: forgetCommand(),
  log: logCommand(),
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
