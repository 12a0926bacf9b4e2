import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { rooms } from '../../scripts/lint/rooms.js';
import { blocksOf, filesBelow, read, section, top } from './support/pages.js';

interface Line {
  readonly path: string;
  readonly says: string;
}

/** The lines of a tree, in which what lies in a folder stands below it, two spaces further in. */
function treeIn(page: string): Line[] {
  const tree = blocksOf(page).find(({ info }) => info === 'text tree')?.text ?? '';
  const parents: string[] = [];
  return tree
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [, indent = '', name = '', says = ''] = /^( *)(\S+)(?: {2,}(.+))?$/.exec(line) ?? [];
      parents.length = indent.length / 2;
      parents.push(name);
      return { path: parents.join(''), says };
    });
}

/** The folders of the project, but for those that git does not keep. */
function folders(): string[] {
  const ignored = read('.gitignore').split('\n');
  const entries = readdirSync(top, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const names = entries.map(({ name }) => `${name}/`);
  return names.filter((name) => !name.startsWith('.') && !ignored.includes(name)).sort();
}

const outermost = (path: string): boolean => /^[^/]+\/$/.test(path);

describe.each(['docs/architecture.md', 'README.md'])('the tree in %s', (page) => {
  const tree = treeIn(page);
  const paths = tree.map(({ path }) => path);

  test('names the folders of the project', () => {
    expect(paths.filter(outermost).sort()).toEqual(folders());
  });

  test('names the rooms of the core', () => {
    const inCore = paths
      .filter((path) => /^core\/[^/]+\/?$/.test(path))
      .map((path) => path.replace(/^core\/|\/$/g, ''));
    expect(inCore.sort()).toEqual(Object.keys(rooms).sort());
  });

  test('says of each what it is for', () => {
    expect(tree.filter(({ says }) => says === '')).toEqual([]);
  });
});

test('the tree in docs/architecture.md names every file of the core and the configuration', () => {
  const files = treeIn('docs/architecture.md')
    .map(({ path }) => path)
    .filter((path) => path.endsWith('.ts'));
  expect(files.sort()).toEqual([...filesBelow('core', '.ts'), ...filesBelow('config', '.ts'), 'index.ts'].sort());
});

test('the life of a connection has the steps of the pipeline, in its order', async () => {
  const { pipeline } = await import('../../core/arrival/pipeline.js');
  const drawn = [
    ...section(read('docs/architecture.md'), '## The life of a connection').matchAll(/^([a-z]+) {2,}\S/gm),
  ];
  const steps = drawn.map(([, step = '']) => step);
  expect(steps.slice(0, pipeline.length)).toEqual(pipeline.map(([name]) => name));
});
