import { type Command, InvalidArgumentError, Option } from 'commander';
import { selector, selectorKeys } from '../../client/index.js';
import { ownCommand } from '../own-command.js';
import { type StatusCommandName, exitCodesInWords } from './exit-codes.js';
import { muxIn } from './where.js';

type Name = Exclude<keyof typeof exitCodesInWords, StatusCommandName>;

/** What both commands say of selectors and of the controller. */
const more = (name: Name): string => `
SELECTOR: all; ucsd-* for names; cc=NL for what is known of a VP; cc=NL+tag=wifi where all must hold; commas for "or".
  Keys: ${selectorKeys.join(', ')}.

Without --mux: the mux of the configuration file, then $SC_REMOTED_MUX, then scamper-remote-mux in this folder.

Exit codes:
  ${exitCodesInWords[name]}`;

/** A command with the options that say where the controller is. */
export function fleetCommand(name: Name, usage: string, description: string): Command {
  return ownCommand(name, usage, description)
    .addOption(new Option('--mux <where>', 'a path, or [tcp://|tls://]host:port').argParser(mux))
    .addOption(new Option('-c, --certificate <file>', 'tls://: your certificate, PEM'))
    .addOption(new Option('-p, --private-key <file>', 'tls://: its private key, PEM'))
    .addOption(new Option('-C, --ca <file>', "tls://: the authorities that sign controllers' certificates, PEM"))
    .addHelpText('after', more(name))
    .allowExcessArguments(false);
}

/** Checked here, so that a mistake is told with the usage. */
function mux(text: string): string {
  if (muxIn(text) === undefined) throw new InvalidArgumentError('Write a path, or [tcp://|tls://]host:port.');
  return text;
}

/** For an argument of commander: a mistake is told with the usage. */
export function checkedSelector(text: string): string {
  try {
    selector(text);
    return text;
  } catch {
    throw new InvalidArgumentError(`Write names, patterns, key=value; keys are ${selectorKeys.join(', ')}.`);
  }
}
