import { type Token, type Tokens, lexer } from 'marked';

/** Markdown of ours as marked parses it; extensions may add tokens of any make, and there are none. */
type Block = Token;

/** A manual page in roff, made of a page in Markdown whose title is `name(section)`. @param source what stands in its foot */
export function manualPage(markdown: string, source: string): string {
  const [title, ...rest] = lexer(markdown).filter(({ type }) => type !== 'space' && type !== 'html');
  const [, name = '', number = ''] =
    /^(.+)\((\d)\)$/.exec(title?.type === 'heading' ? String(title['text']) : '') ?? [];
  if (name === '') throw new Error('a manual page begins with # name(section)');
  const head = `.TH ${escaped(name.toUpperCase())} ${number} "" "${escaped(source)}"`;
  return `.\\" Made by npm run man; do not edit.\n${[head, ...sections(rest)].join('\n')}\n`;
}

/** A heading and what stands below it, up to the next one. */
interface Part {
  readonly heading: Tokens.Heading;
  readonly blocks: Block[];
}

function sections(blocks: readonly Block[]): string[] {
  const parts: Part[] = [];
  for (const block of blocks) {
    if (isOf<Tokens.Heading>(block, 'heading')) parts.push({ heading: block, blocks: [] });
    else parts.at(-1)?.blocks.push(block);
  }
  return parts.flatMap(partLines);
}

function partLines({ heading, blocks: [first, ...more] }: Part): string[] {
  const { depth, tokens } = heading;
  const title = inline(tokens);
  const begin = first === undefined ? [] : firstLines(first);
  const rest = more.flatMap(blockLines);
  if (depth === 3 && tokens.every(({ type }) => type === 'codespan'))
    return ['.TP', title, ...begin, ...indented(rest)];
  // What whatis(1) and apropos(1) show is found by this dash.
  if (title === 'Name') return ['.SH NAME', ...begin.map((line) => line.replace('\\[u2014]', '\\-'))];
  return [depth === 2 ? `.SH ${title.toUpperCase()}` : `.SS ${title}`, ...begin, ...rest];
}

/** Behind a heading no paragraph has to be begun. */
function firstLines(block: Block): string[] {
  const lines = blockLines(block);
  return lines[0] === '.PP' ? lines.slice(1) : lines;
}

/** Below the tag of a list. */
function indented(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['.RS', ...lines, '.RE'];
}

function blockLines(block: Block): string[] {
  if (isOf<Tokens.Paragraph>(block, 'paragraph')) return ['.PP', ...textLines(block)];
  if (isOf<Tokens.Code>(block, 'code')) return example(block.text);
  if (isOf<Tokens.List>(block, 'list')) return block.items.flatMap((item) => ['.IP \\(bu 2', ...itemLines(item)]);
  if (isOf<Tokens.Table>(block, 'table')) return block.rows.flatMap((row) => tableRow(block.header, row));
  throw new Error(`no roff for ${block.type}: ${block.raw}`);
}

function isOf<T extends Block>(block: Block, type: T['type']): block is T {
  return block.type === type;
}

function itemLines({ tokens }: Tokens.ListItem): string[] {
  return tokens.flatMap((token) => (token.type === 'text' ? textLines(token) : blockLines(token)));
}

function example(text: string): string[] {
  return ['.PP', '.RS 4', '.nf', ...text.split('\n').map((line) => guarded(escaped(line))), '.fi', '.RE'];
}

/** The first cell, in parentheses those between, below them the last. */
function tableRow(header: readonly Tokens.TableCell[], row: readonly Tokens.TableCell[]): string[] {
  const [tag, ...cells] = row.map(({ tokens }) => inline(tokens));
  const meaning = cells.pop() ?? '';
  const between = cells.map((cell, index) => `${inline(header[index + 1]?.tokens ?? []).toLowerCase()}: ${cell}`);
  return ['.TP', `${tag}${between.length === 0 ? '' : ` (${between.join('; ')})`}`, guarded(meaning)];
}

function textLines(block: Block): string[] {
  return inline('tokens' in block ? (block.tokens ?? []) : [])
    .split('\n')
    .map(guarded);
}

function inline(tokens: readonly Token[]): string {
  return tokens.map(inlineOne).join('');
}

function inlineOne(token: Token): string {
  if (token.type === 'codespan') return `\\fB${escaped(String(token['text']))}\\fR`;
  if (token.type === 'link') return link(token as Tokens.Link);
  if (token.type === 'em' || token.type === 'strong') return `\\fI${inline(token.tokens ?? [])}\\fR`;
  if (token.type === 'text' || token.type === 'escape') return escaped(String(token['text']));
  throw new Error(`no roff for ${token.type}: ${token.raw}`);
}

/** Pages of ours are named by their text; what is elsewhere shows where. */
function link({ href, tokens }: Tokens.Link): string {
  return /^https?:/.test(href) ? `${inline(tokens)} <${escaped(href)}>` : `\\fI${inline(tokens)}\\fR`;
}

/** A hyphen that is typed must stay one where it is copied from. */
function escaped(text: string): string {
  return text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replaceAll("'", '\\(aq')
    .replace(
      /[^\n\x20-\x7e]/gu,
      (letter) => `\\[u${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
}

/** A dot in front would make a request of it. */
function guarded(line: string): string {
  return line.startsWith('.') ? `\\&${line}` : line;
}
