import { expect, test } from 'vitest';
import { startBench } from '../../../testing/index.js';
import { gate } from '../support/gate.js';
import { keeping, plugin } from '../support/plugins.js';

test('the time a zombie is kept does not run out while it is being attached again', async () => {
  const attaching = gate();
  const slow = plugin('slow', ({ hooks }) =>
    hooks.attach.tap((_instance, { resumed }) => (resumed ? attaching.promise : undefined)),
  );
  await using bench = await startBench([keeping(10), slow]);
  const scamper = await bench.attach();
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  await bench.clock.advance(8_000);
  const resumed = bench.resume(scamper);
  await bench.clock.advance(5_000);
  attaching.open();
  expect(await resumed).toBe(true);
  expect(bench.instance().state).toBe('connected');
});
