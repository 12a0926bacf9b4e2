import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import { tempDirectory } from '../../../plugins/support/local.js';
import whereabouts from './index.js';

test('it says where a VP is, and counts strangers when the metadata change', async () => {
  const directory = tempDirectory();
  const file = join(directory, 'vps.txt');
  writeFileSync(file, 'ams-nl place Amsterdam\nams-nl tag wifi\n');
  await using bench = await startBench([['metadata', { file }], whereabouts]);
  await bench.attach({ monitorName: 'ams-nl' });
  await bench.attach({ monitorName: 'san-us' });
  expect(bench.log.of('whereabouts').map(({ message }) => message)).toEqual([
    'ams-nl-192.0.2.1:1025 is at Amsterdam',
    'san-us-192.0.2.1:1026 is at a place unknown',
  ]);
  expect(bench.log.of('whereabouts')[0]?.fields).toMatchObject({ tags: ['wifi'] });
  writeFileSync(file, 'ams-nl place Amsterdam\nams-nl cc NL\n');
  await bench.controller.reload();
  await bench.log.waitFor('whereabouts.strangers', { count: 1 });
});
