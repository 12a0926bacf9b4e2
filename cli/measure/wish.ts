import { type Command, InvalidArgumentError, Option } from 'commander';
import { checkCommand } from '../../client/index.js';
import { inSeconds } from '../../plugin-sdk/index.js';
import { checkedSelector, fleetCommand } from '../fleet/options.js';
import { type MuxFlags, contentOf } from '../fleet/where.js';

const usage = `SELECTOR [--json] [-o dir | -w file] [--limit n] [--at-once n]
                      [--timeout time] [--mux where] (-f file | -- COMMAND)`;

/** As `setTimeout` takes it. */
const LONGEST = 2_000_000;

/** What is asked for on the command line. */
export interface Wish {
  /** A selector that is right. */
  readonly which: string;
  readonly commands: readonly string[];
  readonly json: boolean;
  readonly directory: string | undefined;
  /** `-` for standard output. */
  readonly file: string | undefined;
  /** On how many VPs. */
  readonly limit: number | undefined;
  /** On how many at a time. */
  readonly atOnce: number | undefined;
  /** In milliseconds. */
  readonly timeout: number | undefined;
  /** Somebody wants to know which command each result belongs to. */
  readonly exact: boolean;
  readonly flags: MuxFlags;
}

interface RunFlags extends MuxFlags {
  readonly commands?: string;
  readonly output?: string;
  readonly warts?: string;
  readonly json?: boolean;
  readonly limit?: number;
  readonly atOnce?: number;
  readonly timeout?: number;
}

/** @throws CommanderError for a mistake, which has been told; ScrError, ClientError for a file of commands that is wrong */
export function parse(argv: readonly string[]): Wish {
  const command = runCommand();
  const end = argv.indexOf('--');
  const words = end < 0 ? [] : argv.slice(end + 1);
  command.parse(end < 0 ? [...argv] : argv.slice(0, end), { from: 'user' });
  const flags = command.opts<RunFlags>();
  const { commands: list, output: directory, warts: file, json = false, limit, atOnce, timeout } = flags;
  checkWords(command, words, list);
  if (json && file === '-') command.error('error: standard output takes --json or -w -, not both');
  const commands = list === undefined ? [words.join(' ')] : commandsIn(list);
  if (commands.length === 0) command.error(`error: there is no command in ${list ?? ''}`);
  for (const one of commands) checkCommand(one);
  const [which = 'all'] = command.args;
  const exact = json || (directory ?? file) === undefined;
  return { which, commands, json, directory, file, limit, atOnce, timeout, exact, flags };
}

/** Where the command goes is the first thing that people get wrong. */
function checkWords(command: Command, words: readonly string[], list: string | undefined): void {
  const stray = command.args.find((word, index) => index > 0 || word.startsWith('-'));
  if (stray?.startsWith('-') === true) command.error(`error: unknown option '${stray}'`);
  if (stray !== undefined) command.error(`error: unexpected '${stray}': put the command behind --`);
  if (list !== undefined && words.length > 0) command.error('error: give a command behind --, or -f, not both');
  if (list === undefined && words.length === 0)
    command.error('error: give a command behind --, or a file of commands with -f');
}

export function runCommand(): Command {
  return fleetCommand('run', usage, 'Measures on many vantage points (VPs) at once.')
    .allowExcessArguments() // see checkWords: commander knows nothing of the command behind --
    .allowUnknownOption()
    .argument('<SELECTOR>', 'on which ones', checkedSelector)
    .addOption(new Option('-f, --commands <file>', 'commands, one a line; - is standard input'))
    .addOption(new Option('-o, --output <dir>', 'a warts file for each VP in this folder').conflicts('warts'))
    .addOption(new Option('-w, --warts <file>', 'all results in one warts file; - is standard output'))
    .addOption(new Option('--json', 'a line of JSON for each result, with the times of a ping in ms'))
    .addOption(new Option('--limit <n>', 'on so many VPs, taken at random (default: on all)').argParser(count))
    .addOption(new Option('--at-once <n>', 'on so many VPs at a time (default: on all)').argParser(count))
    .addOption(
      new Option('--timeout <time>', 'halt a VP after so long: seconds, or 90s, 15m, 3h').argParser(milliseconds),
    );
}

/** A line that is empty, or begins with #, is none. */
function commandsIn(file: string): string[] {
  const lines = contentOf(file).split('\n');
  return lines.map((line) => line.trim()).filter((line) => line !== '' && !line.startsWith('#'));
}

function count(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Give a number from 1 on.');
  return Number(text);
}

function milliseconds(text: string): number {
  const seconds = inSeconds(text);
  if (seconds === undefined || seconds < 1 || seconds > LONGEST)
    throw new InvalidArgumentError('Give seconds from 1 on, or 90s, 15m, 3h.');
  return seconds * 1_000;
}
