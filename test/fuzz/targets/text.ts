import { isIP } from 'node:net';
import { isDeepStrictEqual } from 'node:util';
import { selector } from '../../../client/index.js';
import { ClientError } from '../../../client/errors.js';
import { parseFlags } from '../../../cli/flags.js';
import { muxIn } from '../../../cli/fleet/where.js';
import { ScrError } from '../../../core/contract/errors.js';
import { canonicalAddress, checkedPeer, peerName } from '../../../core/protocol/names.js';
import { AnswerParser } from '../../../plugin-sdk/commands/answer-parser.js';
import { LineSplitter } from '../../../plugin-sdk/commands/line-splitter.js';
import { refusalLine } from '../../../plugin-sdk/commands/refusal-line.js';
import { targetsOf } from '../../../plugin-sdk/commands/targets.js';
import { endpointsOf, inSeconds } from '../../../plugin-sdk/index.js';
import { gather } from '../../../plugins/metadata/gather.js';
import type { Found } from '../../../plugins/metadata/facts.js';
import { readJson } from '../../../plugins/metadata/json.js';
import { TooMuch } from '../../../plugins/metadata/limits.js';
import { factsIn } from '../../../plugins/metadata/structure.js';
import { readText } from '../../../plugins/metadata/text.js';
import { readYaml } from '../../../plugins/metadata/yaml.js';
import { Sessions } from '../../../plugins/zombie/state/sessions.js';
import { type Seeds, torn } from '../support/mutate.js';
import { type Target, allowing, each, holds } from '../support/target.js';

function texts(first: string, ...more: readonly string[]): Seeds {
  return [Buffer.from(first), ...more.map((text) => Buffer.from(text))];
}

// ---- what clients and scampers say

function linesIn(pieces: readonly Buffer[]): string[] {
  const splitter = new LineSplitter(64);
  const found: string[] = [];
  const sink = {
    line: (bytes: Buffer): void => void found.push(`line ${bytes.toString('latin1')}`),
    tooLong: (): void => void found.push('too long'),
  };
  for (const piece of pieces) splitter.push(piece, sink);
  return found;
}

function answersIn(pieces: readonly Buffer[]): unknown[] {
  const parser = new AnswerParser();
  const found: unknown[] = [];
  let before = 0;
  for (const piece of pieces) {
    parser.push(piece, { message: (answer, end) => void found.push([answer, before + end]) });
    before += piece.length;
  }
  return found;
}

const spoken = texts(
  'ping -c 4 192.0.2.1\ntrace -P icmp-paris 2001:db8::1\ndone\n',
  `dealias -m ally -p '-P icmp-echo -i 192.0.2.1' 192.0.2.2\nhalt 1\n`,
  'MORE\nOK id-1\nDATA 11 id-1\n0123456789\nMORE\nERR no\n',
);

/** The commands of clients and the answers of scampers, as plugins see them. */
export const commands = each('commands', true, spoken, (bytes) => {
  holds(isDeepStrictEqual(linesIn([bytes]), linesIn(torn(bytes))), 'other reads, other lines');
  holds(isDeepStrictEqual(answersIn([bytes]), answersIn(torn(bytes))), 'other reads, other answers');
  const line = bytes.toString('latin1');
  const targets = targetsOf(line.split(' ', 1)[0]?.toLowerCase() ?? '', line) ?? [];
  holds(
    targets.every((target) => isIP(target) !== 0),
    'a target that is no address',
  );
  holds(/^ERR [\x20-\x7e]+\n$/.test(refusalLine(line).toString('latin1')), 'a refusal that is no line');
});

// ---- files

/** What is wrong with a file is told with its line. */
function tellsLine(failure: unknown): boolean {
  return failure instanceof TooMuch || (failure instanceof Error && /^line \d+: /.test(failure.message));
}

async function gathers(read: () => Iterable<Found> | Promise<Iterable<Found>>): Promise<void> {
  try {
    const { vps } = await gather(await read(), new Map());
    for (const { other, tags } of vps.values()) holds(Object.isFrozen(other) && Object.isFrozen(tags), 'not frozen');
  } catch (failure) {
    if (!tellsLine(failure)) throw failure;
  }
}

