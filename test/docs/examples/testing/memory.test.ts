import assert from 'node:assert/strict';
import { test } from 'vitest';
import { createController } from '../../../../index.js';
import { FakeClock, SimScamper, TestLog, memoryPair, memoryTransport } from '../../../../testing/index.js';

test('two ends of a stream', async () => {
  const [one, other] = memoryPair();
  one.end('hello');
  const chunks: unknown[] = await other.toArray();
  assert.equal(String(chunks[0]), 'hello');
});

test('a controller without a bench', async () => {
  const transport = memoryTransport();
  const controller = await createController({
    plugins: [transport.plugin],
    clock: new FakeClock(),
    logger: new TestLog(),
  });
  await controller.start();
  const scamper = new SimScamper(transport.dial({ peer: { kind: 'ip', address: '2001:db8::1', port: 4321 } }));
  assert.equal(await scamper.attach(), '2001:db8::1.4321');
  await controller.stop();
});
