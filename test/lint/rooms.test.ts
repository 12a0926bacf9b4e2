import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rooms } from '../../scripts/lint/rooms.js';
import { circlesIn, importedBy, importsOf, root } from './support/imports.js';

const names = Object.keys(rooms);

/** `core/relay/relay.ts` is in `relay`. */
function roomOf(file: string): string {
  return file.split('/')[1] ?? '';
}

describe('the rooms of the core', () => {
  test('are the folders there are, and the controller', () => {
    expect(names.toSorted()).toEqual(readdirSync(join(root, 'core')).toSorted());
  });

  test('may import only what stands below them', () => {
    const upward = names.flatMap((room, place) =>
      (rooms[room]?.imports ?? [])
        .filter((other) => names.indexOf(other) <= place)
        .map((other) => `${room} > ${other}`),
    );
    expect(upward).toEqual([]);
  });

  test.each(names)('%s imports all that it may, so that no arrow stands for nothing', (room) => {
    const files = [...importsOf([`core/${room}`]).values()].flat();
    const used = new Set(files.filter((file) => file.startsWith('core/')).map(roomOf));
    expect(rooms[room]?.imports.filter((other) => !used.has(other))).toEqual([]);
  });
});

describe('circles', () => {
  test('there is none between the files of the product, types included', () => {
    const imports = importsOf(['core', 'plugin-sdk', 'plugins', 'config', 'client', 'cli', 'testing', 'index.ts']);
    expect(imports.size).toBeGreaterThan(80);
    expect(circlesIn(imports)).toEqual([]);
  });

  test('one would be found', () => {
    const imports = new Map([
      ['a', ['b', 'd']],
      ['b', ['c']],
      ['c', ['b']],
      ['d', ['d']],
    ]);
    expect(circlesIn(imports)).toEqual(['b > c > b', 'd > d']);
  });

  test.each([
    ["import { b } from './b.js';"],
    ["import type { B } from './b.js';"],
    ["import './b.js';"],
    ["export * from './b.js';"],
    ["export type { B } from './b.js';"],
    ["const b = await import('./b.js');"],
    ["let b: import('./b.js').B;"],
  ])('an import counts, however it is written: %s', (source) => {
    expect(importedBy('core/x/a.ts', source)).toEqual(['core/x/b.ts']);
  });
});

test('the tests of the core lie in the rooms that they are about', () => {
  const beside = ['controller', 'support'];
  const folders = names.filter((room) => room !== 'controller.ts');
  expect(readdirSync(join(root, 'test/core')).toSorted()).toEqual([...folders, ...beside].toSorted());
});
