import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** The languages that a plugin can be made in. */
export const languages = ['javascript', 'typescript'] as const;
export type Language = (typeof languages)[number];

/** What the new plugin does at first. */
export const flavours = ['authentication', 'logging'] as const;
export type Flavour = (typeof flavours)[number];

/** A file of the new package; its path is relative to the package. */
export interface NewFile {
  readonly path: string;
  readonly content: string;
}

/** What stands for `{{name}}` in a template. */
export type Values = Readonly<Record<string, string>>;

const EXTENSION = '.template';

/**
 * The files of a new package. A language's folder holds the package around the plugin; the plugin and its test are the same
 * text in both languages, because the types of JavaScript's are inferred in TypeScript.
 * @param folder where the templates are
 */
export function filesFor(folder: string, language: Language, flavour: Flavour, values: Values): NewFile[] {
  const typed = language === 'typescript';
  const source = typed ? 'src/index.ts' : 'index.js';
  const test = typed ? 'test/index.test.ts' : 'test/index.test.js';
  const all = { ...values, source: typed ? '../src/index.js' : '../index.js', check: typed ? '' : '// @ts-check\n' };
  const read = (from: string): string => fill(readFileSync(join(folder, `${from}${EXTENSION}`), 'utf8'), all);
  const around = readdirSync(join(folder, language)).map((name) => name.slice(0, -EXTENSION.length));
  return [
    // npm leaves files of this name out of packages.
    ...around.map((name) => ({
      path: name === 'gitignore' ? '.gitignore' : name,
      content: read(`${language}/${name}`),
    })),
    { path: 'README.md', content: read(`shared/${flavour}-readme`) },
    { path: source, content: read(`shared/${flavour}`) },
    { path: test, content: read(`shared/${flavour}-test`) },
  ];
}

function fill(template: string, values: Values): string {
  return template.replace(/\{\{(\w+)\}\}/g, (_match, key: string) => {
    const value = values[key];
    if (value === undefined) throw new Error(`a template asks for ${key}, which is unknown`);
    return value;
  });
}
