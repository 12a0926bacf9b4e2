import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { definePlugin } from 'sc-remoted/plugin-sdk';
import { FakeClock, TestLog, startBench } from 'sc-remoted/plugin-sdk/testing';
import audit from '../index.js';
import { MOST_WAITING } from '../lib/destination.js';
import { Writer } from '../lib/writer.js';
import { startAudited, temporaryFolder, textIn } from '../support/bench.js';
import { auditTrail } from '../trail.js';

const eventsIn = (text) =>
  text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line).event);

test('the file is for its owner only, and is added to', async (t) => {
  const folder = await temporaryFolder(t);
  for (let run = 0; run < 2; run++) {
    const bench = await startBench([[audit, { file: 'audit.log' }]], { directory: folder });
    await bench.stop();
  }
  assert.deepEqual(await readdir(folder), ['audit.1.log']);
  assert.equal((await stat(join(folder, 'audit.1.log'))).mode & 0o777, 0o600);
  assert.deepEqual(eventsIn(await textIn(folder)), [
    'audit.started',
    'audit.stopped',
    'audit.started',
    'audit.stopped',
  ]);
});

test('a new file is begun past the size, and only so many are kept', async (t) => {
  const folder = await temporaryFolder(t);
  await writeFile(join(folder, 'audit.notes.log'), 'mine');
  const writer = new Writer(new FakeClock(), new TestLog());
  await writer.moveTo({ file: join(folder, 'audit.log'), size: '1k', keep: 2 });
  for (let turn = 0; turn < 8; turn++) {
    const before = await newest(folder);
    for (let line = 0; line < 20; line++) writer.record('test.line', { text: 'x'.repeat(40) });
    while ((await newest(folder)) === before) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await writer.close();
  // For a while there is one more.
  while ((await readdir(folder)).includes('audit.6.log')) await new Promise((resolve) => setTimeout(resolve, 1));
  const left = (await readdir(folder)).filter((name) => name !== 'audit.7.log');
  assert.deepEqual(left.sort(), ['audit.8.log', 'audit.9.log', 'audit.notes.log']);
});

async function newest(folder) {
  return Math.max(...(await readdir(folder)).map((name) => Number(name.split('.')[1])).filter(Number.isInteger));
}

test('a folder that is missing keeps the controller from starting', async (t) => {
  const directory = await temporaryFolder(t);
  await assert.rejects(startBench([[audit, { file: 'none/audit.log' }]], { directory }), (failure) => {
    assert.equal(failure.code, 'SCR_AUDIT_FILE');
    assert.equal(failure.message, `${join(directory, 'none/audit.log')}: the audit trail cannot be written there`);
    assert.equal(failure.cause.code, 'ENOENT');
    return true;
  });
});

test('options that make no sense are refused with their names', async () => {
  await assert.rejects(startBench([[audit, { size: '10 MB', keep: 0, every: 'weekly', fiel: 'x' }]]), (failure) => {
    for (const part of [
      'size:',
      'keep:',
      'every: expected one of ["daily","hourly"]',
      'fiel: unknown option; known are file,',
    ]) {
      assert.ok(failure.message.includes(part), `${part} in ${failure.message}`);
    }
    return true;
  });
});

test('a reload opens the file anew, or another; one that cannot be opened is not taken', async (t) => {
  const bench = await startAudited(t);
  const place = bench.controller.plugins.at(-1).name;
  assert.equal(place, 'audit');
  const { directory, controller, log } = bench;
  await mkdir(join(directory, 'new'));
  const memory = definePlugin({ name: 'memory', schema: { type: 'object' }, setup: () => undefined });
  await controller.reload([memory, [audit, { file: 'new/audit.log' }]]);
  await controller.reload([memory, [audit, { file: 'none/audit.log' }]]);
  const [failed] = log.of('reload.failed');
  assert.equal(failed.fields.code, 'SCR_AUDIT_FILE');
  assert.match(failed.message, /none\/audit\.log: the audit trail cannot be written there/);
  await bench.stop();
  assert.deepEqual(eventsIn(await textIn(directory)), ['audit.started']);
  assert.deepEqual(eventsIn(await textIn(join(directory, 'new'))), ['audit.reloaded', 'audit.stopped']);
});

test('past the limit lines are dropped, counted and told of', async (t) => {
  const folder = await temporaryFolder(t);
  const log = new TestLog();
  const writer = new Writer(new FakeClock(), log);
  await writer.moveTo({ file: join(folder, 'audit.log'), size: '100m', keep: 1 });
  const text = 'x'.repeat(1_000_000);
  for (let line = 0; line < 7; line++) writer.record('test.line', { text });
  const lost = await log.waitFor('audit.lost');
  await writer.close();
  const events = eventsIn(await textIn(folder));
  const kept = Math.floor(MOST_WAITING / text.length);
  assert.equal(events.filter((event) => event === 'test.line').length, kept);
  assert.equal(events.at(-1), 'audit.lost');
  assert.equal(lost.fields.lines, 7 - kept);
  const [failing] = log.of('audit.failing');
  assert.equal(failing.fields.code, 'SCR_AUDIT_WRITE');
  assert.equal(failing.fields.cause, 'too much waits to be written');
  assert.equal(log.of('audit.failing').length, 1);
});

test('what is recorded before the start is written then, as far as there is room', async (t) => {
  const folder = await temporaryFolder(t);
  const log = new TestLog();
  const writer = new Writer(new FakeClock(), log);
  for (let line = 1; line <= 1_002; line++) writer.record('test.line', { line });
  await writer.moveTo({ file: join(folder, 'audit.log'), size: '100m', keep: 1 });
  await log.waitFor('audit.lost', { lines: 2 });
  await writer.close();
  assert.equal(eventsIn(await textIn(folder)).length, 1_001);
});

test('without a file, the lines go to the standard output', () => {
  const program = `
    import { startBench } from 'sc-remoted/plugin-sdk/testing';
    import audit from './index.js';
    const bench = await startBench([audit]);
    await bench.controller.reload();
    await bench.stop();`;
  const cwd = fileURLToPath(new URL('..', import.meta.url));
  const { stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', program], {
    cwd,
    encoding: 'utf8',
  });
  assert.equal(stderr, '');
  assert.deepEqual(eventsIn(stdout), ['audit.started', 'audit.reloaded', 'audit.stopped']);
});

test('the service can be found by its name alone', async (t) => {
  const own = { name: 'sc-remoted-plugin-audit/trail' };
  assert.equal(auditTrail.name, own.name);
  let found;
  const other = definePlugin({
    name: 'other',
    schema: { type: 'object' },
    setup: (controller) => controller.hooks.start.tap(() => void (found = controller.use(own))),
  });
  await startAudited(t, { plugins: [other] });
  assert.equal(typeof found.record, 'function');
});

test('the options that the README shows are the ones there are', async () => {
  const readme = await readFile(new URL('../README.md', import.meta.url), 'utf8');
  for (const option of Object.keys(audit.schema.properties))
    assert.ok(new RegExp(`\\| \`${option}\` +\\|`).test(readme), option);
});
