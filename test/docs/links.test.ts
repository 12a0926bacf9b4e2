import { existsSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import picomatch from 'picomatch';
import { expect, test } from 'vitest';
import { pages, read, top } from './support/pages.js';

const withoutCode = (text: string): string => text.replace(/^```[^]*?^```$/gm, '').replace(/`[^`]*`/g, '');

function linksOf(page: string): string[] {
  const found = [...withoutCode(read(page)).matchAll(/\]\(\s*([^)\s]+)\s*\)/g)].map(([, target = '']) => target);
  return found.filter((target) => !/^https?:/.test(target));
}

/** The anchors that headings have on GitHub. */
function anchorsOf(page: string): string[] {
  const text = read(page).replace(/^```[^]*?^```$/gm, '');
  const titles = [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) => title);
  return titles.map((title) =>
    title
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

/** Why a link leads nowhere; undefined when it leads somewhere. */
function fault(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(top, target))) return `${link}: no such file`;
  if (anchor === undefined || statSync(join(top, target)).isDirectory()) return undefined;
  return anchorsOf(target).includes(anchor) ? undefined : `${link}: no such heading`;
}

/** Pages for those who change the code, which the package does not bring. */
const forContributors = ['CONTRIBUTING.md', 'SECURITY.md'];

test.each([...pages, ...forContributors])('every link of %s leads somewhere', (page) => {
  const faults = linksOf(page).map((link) => fault(page, link));
  expect(faults.filter((found) => found !== undefined)).toEqual([]);
});

const { files } = JSON.parse(read('package.json')) as { files: string[] };
const without = files.filter((pattern) => pattern.startsWith('!')).map((pattern) => pattern.slice(1));
/** What npm packs by itself. */
const always = ['README.md', 'LICENSE', 'package.json'];

/** Whether the npm package has a file or folder. */
function ships(path: string): boolean {
  const isIn = (patterns: readonly string[]): boolean =>
    picomatch([...patterns, ...patterns.map((it) => `${it}/**`)])(path);
  return isIn([...always, ...files.filter((pattern) => !pattern.startsWith('!'))]) && !isIn(without);
}

test.each(pages)('every link of %s leads somewhere in the npm package too', (page) => {
  const paths = linksOf(page).map((link) => link.split('#')[0] ?? '');
  const targets = paths.filter((path) => path !== '').map((path) => join(dirname(page), path));
  expect([page, ...targets].filter((path) => !ships(path))).toEqual([]);
});

test('what an example has installed does not ship', () => {
  expect(ships('examples/websocket/index.js')).toBe(true);
  expect(ships('examples/websocket/node_modules/ws/index.js')).toBe(false);
  expect(ships('core/controller.ts')).toBe(false);
});

test('a link to nowhere is found', () => {
  expect(fault('README.md', 'docs/none.md')).toBe('docs/none.md: no such file');
  expect(fault('README.md', 'docs/errors.md#none')).toBe('docs/errors.md#none: no such heading');
});

test.each(pages)('every test that %s names is there', (page) => {
  const named = [...read(page).matchAll(/`(test\/[\w./-]+)`/g)].map(([, path = '']) => path);
  expect(named.filter((path) => !existsSync(join(top, path)))).toEqual([]);
});
