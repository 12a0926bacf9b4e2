import { Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { endpointsOf, inSeconds } from '../plugin-sdk/index.js';
import { version } from './version.js';

/** The values of -O. */
export const tailorings = ['allowgroup', 'allowother', 'debug', 'notimes', 'select', 'skipnameverification'] as const;
export type Tailoring = (typeof tailorings)[number];

/** The command line, parsed; undefined where a flag was not given. */
export interface Flags {
  readonly ipv4?: boolean;
  readonly ipv6?: boolean;
  readonly daemon?: boolean;
  readonly tailor: readonly Tailoring[];
  readonly port?: string;
  readonly directory?: string;
  /** The path of the mux. */
  readonly mux?: string;
  readonly certificate?: string;
  readonly privateKey?: string;
  readonly ca?: string;
  readonly pidFile?: string;
  readonly metadata?: string;
  /** In seconds. */
  readonly zombieTime?: number;
  /** A path; false for --no-config. */
  readonly config?: string | false;
  readonly checkConfig?: boolean;
  readonly logFile?: string;
  readonly logFormat?: 'text' | 'json';
}

/** What the first word may ask for instead. */
export const commandNames = [
  'ls',
  'run',
  'policy',
  'show',
  'events',
  'check',
  'forget',
  'log',
  'plugins',
  'create-plugin',
] as const;

const usage = `[-?46Dv] [-O option] [-P [ip:]port] [-U directory] [-M mux]
                  [-c certificate -p private-key [-C ca]] [-e pidfile]
                  [-m metadata] [-Z zombie-time] [--config file | --no-config]
                  [--check-config] [--log-file file] [--log-format text|json]`;

/** A name instead of commander's guess: --no-config is both a flag and the absence of one. */
function tailoring(value: string, before: Tailoring[] | undefined): Tailoring[] {
  const known = tailorings.find((name) => name === value);
  if (known === undefined) throw new InvalidArgumentError(`Known are ${tailorings.join(', ')}.`);
  return [...(before ?? []), known];
}

function zombieTime(value: string): number {
  const seconds = inSeconds(value);
  if (seconds === undefined || seconds > 10_800)
    throw new InvalidArgumentError('Give seconds, 0 to 10800, or 90s, 15m, 3h.');
  return seconds;
}

/** The tcp plugin's own check, made here so that a mistake is told with the usage. */
function listenAddress(value: string): string {
  try {
    endpointsOf(value, 'any');
    return value;
  } catch {
    throw new InvalidArgumentError('Write port, ip:port or [ip6]:port, with a port from 0 to 65535.');
  }
}

function nonEmpty(value: string): string {
  if (value === '') throw new InvalidArgumentError('It is empty.');
  return value;
}

function command(): Command {
  const program = new Command('sc_remoted')
    .usage(usage)
    .description('Controller for remote scamper instances: each calls home, each gets a unix socket.')
    .helpOption('-?, --help', 'print this and exit')
    .version(version, '-v, --version', 'print the version and exit')
    .addOption(new Option('-4, --ipv4', 'listen for connections over IPv4 only'))
    .addOption(new Option('-6, --ipv6', 'listen for connections over IPv6 only'))
    .addOption(new Option('-D, --daemon', 'operate as a daemon; returns when it listens'))
    .addOption(
      new Option('-O, --tailor <option>', `one of ${tailorings.join(', ')}; may be repeated`)
        .argParser(tailoring)
        .default([], 'none'),
    )
    .addOption(
      new Option('-P, --port <[ip:]port>', 'where to listen for scampers (default: 31337)').argParser(listenAddress),
    )
    .addOption(
      new Option(
        '-U, --directory <directory>',
        'where to put the unix sockets (default: scamper-remote-sockets)',
      ).argParser(nonEmpty),
    )
    .addOption(
      new Option('-M, --mux <socket>', 'one unix socket for all scampers; without -U no others are made').argParser(
        nonEmpty,
      ),
    )
    .addOption(new Option('-c, --certificate <file>', 'TLS: certificate with its chain, PEM').argParser(nonEmpty))
    .addOption(new Option('-p, --private-key <file>', 'TLS: private key, PEM').argParser(nonEmpty))
    .addOption(
      new Option('-C, --ca <file>', 'TLS: require client certificates signed by these CAs, PEM').argParser(nonEmpty),
    )
    .addOption(new Option('-e, --pid-file <file>', 'write the process ID to this file').argParser(nonEmpty))
    .addOption(
      new Option('-m, --metadata <file>', 'what is known of VPs: where they are, their networks, tags').argParser(
        nonEmpty,
      ),
    )
    .addOption(
      new Option('-Z, --zombie-time <seconds>', 'how long to keep a disconnected scamper (default: 900)').argParser(
        zombieTime,
      ),
    );
  return addConfigFlags(program)
    .addOption(new Option('--check-config', 'print what would run and exit'))
    .addOption(new Option('--log-file <file>', 'append the log to this file, as JSON lines').argParser(nonEmpty))
    .addOption(
      new Option('--log-format <format>', 'how lines are written: text where a person reads stderr, else json').choices(
        ['text', 'json'],
      ),
    )
    .addHelpText(
      'after',
      `
Instead of the flags:
  ls [SELECTOR] ...                          list the vantage points of a controller; see ls -?
  run SELECTOR ... -- COMMAND                measure on many of them at once; see run -?
  show VP                                    all that is known of a vantage point
  events [-f]                                what happened last
  check [thresholds]                         whether all is well, for a monitoring system; see check -?
  forget VP ...                              strike lost vantage points off
  log LEVEL [--for time]                     set the level of the log of a controller
  policy test [--user WHO] ... -- COMMAND    tell what the policy would decide; see policy test -?
  plugins [--config file | --no-config]      list the plugins that would run
  create-plugin NAME [--typescript] ...      make a small working plugin; see create-plugin -?`,
    )
    .showSuggestionAfterError(false)
    .showHelpAfterError(`usage: sc_remoted ${usage}`)
    .configureOutput({ outputError: (message, write) => write(message.replace(/^error/, 'sc_remoted')) })
    .configureHelp({ showGlobalOptions: false })
    .exitOverride();
}

/** What --config and --no-config come to; empty where neither was given. */
export type ConfigFlag = Pick<Flags, 'config'>;

/** The two flags that say which configuration file is read. */
export function addConfigFlags(command: Command): Command {
  return command
    .addOption(new Option('--config <file>', 'configuration file').argParser(nonEmpty))
    .addOption(new Option('--no-config', 'look for no configuration file'));
}

/** Without any of the two flags, commander sets true: the opposite of --no-config. */
export function configIn(given: string | boolean | undefined): ConfigFlag {
  return given === true || given === undefined ? {} : { config: given };
}

/** Parses, and refuses two flags of which commander would let the later win. @throws CommanderError; it has been told */
export function parseOnce(program: Command, argv: readonly string[]): void {
  const given = new Set<string>();
  for (const flag of ['config', 'no-config']) program.on(`option:${flag}`, () => given.add(flag));
  program.parse([...argv], { from: 'user' });
  if (given.size > 1) program.error('error: give --config or --no-config, not both');
}

/** Refuses arguments as well. @throws CommanderError when there is nothing to run; it has been told */
export function parseStrictly(program: Command, argv: readonly string[]): void {
  parseOnce(program.allowExcessArguments(), argv);
  const [extra] = program.args;
  if (extra !== undefined) program.error(`error: unexpected argument '${extra}'`);
}

/**
 * Parses the command line. @returns an exit code when there is nothing to run: 0 after --help and --version, 1 after a mistake,
 * which has been told on stderr, with the usage
 */
export function parseFlags(argv: readonly string[]): Flags | number {
  const program = command();
  try {
    const [word = ''] = argv;
    if (/^[a-z]/i.test(word)) program.error(`error: unknown command '${word}'; known are ${commandNames.join(', ')}`);
    parseStrictly(program, argv);
  } catch (failure) {
    if (failure instanceof CommanderError) return failure.exitCode === 0 ? 0 : 1;
    throw failure;
  }
  const { config, ...rest } = program.opts<Omit<Flags, 'config'> & { config?: string | boolean }>();
  return { ...rest, ...configIn(config) };
}
