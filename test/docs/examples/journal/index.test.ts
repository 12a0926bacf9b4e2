import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import journal from './index.js';

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'journal-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  return directory;
}

test('after the stop everything is on the disk, what the stop itself ended too', async () => {
  const directory = folder();
  const bench = await startBench([[journal, { file: 'journal.txt' }]], { directory });
  await bench.attach({ monitorName: 'ams-nl' });
  await bench.stop();
  expect(readFileSync(join(directory, 'journal.txt'), 'utf8').split('\n')).toEqual([
    expect.stringMatching(/^2026-01-01T\S+Z ams-nl-192\.0\.2\.1:1025 came$/),
    expect.stringMatching(/ ams-nl-192\.0\.2\.1:1025 went: SCR_STOPPED$/),
    '',
  ]);
  expect(bench.log.of('release.failed')).toEqual([]);
});

test('a file that cannot be opened keeps the controller from starting', async () => {
  const start = startBench([[journal, { file: 'nowhere/journal.txt' }]], { directory: folder() });
  await expect(start).rejects.toMatchObject({ code: 'SCR_HOOK_FAILED', plugin: 'journal', hook: 'start' });
});

test('lines that cannot be written are counted', async () => {
  const bench = await startBench([[journal, { file: '/dev/full' }]]);
  await bench.attach();
  await bench.log.waitFor('journal.failed');
  await bench.attach();
  await bench.stop();
  expect(bench.log.of('journal.lost').map(({ fields }) => fields['lost'])).toEqual([3]);
});
