import { parseArgs } from 'node:util';
import { casesNamed } from './cases.js';
import { ownServer } from './sc-remoted.js';

/** How much is measured. */
export type Extent = 'smoke' | 'small' | 'full';

export interface Settings {
  readonly extent: Extent;
  /** Names of cases, or what names begin with; empty: all. */
  readonly cases: readonly string[];
  readonly list: boolean;
  readonly help: boolean;
  readonly json: string | undefined;
  /** Of each measurement. */
  readonly seconds: number;
  readonly warmUp: number;
  readonly rounds: number;
  /** Our own controller. */
  readonly server: string;
  /** More controllers to compare with. */
  readonly against: readonly string[];
  readonly peers: boolean;
}

export const usage = `usage: npm run bench -- [--full | --smoke] [--case NAME]... [--seconds N] [--rounds N]
                        [--json FILE] [--server FILE] [--against FILE]... [--no-peers] [--list] [--help]

  --full          the sizes that are worth quoting: up to 9000 instances, 5 seconds each
  --smoke         the smallest sizes, once: only whether everything works
  --case NAME     this case only, or all that begin with NAME
  --seconds N     length of each measurement
  --rounds N      how often each is measured; contestants take turns
  --json FILE     also write everything to this file
  --server FILE   the dist/cli/main.js to measure; default: the one built here
  --against FILE  compare with this controller too: a program, or another build's dist/cli/main.js
  --no-peers      leave out the sc_remoted found on PATH
  --list          print the cases and what the columns mean, and exit
  --help          print this and exit
`;

const options = {
  full: { type: 'boolean', default: false },
  smoke: { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: '?', default: false },
  'no-peers': { type: 'boolean', default: false },
  case: { type: 'string', multiple: true, default: [] as string[] },
  against: { type: 'string', multiple: true, default: [] as string[] },
  seconds: { type: 'string' },
  rounds: { type: 'string' },
  json: { type: 'string' },
  server: { type: 'string', default: ownServer },
} as const;

const extents: Readonly<Record<Extent, { seconds: number; rounds: number }>> = {
  smoke: { seconds: 0.2, rounds: 1 },
  small: { seconds: 1.5, rounds: 3 },
  full: { seconds: 5, rounds: 3 },
};

function positive(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const value = Number(text);
  if (!(value > 0)) throw new Error(`--${name} takes a number above 0, not ${text}`);
  return value;
}

/** @throws Error that says what is wrong with the arguments */
export function settingsFrom(argv: readonly string[]): Settings {
  const { values } = parseArgs({ args: [...argv], options });
  if (values.full && values.smoke) throw new Error('--full and --smoke exclude each other');
  const unknown = values.case.find((wanted) => casesNamed(wanted).length === 0);
  if (unknown !== undefined) throw new Error(`there is no case ${unknown}; --list tells which there are`);
  const extent = values.full ? 'full' : values.smoke ? 'smoke' : 'small';
  const seconds = positive('seconds', values.seconds, extents[extent].seconds);
  return {
    extent,
    cases: values.case,
    list: values.list,
    help: values.help,
    json: values.json,
    seconds,
    warmUp: Math.min(1, seconds / 2),
    rounds: Math.ceil(positive('rounds', values.rounds, extents[extent].rounds)),
    server: values.server,
    against: values.against,
    peers: !values['no-peers'],
  };
}
