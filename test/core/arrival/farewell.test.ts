import { expect, test } from 'vitest';
import { silent, startBench } from '../../../testing/index.js';
import { recalling } from '../support/recalling.js';

test('at a stop every channel is finished, so that a scamper which goes on elsewhere does not work for nobody', async () => {
  const bench = await startBench();
  const scamper = await bench.attach({ script: { ...silent, open: (it, channel) => it.send(channel, 'MORE\n') } });
  const [busy, asking, left] = [bench.client(), bench.client(), bench.client()];
  for (const client of [busy, asking, left]) await client.until('MORE');
  left.finish();
  await scamper.waitFor('fin');
  busy.send('ping\n');
  await scamper.waitFor('data');
  await bench.stop();
  await scamper.closed;
  expect(
    scamper.received.filter(({ type }) => type === 'fin').map((each) => 'channel' in each && each.channel),
  ).toEqual([3, 1, 2]);
  expect(scamper.violation).toBeUndefined();

  await using after = await startBench([recalling()]);
  expect(await after.resume(scamper)).toBe(true);
});
