import { expect, test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import tally from './index.js';

test('the fleet is told every minute', async () => {
  await using bench = await startBench([tally, ['zombie', { time: '1h' }]]);
  const scamper = await bench.attach();
  await bench.attach();
  await bench.client(bench.instance(0)).until('MORE\n');
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  await bench.clock.advance(60_000);
  const { fields } = await bench.log.waitFor('tally');
  expect(fields).toMatchObject({ instances: 2, clients: 1, bytes: 'MORE\n'.length, lost: 1, refused: 0 });
});
