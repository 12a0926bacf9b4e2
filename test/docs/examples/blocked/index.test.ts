import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import blocked from './index.js';

async function begin(text: string) {
  const directory = mkdtempSync(join(tmpdir(), 'blocked-'));
  onTestFinished(() => rmSync(directory, { recursive: true }));
  const write = (content: string): void => writeFileSync(join(directory, 'names.json'), content);
  write(text);
  const bench = await startBench([[blocked, { file: 'names.json' }]], { directory });
  onTestFinished(() => bench.stop());
  return { bench, write };
}

test('a reload takes the names as they are now', async () => {
  const { bench, write } = await begin('["ams-nl"]');
  await expect(bench.attach({ monitorName: 'ams-nl' })).rejects.toThrow();
  write('["san-us"]');
  await bench.controller.reload();
  await bench.attach({ monitorName: 'ams-nl' });
  await expect(bench.attach({ monitorName: 'san-us' })).rejects.toThrow();
});

test.each(['{}', 'no JSON'])('a broken file (%s) changes nothing', async (broken) => {
  const { bench, write } = await begin('["ams-nl"]');
  write(broken);
  await bench.controller.reload();
  expect(bench.log.of('reload.failed')).toMatchObject([{ fields: { plugin: 'blocked', hook: 'reload' } }]);
  await expect(bench.attach({ monitorName: 'ams-nl' })).rejects.toThrow();
});

test('at the start it keeps the controller from starting', async () => {
  await expect(begin('{}')).rejects.toMatchObject({ code: 'SCR_HOOK_FAILED', hook: 'start' });
});