/** Files of metadata in their three forms. */
export const metadata: Target = {
  name: 'metadata',
  engine: false,
  seeds: texts(
    'vp-1 cc NL\nvp-1 latlong 52.37,4.90\nvp-1 tag wifi\n# a comment\nvp-2 asn4 64500\n',
    '{"vp-1": {"cc": "NL", "latlong": [52.37, 4.9], "tag": ["wifi", "x"]}, "vp-2": {"asn4": 64500, "st": null}}',
    'vp-1:\n  cc: NL\n  latlong: [52.37, 4.90]\n  tag:\n    - wifi\n    - &a x\nvp-2: {asn4: 64500, place: "A b", t: *a}\n',
    '? [a, b]\n: |\n  text\n- x\n--- !!map\n"a": >-\n  folded\n...\n',
    '{'.repeat(4_000), // found: it ended the process
    '- '.repeat(2_000),
  ),
  together: 100,
  async run(inputs) {
    for (const bytes of inputs) {
      await gathers(() => readText(bytes));
      await gathers(() => factsIn(readJson(bytes.toString())));
      await gathers(async () => factsIn(await readYaml(bytes.toString())));
    }
  },
};

const hash = (letter: string): string => letter.repeat(43);
const session = hash('x');
const state = texts(
  `{"v":1}\n{"s":"${session}","n":"vp-1","at":1767225600000}\n{"s":"${session}","until":1767225700000}\n`,
  `{"v":1}\n{"s":"${hash('a')}","at":1}\n{"s":"${hash('b')}","at":2,"until":3}\n{"s":"${hash('a')}","gone":true}\n{"s":"b"`,
  `{"v":1}\n{"s":"__proto__","n":"constructor","at":8640000000000000}\n[]\nnull\n"x"\n`,
);

/** The file of the sessions: what is right in it is taken, whatever else it holds. */
export const stateFile = each('state-file', false, state, (bytes) => {
  const sessions = new Sessions();
  const good = `{"v":1}\n{"s":"${hash('g')}","n":"vp","at":5}\n`;
  const isFile = sessions.load(bytes.toString(), 10) !== undefined;
  const again = new Sessions();
  holds(!isFile || again.load(sessions.text(), 10) === 0, 'it does not read what it wrote');
  holds(!isFile || again.text() === sessions.text(), 'it reads another than it wrote');
  const mixed = new Sessions();
  const strange = mixed.load(`${good}${bytes.toString()}\n{"s":"${hash('l')}","at":6}\n`, 10);
  holds(strange !== undefined, 'what follows makes it no such file');
  holds(mixed.recall(hash('l'), 9)?.since.getTime() === 6, 'the line behind it is lost');
});

// ---- names and flags

const named = texts(
  '192.0.2.1:31337',
  '[2001:db8::1]:31337',
  '::ffff:192.0.2.1',
  'fe80::1%eth0',
  '15m',
  'tls://mux.example:31338',
  'cc=NL+tag=wifi,ucsd-*',
  '/run/sc_remoted/mux',
);

function isScr(failure: unknown): boolean {
  return failure instanceof ScrError || failure instanceof ClientError;
}

/** Addresses, names of peers, durations, places of a mux, selectors. */
export const names = each('names', false, named, (bytes) => {
  const text = bytes.toString();
  const address = allowing(
    (failure) => failure instanceof TypeError,
    () => canonicalAddress(text),
  );
  holds(address === undefined || canonicalAddress(address) === address, 'an address with two canonical forms');
  holds(address === undefined || isIP(address) !== 0, 'an address that is none');
  const peer = checkedPeer({ kind: 'label', label: text }) ?? checkedPeer({ kind: 'ip', address: text, port: 1 });
  holds(peer === undefined || /^[A-Za-z0-9_:][A-Za-z0-9._:-]*$/.test(peerName(peer)), 'a name that is no file name');
  const seconds = inSeconds(text);
  holds(seconds === undefined || Number.isSafeInteger(seconds), `a duration of ${seconds ?? 'no'} seconds`);
  allowing(isScr, () => endpointsOf(text, 'any'));
  allowing(isScr, () => selector(text));
  muxIn(text);
});

/** Runs something that tells people what is wrong, without troubling them. */
function silently<T>(task: () => T): T {
  const { stdout, stderr } = process;
  const before = [stdout.write, stderr.write] as const;
  stdout.write = stderr.write = () => true;
  try {
    return task();
  } finally {
    [stdout.write, stderr.write] = before;
  }
}

/** The command line: the words are those of the text. */
export const flags = each(
  'flags',
  false,
  texts(
    '-4 -P 31337 -U dir -M mux',
    '-c a -p b -C c -Z 15m --config x',
    '-O debug -O select --no-config -D',
    '-?',
    '--',
  ),
  (bytes) => {
    const read = silently(() => parseFlags(bytes.toString().split(' ')));
    holds(typeof read === 'object' || read === 0 || read === 1, 'no exit code');
  },
);
