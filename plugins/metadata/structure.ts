import { type Found, type Mistake, shown } from './facts.js';

/** A value of JSON or YAML. */
export type Value =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Node[] }
  | { readonly kind: 'map'; readonly entries: readonly Entry[] }
  | { readonly kind: 'fault'; readonly wrong: string };

/** A value, and the line where it begins. */
export type Node = Value & { readonly line: number };

/** What a map says of a name. */
export interface Entry {
  readonly line: number;
  readonly name: string;
  readonly node: Node;
}

/** The form that JSON and YAML share: monitor names, of each its attributes, of each a value or a list of values. */
export function* factsIn(vps: Iterable<Entry>): Generator<Found> {
  for (const { name, node } of vps) {
    if (node.kind === 'map') for (const attribute of node.entries) yield* factsOf(name, attribute);
    else yield mistakeIn(node, `${shown(name)} has no attributes`);
  }
}

function* factsOf(name: string, { name: attribute, node }: Entry): Generator<Found> {
  for (const value of valuesIn(attribute, node)) {
    if (value.kind === 'text') yield { line: value.line, name, attribute, value: value.text };
    else yield mistakeIn(value, `${shown(attribute)} is neither a text or number nor a list of these`);
  }
}

/** Two numbers make one place; all other lists are of values that stand for themselves. */
function valuesIn(attribute: string, node: Node): readonly Node[] {
  if (node.kind === 'nothing') return [];
  if (node.kind !== 'list') return [node];
  const { line, items } = node;
  if (attribute.toLowerCase() !== 'latlong') return items;
  return [{ line, kind: 'text', text: items.map((item) => (item.kind === 'text' ? item.text : '')).join() }];
}

function mistakeIn(node: Node, wrong: string): Mistake {
  return { line: node.line, wrong: node.kind === 'fault' ? node.wrong : wrong };
}
