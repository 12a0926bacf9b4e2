import type { Entry, Node } from './structure.js';

/** Deeper than any metadata are nested. */
const DEEPEST = 8;
/** Letters, digits and signs: a number, or one of the three words. */
const WORD = /[-+.\w]{1,64}/y;

/**
 * Reads the outermost map of a text, entry by entry. Own code, because nothing else tells lines: JSON.parse does not, and
 * keeps the last of two equal names only; the parser of YAML takes what is no JSON, and fifty times as long.
 * @throws Error with the line
 */
export function* readJson(text: string): Generator<Entry> {
  const reader = new Reader(text);
  reader.expect('{', 'an object of monitor names');
  yield* reader.entries(1);
  reader.expect('', 'the end of the file');
}

class Reader {
  readonly #text: string;
  #at = 0;
  #line = 1;

  constructor(text: string) {
    this.#text = text;
  }

  expect(character: string, what = character): void {
    if (!this.#take(character)) throw this.#fault(what);
  }

  /** Of a map whose brace was taken. */
  *entries(depth: number): Generator<Entry> {
    if (this.#take('}')) return;
    do {
      if (this.#peek() !== '"') throw this.#fault('a name in double quotes');
      const line = this.#line;
      const name = this.#string();
      this.expect(':');
      yield { line, name, node: this.#node(depth + 1) };
    } while (this.#take(','));
    this.expect('}', ', or }');
  }

  #node(depth: number): Node {
    const first = this.#peek();
    const line = this.#line;
    if (depth > DEEPEST) throw this.#fault('less depth');
    if (first === '"') return { line, kind: 'text', text: this.#string() };
    if (this.#take('{')) return { line, kind: 'map', entries: [...this.entries(depth)] };
    if (this.#take('[')) return { line, kind: 'list', items: [...this.#items(depth)] };
    const text = this.#word();
    return text === 'null' ? { line, kind: 'nothing' } : { line, kind: 'text', text };
  }

  *#items(depth: number): Generator<Node> {
    if (this.#take(']')) return;
    do yield this.#node(depth + 1);
    while (this.#take(','));
    this.expect(']', ', or ]');
  }

  #string(): string {
    let end = this.#at + 1;
    for (; this.#text[end] !== '"'; end++) {
      if (end >= this.#text.length) throw this.#fault('the end of a text that begins here');
      if (this.#text[end] === '\\') end++;
    }
    return String(this.#parsed(end + 1, 'a text without control characters and unknown escapes'));
  }

  /** A number or a truth value is taken as it is written. */
  #word(): string {
    WORD.lastIndex = this.#at;
    const [word = ''] = WORD.exec(this.#text) ?? [];
    this.#parsed(this.#at + word.length, 'a value');
    return word;
  }

  /** What is one value all by itself, from here to there. */
  #parsed(end: number, expected: string): unknown {
    try {
      const value: unknown = JSON.parse(this.#text.slice(this.#at, end));
      this.#at = end;
      return value;
    } catch {
      throw this.#fault(expected);
    }
  }

  #take(character: string): boolean {
    const taken = this.#peek() === character;
    if (taken) this.#at += character.length;
    return taken;
  }

  /** What comes behind blanks; nothing at the end. */
  #peek(): string {
    for (; ; this.#at++) {
      const next = this.#text[this.#at] ?? '';
      if (next === '\n') this.#line++;
      else if (next !== ' ' && next !== '\t' && next !== '\r') return next;
    }
  }

  #fault(expected: string): Error {
    const found = this.#text[this.#at];
    const instead = found === undefined ? 'the file ends' : `there is ${JSON.stringify(found)}`;
    return new Error(`line ${this.#line}: ${instead} where ${expected} is expected`);
  }
}
