import { mkdirSync, readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { definePlugin } from '../../../plugin-sdk/index.js';
import audit from '../../../plugins/audit/index.js';
import { MOST_WAITING } from '../../../plugins/audit/destination.js';
import { Writer } from '../../../plugins/audit/writer.js';
import { FakeClock, TestLog, startBench } from '../../../testing/index.js';
import { eventually } from '../mux/support/eventually.js';
import { modeOf, namesIn, tempDirectory } from '../support/local.js';
import { eventsIn, startAudited, textIn } from './support.js';

test('the file is for its owner only, and is added to', async () => {
  const directory = tempDirectory();
  for (let run = 0; run < 2; run++) {
    const bench = await startBench([[audit, { file: 'audit.log' }]], { directory });
    await bench.stop();
  }
  expect(namesIn(directory)).toEqual(['audit.log']);
  expect(modeOf(join(directory, 'audit.log'))).toBe(0o600);
  expect(eventsIn(textIn(directory))).toEqual(['audit.started', 'audit.stopped', 'audit.started', 'audit.stopped']);
});

function newest(folder: string): number {
  return Math.max(
    ...readdirSync(folder)
      .map((name) => Number(name.split('.')[1]))
      .filter(Number.isInteger),
  );
}

test('a new file is begun past the size, and only so many are kept', async () => {
  const folder = tempDirectory();
  writeFileSync(join(folder, 'audit.notes.log'), 'mine');
  const writer = new Writer(new FakeClock(), new TestLog());
  await writer.moveTo({ file: join(folder, 'audit.log'), rotation: { size: '1k', keep: 2 } });
  for (let turn = 0; turn < 8; turn++) {
    const before = newest(folder);
    for (let line = 0; line < 20; line++) writer.record('test.line', { text: 'x'.repeat(40) });
    await eventually(() => newest(folder) !== before, 'a new file');
  }
  await writer.close();
  // For a while there is one more.
  await eventually(() => !namesIn(folder).includes('audit.6.log'), 'the oldest to be removed');
  const left = namesIn(folder).filter((name) => name !== 'audit.7.log');
  expect(left).toEqual(['audit.8.log', 'audit.9.log', 'audit.notes.log']);
});

test('rotated files are for their owner only, and are added to', async () => {
  const directory = tempDirectory();
  for (let run = 0; run < 2; run++) {
    const bench = await startBench([[audit, { file: 'audit.log', keep: 3 }]], { directory });
    await bench.stop();
  }
  expect(namesIn(directory)).toEqual(['audit.1.log']);
  expect(modeOf(join(directory, 'audit.1.log'))).toBe(0o600);
  const events = eventsIn(readFileSync(join(directory, 'audit.1.log'), 'utf8'));
  expect(events).toEqual(['audit.started', 'audit.stopped', 'audit.started', 'audit.stopped']);
});

test.each([{ size: '1m' }, { every: 'daily' }, { keep: 2 }])('only a file can be rotated: %o', async (options) => {
  await expect(startBench([[audit, options]])).rejects.toThrow('only a file can be rotated');
});

test('a file that was renamed is made anew at a reload, as logrotate wants it', async () => {
  const bench = await startAudited();
  const path = join(bench.directory, 'audit.log');
  renameSync(path, `${path}.1`);
  await bench.controller.reload();
  await bench.stop();
  expect(eventsIn(readFileSync(`${path}.1`, 'utf8'))).toEqual(['audit.started']);
  expect(eventsIn(readFileSync(path, 'utf8'))).toEqual(['audit.reloaded', 'audit.stopped']);
  expect(modeOf(path)).toBe(0o600);
});

test('a folder that is missing keeps the controller from starting', async () => {
  const directory = tempDirectory();
  await expect(startBench([[audit, { file: 'none/audit.log' }]], { directory })).rejects.toMatchObject({
    code: 'SCR_AUDIT_FILE',
    message: `${join(directory, 'none/audit.log')}: the audit trail cannot be written there`,
    cause: { code: 'ENOENT' },
  });
});

test.each(['size:', 'keep:', 'every: expected one of ["daily","hourly"]', 'fiel: unknown option; known are file,'])(
  'options that make no sense are refused with their names: %s',
  async (part) => {
    const start = startBench([[audit, { size: '10 MB', keep: 0, every: 'weekly', fiel: 'x' }]]);
    await expect(start).rejects.toThrow(part);
  },
);

test('a reload opens the file anew, or another; one that cannot be opened is not taken', async () => {
  const bench = await startAudited();
  expect(bench.controller.plugins.at(-1)?.name).toBe('audit');
  const { directory, controller, log } = bench;
  mkdirSync(join(directory, 'new'));
  const memory = definePlugin({ name: 'memory', schema: { type: 'object' }, setup: () => undefined });
  await controller.reload([memory, [audit, { file: 'new/audit.log' }]]);
  await controller.reload([memory, [audit, { file: 'none/audit.log' }]]);
  const [failed] = log.of('reload.failed');
  expect(failed?.fields['code']).toBe('SCR_AUDIT_FILE');
  expect(failed?.message).toMatch(/none\/audit\.log: the audit trail cannot be written there/);
  await bench.stop();
  expect(eventsIn(textIn(directory))).toEqual(['audit.started']);
  expect(eventsIn(textIn(join(directory, 'new')))).toEqual(['audit.reloaded', 'audit.stopped']);
});

test('past the limit lines are dropped, counted and told of', async () => {
  const folder = tempDirectory();
  const log = new TestLog();
  const writer = new Writer(new FakeClock(), log);
  await writer.moveTo({ file: join(folder, 'audit.log') });
  const text = 'x'.repeat(1_000_000);
  for (let line = 0; line < 7; line++) writer.record('test.line', { text });
  const lost = await log.waitFor('audit.lost');
  await writer.close();
  const events = eventsIn(textIn(folder));
  const kept = Math.floor(MOST_WAITING / text.length);
  expect(events.filter((event) => event === 'test.line')).toHaveLength(kept);
  expect(events.at(-1)).toBe('audit.lost');
  expect(lost.fields['lines']).toBe(7 - kept);
  expect(log.of('audit.failing').map(({ fields }) => [fields['code'], fields['cause']])).toEqual([
    ['SCR_AUDIT_WRITE', 'too much waits to be written'],
  ]);
});

test('what is recorded before the start is written then, as far as there is room', async () => {
  const folder = tempDirectory();
  const log = new TestLog();
  const writer = new Writer(new FakeClock(), log);
  for (let line = 1; line <= 1_002; line++) writer.record('test.line', { line });
  await writer.moveTo({ file: join(folder, 'audit.log') });
  await log.waitFor('audit.lost', { lines: 2 });
  await writer.close();
  expect(eventsIn(textIn(folder))).toHaveLength(1_001);
});
