import { expect, test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import lastUsed from '../last-used/index.js';
import quiet from './index.js';

test('an instance is quiet until it is used, and again an hour later', async () => {
  await using bench = await startBench([quiet, lastUsed]);
  const scamper = await bench.attach();
  const { name } = bench.instance();
  const client = bench.client();
  for (let half = 0; half < 130; half++) {
    if (half === 3) client.send('halt 1\n');
    scamper.keepalive();
    await bench.clock.advance(30_000);
  }
  const quietAt = bench.log.of('quiet').map(({ fields }) => fields['instances']);
  expect(quietAt.length).toBe(65);
  expect(quietAt.slice(0, 3)).toEqual([[name], [], []]);
  expect(quietAt.slice(-5)).toEqual([[], [name], [name], [name], [name]]);
});

test('the timer is gone after the stop', async () => {
  const bench = await startBench([lastUsed, quiet]);
  await bench.stop();
  expect(bench.clock.pending).toBe(0);
});

test('without the other plugin there is no start', async () => {
  await expect(startBench([quiet])).rejects.toMatchObject({ code: 'SCR_HOOK_FAILED', plugin: 'quiet' });
});
