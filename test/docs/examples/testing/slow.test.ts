import assert from 'node:assert/strict';
import { test } from 'vitest';
import { memoryPair, silent, startBench } from '../../../../testing/index.js';

test('a client that does not read holds up its instance, and is dropped', async (t) => {
  const bench = await startBench([], { limits: { clientBuffer: 4096, sharedStall: 2 } });
  t.onTestFinished(() => bench.stop());
  const scamper = await bench.attach({ script: silent });
  const instance = bench.instance();
  const [ours, theirs] = memoryPair(); // `theirs` is read by nobody
  const slow = instance.connect(ours);
  const other = bench.client(instance);
  await scamper.waitFor('open');
  for (let sent = 0; sent < 4; sent++) scamper.send(slow.id, Buffer.alloc(16_384));
  await bench.log.waitFor('client.slow');
  assert.equal(instance.figures().isPaused, true);
  assert.ok(slow.figures().waiting >= 4096);
  await bench.clock.advance(2_000);
  const { fields } = await bench.log.waitFor('client.dropped');
  assert.equal(fields['code'], 'SCR_CLIENT_TOO_SLOW');
  assert.equal(instance.figures().isPaused, false);
  assert.equal(theirs.destroyed, true);
  assert.equal(other.ended, false);
});

test('an instance that acknowledges nothing pauses its clients', async (t) => {
  const bench = await startBench([], { limits: { instanceBuffer: 65_536 } });
  t.onTestFinished(() => bench.stop());
  const scamper = await bench.attach({ script: silent, acknowledges: false });
  bench.client().send(Buffer.alloc(65_536)); // two messages, behind the one that opens the channel
  await bench.log.waitFor('clients.held');
  assert.equal(bench.instance().figures().clientsArePaused, true);
  await scamper.waitFor('data');
  await scamper.waitFor('data');
  for (const sequence of [0, 1, 2]) scamper.ack(sequence);
  await bench.log.waitFor('clients.released');
  assert.equal(bench.instance().figures().clientsArePaused, false);
});
