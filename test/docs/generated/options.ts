import { type Parts, table } from '../support/generate.js';

interface Property {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly description?: string;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

/** As much of a JSON Schema as the options of plugins use. */
export interface Schema {
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Property>>;
  readonly required?: readonly string[];
}

/** The README of a plugin: its options, and behind them those of the items of lists, and of what these hold. */
export function optionParts(schema: Schema): Parts {
  return new Map([['options', table(['Option', 'Type', 'Default', 'Meaning'], [...rowsOf(schema).values()])]]);
}

function rowsOf({ properties = {}, required = [] }: Schema, list = ''): Map<string, string[]> {
  const options = Object.entries(properties);
  const own = options.map(([name, property]): [string, string[]] => {
    const value = required.includes(name) ? `required${list}` : defaultOf(property);
    return [name, [`\`${name}\``, typeOf(property), value, property.description ?? '']];
  });
  const nested = options.flatMap(([name, { items = {} }]) => [...rowsOf(items, ` in each of \`${name}\``)]);
  const inner = list === '' ? [] : options.flatMap(([name, property]) => innerRows(name, property));
  const known = new Map(own);
  return new Map([...own, ...inner, ...nested.filter(([name]) => !known.has(name))]);
}

/** What an object holds, each by its path: `targets.allow`. */
function innerRows(of: string, { properties, required = [] }: Property): [string, string[]][] {
  const rows = rowsOf({ properties: properties ?? {}, required }, ` in \`${of}\``);
  return [...rows].map(([name, [, ...cells]]) => [`${of}.${name}`, [`\`${of}.${name}\``, ...cells]]);
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'number',
  boolean: 'yes/no',
  array: 'list',
};

function typeOf(property: Property): string {
  if (property.enum !== undefined) return property.enum.map((value) => `\`${String(value)}\``).join(', ');
  return [property.type ?? []]
    .flat()
    .map((type) => words[type] ?? type)
    .join(' or ');
}

function defaultOf({ default: value }: Property): string {
  if (value === undefined) return 'none';
  return `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
}
