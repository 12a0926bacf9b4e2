import ts from 'typescript';
import { filesBelow, read } from './pages.js';

const folders = ['core', 'config', 'plugin-sdk', 'plugins', 'client', 'cli'];

/** Everything that the source files with some text in them say, node by node. Parsing them all takes seconds. */
function* nodes(text: string): Generator<ts.Node> {
  const paths = folders.flatMap((folder) => filesBelow(folder, '.ts')).filter((path) => !path.includes('/testing/'));
  for (const path of paths.filter((one) => read(one).includes(text))) {
    yield* within(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true));
  }
}

function* within(node: ts.Node): Generator<ts.Node> {
  yield node;
  const children: ts.Node[] = [];
  ts.forEachChild(node, (child) => void children.push(child));
  for (const child of children) yield* within(child);
}

/** What a failure means, as the source says it. */
export interface Documented {
  /** What stands above it in the catalogue: `// ## The start`. */
  readonly group: string;
  readonly code: string;
  readonly cause: string;
  readonly remedy: string;
  /** Its doc comment; empty where there is none. */
  readonly more: string;
}

/** Every failure of every catalogue, wherever `defineErrors` is called. */
export function catalogues(): Documented[] {
  const found: Documented[] = [];
  for (const node of nodes('defineErrors(')) {
    if (!ts.isCallExpression(node) || node.expression.getText() !== 'defineErrors') continue;
    const [table] = node.arguments;
    if (table === undefined || !ts.isObjectLiteralExpression(table)) throw new Error(`not a table: ${node.getText()}`);
    found.push(...entriesOf(table));
  }
  return found;
}

function entriesOf(table: ts.ObjectLiteralExpression): Documented[] {
  let group = '';
  return table.properties.map((property) => {
    const comments = commentsAbove(property);
    group = comments.map((comment) => /^\/\/ ## (.+)/.exec(comment)?.[1]).find((title) => title !== undefined) ?? group;
    if (group === '')
      throw new Error(`above ${property.name?.getText() ?? ''}: no // ## and a heading of docs/errors.md`);
    return { group, ...entryOf(property), more: comments.map(proseOf).join('') };
  });
}

function commentsAbove(node: ts.Node): string[] {
  const text = node.getSourceFile().text;
  const ranges = ts.getLeadingCommentRanges(text, node.getFullStart()) ?? [];
  return ranges.map(({ pos, end }) => text.slice(pos, end));
}

/** What a doc comment says; nothing for other comments. */
function proseOf(comment: string): string {
  if (!comment.startsWith('/**')) return '';
  return comment
    .slice(3, -2)
    .replace(/^[ \t]*\* ?/gm, '')
    .trim();
}

function entryOf(property: ts.ObjectLiteralElementLike): Pick<Documented, 'code' | 'cause' | 'remedy'> {
  if (!ts.isPropertyAssignment(property) || !ts.isArrayLiteralExpression(property.initializer)) {
    throw new Error(`not an error: ${property.getText()}`);
  }
  const [cause = '', remedy = ''] = property.initializer.elements.map(textOf);
  return { code: property.name.getText(), cause, remedy };
}

/** An interface of the source, by its name. @throws Error where there is none */
export function interfaceNamed(name: string): ts.InterfaceDeclaration {
  for (const node of nodes(`interface ${name}`))
    if (ts.isInterfaceDeclaration(node) && node.name.text === name) return node;
  throw new Error(`no interface ${name}`);
}

/** The texts of some tags of a doc comment. @throws Error where one is missing */
export function tagsOf<Tag extends string>(node: ts.TypeElement, tags: readonly Tag[]): Record<Tag, string> {
  const found = new Map(ts.getJSDocTags(node).map((tag) => [tag.tagName.text, ts.getTextOfJSDocComment(tag.comment)]));
  const told = tags.map((tag) => {
    const text = found.get(tag);
    if (text === undefined) throw new Error(`${node.name?.getText() ?? ''} has no @${tag} in its doc comment`);
    return [tag, text.replace(/\s+/g, ' ')];
  });
  return Object.fromEntries(told) as Record<Tag, string>;
}

function textOf(node: ts.Node): string {
  if (!ts.isStringLiteralLike(node)) throw new Error(`not a plain text: ${node.getText()}`);
  return node.text;
}

/** The names of all events that are logged: values of `event`, and what private `#log` and `#debug` are called with. */
export function loggedEvents(): string[] {
  const found = new Set<string>();
  for (const node of nodes('')) {
    for (const text of texts(eventIn(node))) found.add(text);
  }
  return [...found].sort();
}

function eventIn(node: ts.Node): ts.Node | undefined {
  if ((ts.isPropertyAssignment(node) || ts.isVariableDeclaration(node)) && node.name.getText() === 'event') {
    return node.initializer;
  }
  const logs = ts.isCallExpression(node) && /\.#(log|debug)$/.test(node.expression.getText());
  return logs ? node.arguments[0] : undefined;
}

function texts(node: ts.Node | undefined): string[] {
  if (node === undefined) return [];
  return [...within(node)].filter(ts.isStringLiteralLike).map(({ text }) => text);
}
