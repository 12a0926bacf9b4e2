import { type Command, InvalidArgumentError, Option } from 'commander';
import { type ConfigFlag, addConfigFlags, configIn, parseOnce } from '../flags.js';
import { ownCommand } from '../own-command.js';

/** Who would send what, and where. */
export interface Wish {
  readonly line: string;
  readonly monitorName: string | undefined;
  readonly user: string | undefined;
  readonly groups: readonly string[];
  readonly certificates: readonly string[];
  readonly json: boolean;
  readonly config: ConfigFlag;
}

interface Given {
  readonly user?: string;
  readonly group?: readonly string[];
  readonly certificate?: readonly string[];
  readonly vp?: string;
  readonly json?: boolean;
  readonly config?: string | boolean;
}

const usage = '[--user who [--group which ...] | --certificate name ...] [--vp name] [--json] -- COMMAND';

export function policyTestCommand(): Command {
  const what =
    'Tells what the policy of a configuration would decide, and which rule. Nothing is sent, nothing is counted.';
  const command = ownCommand('policy test', usage, what)
    .argument('<COMMAND...>', 'what would be sent to scamper: ping 192.0.2.1', collectWords)
    .addOption(new Option('--user <who>', 'a local user: name or number').conflicts('certificate'))
    .addOption(new Option('--group <which>', 'one more group of that user; may be repeated').argParser(collect))
    .addOption(
      new Option(
        '--certificate <name>',
        "a name in a client's certificate, for the mux over TLS; may be repeated",
      ).argParser(collect),
    )
    .addOption(new Option('--vp <name>', 'the monitor name of the scamper; without it, one that has none'))
    .addOption(new Option('--json', 'the answer as JSON'));
  return addConfigFlags(command).addHelpText('after', '\nExit codes:\n  0 allowed, 1 usage, 2 refused');
}

function collect(value: string, before: readonly string[] = []): string[] {
  return [...before, value];
}

/** scamper could not read anything else. */
function collectWords(word: string, before: readonly string[] = []): string[] {
  if (!/^[\x20-\x7e]+$/.test(word)) throw new InvalidArgumentError('Write printable ASCII.');
  return collect(word, before);
}

/** @throws CommanderError for a mistake, which has been told */
export function parse(argv: readonly string[]): Wish {
  const command = policyTestCommand();
  const [word, ...rest] = argv;
  if (word === undefined || !/^(test|-\?|--help)$/.test(word)) command.error('error: say: policy test');
  parseOnce(command, word === 'test' ? rest : argv);
  const { user, group = [], certificate = [], vp, json = false, config } = command.opts<Given>();
  if (group.length > 0 && user === undefined) command.error('error: --group goes with --user');
  const line = command.args.join(' ');
  return { line, monitorName: vp, user, groups: group, certificates: certificate, json, config: configIn(config) };
}
