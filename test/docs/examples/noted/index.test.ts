import { expect, test } from 'vitest';
import { auditTrail, definePlugin } from '../../../../plugin-sdk/index.js';
import { startBench } from '../../../../testing/index.js';
import noted from './index.js';

test('it is noted at the end, and without a trail nothing is', async () => {
  const records: unknown[] = [];
  const trail = definePlugin({
    name: 'trail',
    schema: { type: 'object' },
    setup: ({ provide }) => provide(auditTrail, { record: (event, fields) => records.push([event, fields]) }),
  });
  for (const more of [[trail], []]) {
    const bench = await startBench([noted, ...more]);
    await bench.attach();
    await bench.stop();
  }
  expect(records).toEqual([['noted.octets', { instance: '192.0.2.1:1025', octets: 0 }]]);
});
