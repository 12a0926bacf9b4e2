import { isIP } from 'node:net';

/**
 * The options of one measurement command, as letters. Each stands alone or takes the word behind it, whatever that is. Taken
 * from the manual page of scamper 20211212.
 */
interface Grammar {
  readonly alone: string;
  readonly valued: string;
  /** Given the values of the options and the words behind them, all that the command sends to; undefined when unsure. */
  readonly targets: (values: Values, rest: readonly string[]) => readonly string[] | undefined;
}

type Values = ReadonlyMap<string, readonly string[]>;

/** What a `dealias -p '…'` may hold; `-i` names an address to probe. */
const PROBE_OPTIONS = 'cdFiMPst';

const grammars: Readonly<Record<string, Grammar>> = {
  ping: { alone: 'R', valued: 'ABcCdFimMoOpPrsSTUWz', targets: unlessSpoofed },
  trace: { alone: 'MQT', valued: 'cdfgGlmNoOpPqrsStUwWzZ', targets: onlyOne },
  tracelb: { alone: '', valued: 'cdfgOPqQrstUwW', targets: onlyOne },
  // Not -S: whether it may name somebody else's address as the source is not known.
  tbit: { alone: '', valued: 'abdfiLmMoOpPqstTuUw', targets: onlyOne },
  sting: { alone: '', valued: 'cdfhHims', targets: onlyOne },
  neighbourdisc: { alone: 'FQ', valued: 'ioqw', targets: onlyOne },
  dealias: { alone: '', valued: 'dfmoOpqrstUwWx', targets: ofDealias },
  host: { alone: 'r', valued: 'RstUW', targets: (values) => addresses(values.get('s') ?? []) },
};

/** What sends nothing to anyone. */
const SILENT = new Set(['halt', 'done', 'sniff']);

/**
 * The addresses that a command sends packets to, as they stand in it. Undefined when that cannot be told for sure: a command or an
 * option that is not known here, a host name, an address in a form like `127.1`, which scamper reads too,
 * a prefix, a spoofed source (the answers go there). Whatever limits targets must treat undefined as "perhaps anything".
 * @param line printable ASCII
 */
export function targetsOf(verb: string, line: string): readonly string[] | undefined {
  if (SILENT.has(verb)) return [];
  const grammar = Object.hasOwn(grammars, verb) ? grammars[verb] : undefined;
  const words = wordsIn(line.slice(verb.length));
  return grammar === undefined || words === undefined ? undefined : parse(grammar, words);
}

/** The words of a line; one may stand in quotes. Undefined for any other use of a quote, and where a backslash is. */
function wordsIn(text: string): string[] | undefined {
  const words: string[] = [];
  let rest = text;
  for (;;) {
    rest = rest.replace(/^ +/, '');
    if (rest === '') return words;
    const [whole, double, single, bare] = /^(?:"([^"'\\]*)"|'([^"'\\]*)'|([^"'\\ ]+))(?= |$)/.exec(rest) ?? [];
    if (whole === undefined) return undefined;
    words.push(double ?? single ?? bare ?? '');
    rest = rest.slice(whole.length);
  }
}

function parse(grammar: Grammar, words: readonly string[]): readonly string[] | undefined {
  const values = new Map<string, string[]>();
  let at = 0;
  for (let word = words[0]; word?.startsWith('-') === true; word = words[at]) {
    const letter = word.slice(1);
    if (letter.length !== 1) return undefined;
    if (grammar.alone.includes(letter)) {
      at += 1;
      continue;
    }
    const value = words[at + 1];
    if (!grammar.valued.includes(letter) || value === undefined) return undefined;
    values.set(letter, [...(values.get(letter) ?? []), value]);
    at += 2;
  }
  return grammar.targets(values, words.slice(at));
}

/** scamper takes these commands with exactly one address, and it comes last. */
function onlyOne(_values: Values, rest: readonly string[]): readonly string[] | undefined {
  return rest.length === 1 ? addresses(rest) : undefined;
}

function unlessSpoofed(values: Values, rest: readonly string[]): readonly string[] | undefined {
  const spoofs = (values.get('O') ?? []).some((option) => option.toLowerCase().includes('spoof'));
  return spoofs ? undefined : onlyOne(values, rest);
}

/** Addresses stand at the end, or in the definitions of probes. */
function ofDealias(values: Values, rest: readonly string[]): readonly string[] | undefined {
  const probed: string[] = [];
  for (const definition of values.get('p') ?? []) {
    const words = wordsIn(definition);
    const inside = words === undefined ? undefined : parse(probe, words);
    if (inside === undefined) return undefined;
    probed.push(...inside);
  }
  return addresses([...probed, ...rest]);
}

const probe: Grammar = {
  alone: '',
  valued: PROBE_OPTIONS,
  targets: (values, rest) => (rest.length > 0 ? undefined : (values.get('i') ?? [])),
};

/** The words, when there is one at least and each is an address in its usual form. */
function addresses(words: readonly string[]): readonly string[] | undefined {
  return words.length > 0 && words.every(isPlainAddress) ? words : undefined;
}

/** Octal and shortened forms mean other addresses to scamper than to people; a zone says nothing about the target. */
function isPlainAddress(word: string): boolean {
  return isIP(word) !== 0 && !word.includes('%');
}
