import ts from 'typescript';
import { filesBelow, read } from './pages.js';

const folders = ['core', 'plugin-sdk', 'plugins', 'cli'];

/** Everything that the source files say, node by node. */
function* nodes(): Generator<ts.Node> {
  const paths = folders.flatMap((folder) => filesBelow(folder, '.ts')).filter((path) => !path.includes('/testing/'));
  for (const path of paths) {
    yield* within(ts.createSourceFile(path, read(path), ts.ScriptTarget.Latest, true));
  }
}

function* within(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* within(child);
}

/** What a failure means, as the source says it. */
export interface Documented {
  readonly code: string;
  readonly cause: string;
  readonly remedy: string;
}

/** Every failure of every catalogue, wherever `defineErrors` is called. */
export function catalogues(): Documented[] {
  const found: Documented[] = [];
  for (const node of nodes()) {
    if (!ts.isCallExpression(node) || node.expression.getText() !== 'defineErrors') continue;
    const [table] = node.arguments;
    if (table === undefined || !ts.isObjectLiteralExpression(table)) throw new Error(`not a table: ${node.getText()}`);
    found.push(...table.properties.map(entryOf));
  }
  return found;
}

function entryOf(property: ts.ObjectLiteralElementLike): Documented {
  if (!ts.isPropertyAssignment(property) || !ts.isArrayLiteralExpression(property.initializer)) {
    throw new Error(`not an error: ${property.getText()}`);
  }
  const [cause = '', remedy = ''] = property.initializer.elements.map(textOf);
  return { code: property.name.getText(), cause, remedy };
}

function textOf(node: ts.Node): string {
  if (!ts.isStringLiteralLike(node)) throw new Error(`not a plain text: ${node.getText()}`);
  return node.text;
}

/** The names of all events that are logged: values of `event`, and what private `#log` and `#debug` are called with. */
export function loggedEvents(): string[] {
  const found = new Set<string>();
  for (const node of nodes()) {
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
