import { join } from 'node:path';
import ts from 'typescript';
import { expect, test } from 'vitest';
import { namesFor } from '../../cli/create-plugin/names.js';
import { filesFor } from '../../cli/create-plugin/templates.js';
import * as sdk from '../../plugin-sdk/index.js';
import * as kit from '../../testing/index.js';
import { blocksOf, filesBelow, plain, read, rowsOf, section, top } from './support/pages.js';
import { catalogues } from './support/sources.js';

const pages = filesBelow('docs/plugins', '.md');
const entry = read('docs/plugins/README.md');
const manifest = JSON.parse(read('package.json')) as { version: string; exports: Record<string, unknown> };

test('the entry page leads to every other page and to every example', () => {
  const others = pages.map((page) => page.slice('docs/plugins/'.length)).filter((page) => page !== 'README.md');
  expect(others.filter((page) => !entry.includes(`](${page})`))).toEqual([]);
  const examples = filesBelow('examples', 'README.md').filter((page) => !page.includes('node_modules'));
  expect(examples).toHaveLength(2);
  expect(examples.filter((page) => !entry.includes(`](../../${page})`))).toEqual([]);
});

test('the entry page lists what can be imported, and nothing else', () => {
  const rows = rowsOf(section(entry, '## What is public')).map(([name = '']) => plain(name));
  const exported = Object.keys(manifest.exports).map((path) => path.replace(/^\.\/plugins\/.*/, './plugins/*'));
  expect(rows.sort()).toEqual([...new Set(exported)].map((path) => `sc-remoted${path.slice(1)}`).sort());
});

test('the entry page tells the version of the plugin API', () => {
  expect(entry).toContain(`\`PLUGIN_API\` (now ${sdk.PLUGIN_API})`);
});

test('the page on publishing shows the package.json that create-plugin writes', () => {
  const names = namesFor('known-vps', []);
  const values = { ...names, version: manifest.version };
  const made = filesFor(join(top, 'cli/create-plugin/templates'), 'javascript', 'authentication', values);
  const [shown] = blocksOf('docs/plugins/publishing.md').filter(({ info }) => info === 'json package');
  expect(JSON.parse(shown?.text ?? '')).toEqual(
    JSON.parse(made.find(({ path }) => path === 'package.json')?.content ?? ''),
  );
});

test('the page on testing names all of the kit', () => {
  const page = read('docs/plugins/testing.md');
  expect(Object.keys(kit).filter((name) => !page.includes(name))).toEqual([]);
});

test('some page names each thing that the SDK exports', () => {
  const all = pages.map(read).join('\n');
  expect(Object.keys(sdk).filter((name) => !all.includes(name))).toEqual([]);
});

test('the page on commands lists every handler, and no other', () => {
  const source = ts.createSourceFile(
    'filter-commands.ts',
    read('plugin-sdk/commands/filter-commands.ts'),
    ts.ScriptTarget.Latest,
    true,
  );
  const [handlers] = source.statements.filter(
    (one) => ts.isInterfaceDeclaration(one) && one.name.text === 'CommandHandlers',
  ) as ts.InterfaceDeclaration[];
  const [table = ''] = read('docs/plugins/commands.md').split('\n## ');
  const rows = rowsOf(table).map(([call = '']) => plain(call).replace(/\(.*/, ''));
  expect(rows).toEqual(handlers?.members.map((member) => member.name?.getText()));
});

test('the page on testing lists all that a bench has', () => {
  const source = ts.createSourceFile('harness.ts', read('testing/harness.ts'), ts.ScriptTarget.Latest, true);
  const [bench] = source.statements.filter(
    (one) => ts.isInterfaceDeclaration(one) && one.name.text === 'TestBench',
  ) as ts.InterfaceDeclaration[];
  const rows = rowsOf(section(read('docs/plugins/testing.md'), '## startBench'));
  const told = rows.flatMap(([cell = '']) =>
    plain(cell)
      .replace(/\(.*?\)/g, '')
      .split(', '),
  );
  const members = bench?.members.map((member) => member.name?.getText()) ?? [];
  expect(told.sort()).toEqual(members.filter((name) => name !== '[Symbol.asyncDispose]').sort());
});

test.each(pages)('every code in the text of %s is one of ours', (page) => {
  const text = read(page).replace(/^```\S[^]*?^```$/gm, '');
  const named = [...text.matchAll(/\bSCR_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_])/g)].map(([code]) => code);
  const known = new Set(catalogues().map(({ code }) => code));
  expect(named.filter((code) => !known.has(code))).toEqual([]);
});
