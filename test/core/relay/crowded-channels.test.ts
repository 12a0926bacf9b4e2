import { expect, test } from 'vitest';
import { memoryPair, settle, silent, startBench } from '../../../testing/index.js';
import { keeping } from '../support/plugins.js';

const limits = { channels: 8, instanceBuffer: 65_536 };
const crowded = expect.objectContaining({ code: 'SCR_CHANNEL_CROWD' });

test('channels that an instance never finishes are bounded, whoever has left', async () => {
  await using bench = await startBench([], { limits });
  const scamper = await bench.attach({ script: silent });
  for (let count = 0; count < 4 * limits.channels; count++) {
    bench.client().leave();
    await scamper.waitFor('fin');
  }
  expect(() => bench.client()).toThrow(crowded);
  scamper.finish(1);
  scamper.keepalive();
  await scamper.waitFor('ack');
  bench.client();
});

test('an instance that acknowledges nothing gets no new clients beyond twice limits.instanceBuffer', async () => {
  await using bench = await startBench([], { limits });
  await bench.attach({ script: silent, acknowledges: false });
  const connectMany = async (): Promise<void> => {
    for (let count = 0; count < 1_000; count++) {
      bench.client().leave();
      await settle(1);
    }
  };
  await expect(connectMany()).rejects.toMatchObject({
    code: expect.stringMatching(/SCR_INSTANCE_FULL|SCR_CHANNEL_CROWD/),
  });
});

test('a resume with far more held than clients can cause is a mismatch', async () => {
  await using bench = await startBench([keeping(900)], { limits });
  const scamper = await bench.attach({ script: silent, acknowledges: false });
  const [ours] = memoryPair();
  const channel = bench.instance().connect(ours);
  const send = (): boolean => channel.send('toInstance', Buffer.alloc(limits.instanceBuffer));
  for (let count = 0; count < 8; count++) send();
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  expect(await bench.resume(scamper)).toBe(false);
  await bench.log.waitFor('connection.refused', { code: 'SCR_RESUME_MISMATCH' });
});
