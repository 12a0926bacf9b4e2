import { expect, test, vi } from 'vitest';
import audit from '../../../plugins/audit/index.js';
import { startBench } from '../../../testing/index.js';
import { namesIn, tempDirectory } from '../support/local.js';

vi.mock('pino-roll', () => {
  throw new Error("Cannot find package 'pino-roll'");
});

test('without pino-roll a plain file is written, and one that shall be rotated keeps the controller from starting', async () => {
  const directory = tempDirectory();
  await expect(startBench([[audit, { file: 'audit.log', keep: 3 }]], { directory })).rejects.toMatchObject({
    code: 'SCR_AUDIT_PINO_ROLL',
    remedy: expect.stringContaining('npm install pino-roll'),
  });
  expect(namesIn(directory)).toEqual([]);
  const bench = await startBench([[audit, { file: 'audit.log' }]], { directory });
  await bench.stop();
  expect(namesIn(directory)).toEqual(['audit.log']);
});
