import { chmodSync, existsSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import access from '../../../plugins/access/index.js';
import mux from '../../../plugins/mux/index.js';
import unixExport from '../../../plugins/unix-export/index.js';
import { startBench } from '../../../testing/index.js';
import { modeOf, tempDirectory } from '../support/local.js';
import { startMux } from './support/mux-bench.js';
import { StrictMux } from './support/strict-mux.js';

test.each([
  [{}, 0o700],
  [{ allowGroup: true }, 0o770],
  [{ allowOther: true }, 0o707],
  [{ allowGroup: true, allowOther: true }, 0o777],
])('with access %j its mode is %o, as in C', async (options, mode) => {
  await using bench = await startMux({}, [[access, options]]);
  expect(modeOf(bench.path)).toBe(mode);
});

test.each([0o777, 0o1777])('where everybody may write to its directory (%o), the log warns of it', async (mode) => {
  const directory = tempDirectory();
  chmodSync(directory, mode);
  const path = join(directory, 'mux');
  await using bench = await startBench([[mux, { path }]]);
  expect(bench.log.of('mux.shared').map(({ level, fields }) => [level, fields['path'], fields['sharing']])).toEqual([
    ['warn', path, 'everybody may write to it'],
  ]);
});

test('a directory of its own is not warned of', async () => {
  await using bench = await startMux();
  expect(bench.log.of('mux.shared')).toEqual([]);
});

test('the socket of a dead controller is replaced, and goes at stop', async () => {
  const path = join(tempDirectory(), 'mux');
  const dead = createServer().listen(path);
  await once(dead, 'listening');
  renameSync(path, `${path}.kept`);
  await new Promise((resolve) => dead.close(resolve));
  renameSync(`${path}.kept`, path);
  const bench = await startBench([[mux, { path }]]);
  await new StrictMux(connect(path)).ready();
  await bench.stop();
  expect(existsSync(path)).toBe(false);
});

test('the socket of a controller that lives is not, nor is a file', async () => {
  await using bench = await startMux();
  await expect(startBench([[mux, { path: bench.path }]])).rejects.toThrow(/already listens/);
  const file = join(tempDirectory(), 'file');
  writeFileSync(file, 'precious');
  await expect(startBench([[mux, { path: file }]])).rejects.toThrow(/in the way/);
});

test('beside unix-export both serve', async () => {
  const directory = tempDirectory();
  await using bench = await startMux({}, [[unixExport, { directory }]]);
  await bench.attach({ monitorName: 'a' });
  const client = await bench.ready();
  client.open(1, 1);
  await client.untilText(1, 'MORE\n');
  const alone = bench.client();
  await alone.until('MORE\n');
});

test('a reload makes the socket again where somebody removed it; clients stay', async () => {
  await using bench = await startMux();
  await bench.attach();
  const before = await bench.ready();
  rmSync(bench.path);
  await bench.controller.reload();
  expect(bench.log.of('mux.restored')).toHaveLength(1);
  await bench.ready();
  before.open(1, 1);
  await before.untilText(1, 'MORE\n');
  await bench.stop();
  expect(existsSync(bench.path)).toBe(false);
});
