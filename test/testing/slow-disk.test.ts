import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBench } from '../../testing/index.js';
import { plugin } from '../core/support/plugins.js';
import { temporaryFolder } from '../cli/support/command.js';

test('a release that waits for a disk is not given up, however long that takes', async () => {
  const file = join(temporaryFolder(), 'file');
  const writing = plugin('writing', ({ hooks }) =>
    hooks.start.tap(() => async () => {
      const handle = await open(file, 'w');
      for (let times = 0; times < 10; times++) {
        await handle.writeFile(Buffer.alloc(500_000));
        await handle.sync();
      }
      await handle.close();
      await rm(file);
    }),
  );
  const bench = await startBench([writing]);
  await bench.stop();
  expect(bench.log.of('release.failed')).toEqual([]);
});
