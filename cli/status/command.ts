import { type Command, Option } from 'commander';
import { type StatusCommandName, exitCodesInWords } from '../fleet/exit-codes.js';
import { ownCommand } from '../own-command.js';

const more = (name: StatusCommandName): string => `
Asks the plugin status of the controller. Without --control: the control socket of the configuration file, then
$SC_REMOTED_CONTROL, then scamper-remote-control in this folder and /run/sc-remoted/control.

Exit codes:
  ${exitCodesInWords[name]}`;

/** A command that asks the control socket. */
export function statusCommand(name: StatusCommandName, usage: string, description: string): Command {
  return ownCommand(name, usage, description)
    .addOption(controlOption())
    .addHelpText('after', more(name))
    .allowExcessArguments(false);
}

export function controlOption(): Option {
  return new Option('--control <path>', 'the control socket of the controller');
}
