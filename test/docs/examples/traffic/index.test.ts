import { expect, test } from 'vitest';
import { startBench } from '../../../../plugin-sdk/testing/index.js';
import traffic from './index.js';

test('the bytes of an instance are counted each way, and told when it is gone', async () => {
  await using bench = await startBench([traffic]);
  const scamper = await bench.attach();
  const client = bench.client();
  await client.until('MORE\n');
  client.send('halt 1\n');
  await client.until('OK halted\n');
  scamper.cut();
  const { fields } = await bench.log.waitFor('traffic');
  expect(fields).toMatchObject({ instance: '192.0.2.1:1025', toInstance: 7, toClient: 15 });
});
