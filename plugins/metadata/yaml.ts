import {
  type CST,
  Composer,
  type Document,
  Lexer,
  LineCounter,
  type Pair,
  Parser,
  type Scalar,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
} from 'yaml';
import type { Entry, Node, Value } from './structure.js';
import { inTurns } from './turns.js';

/**
 * Collections within each other while they are parsed; metadata need three. What is made of them is made by recursion, and V8
 * ends the process where that goes so deep that no regular expression can be compiled any more.
 */
const DEEPEST = 32;
/** Faults of a file that are told at once. */
const TOLD = 5;

/**
 * Reads the outermost map of a document. Aliases are not followed: a few of them can stand for millions of values.
 * @throws Error with the lines of what is no YAML, or no map
 */
export async function readYaml(text: string): Promise<Iterable<Entry>> {
  const lines = new LineCounter();
  const lineOf = (offset = 0): number => lines.linePos(offset).line;
  const { contents, errors } = await documentIn(text, lines);
  const faults = errors.slice(0, TOLD).map(({ pos, message }) => `line ${lineOf(pos[0])}: ${message}`);
  if (faults.length > 0) throw new Error(faults.join('; '));
  const node = nodeOf(contents, lineOf);
  if (node.kind === 'nothing') return [];
  if (node.kind !== 'map') throw new Error(`line ${node.line}: a map of monitor names is expected`);
  return node.entries;
}

/** It takes a second or two for thousands of VPs, so others have their turn in between. */
async function documentIn(text: string, lines: LineCounter): Promise<Document.Parsed> {
  const parser = new Parser(lines.addNewLine);
  const tokens: CST.Token[] = [];
  lines.addNewLine(0);
  await inTurns(new Lexer().lex(text), (lexeme) => {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > DEEPEST)
      throw new Error(`line ${lines.linePos(parser.offset).line}: it is nested too deep`);
  });
  tokens.push(...parser.end());
  const [document, another] = new Composer({ uniqueKeys: false }).compose(tokens, true, text.length);
  if (document === undefined) throw new Error('line 1: there is no document');
  if (another !== undefined) throw new Error(`line ${lines.linePos(another.range[0]).line}: a second document begins`);
  return document;
}

type LineOf = (offset?: number) => number;

function nodeOf(node: unknown, lineOf: LineOf): Node {
  const line = isNode(node) ? lineOf(node.range?.[0]) : 1;
  if (isScalar(node)) return { line, ...valueOf(node) };
  if (isSeq(node)) return { line, kind: 'list', items: node.items.map((item) => nodeOf(item, lineOf)) };
  if (isMap(node)) return { line, kind: 'map', entries: node.items.map((pair) => entryOf(pair, lineOf)) };
  if (isAlias(node)) return { line, kind: 'fault', wrong: `*${node.source} is an alias; these are not followed` };
  return { line, kind: 'nothing' };
}

function entryOf({ key, value }: Pair, lineOf: LineOf): Entry {
  const name = nodeOf(key, lineOf);
  const { line } = name;
  if (name.kind === 'text') return { line, name: name.text, node: nodeOf(value, lineOf) };
  return { line, name: '', node: { line, kind: 'fault', wrong: 'a name is expected in front of the colon' } };
}

/** Numbers and the like are taken as they are written: `0123` is no octal number here, and `no` a country. */
function valueOf({ value, source }: Scalar): Value {
  if (value === null) return { kind: 'nothing' };
  return { kind: 'text', text: typeof value === 'string' ? value : (source ?? '') };
}
