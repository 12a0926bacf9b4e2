import { beforeAll, describe, expect, test } from 'vitest';
import type { LoadClient } from '../../bench/load/client.js';
import build from '../cli/support/fresh-build.js';
import { RealController, openAndClose, tellsMemory } from './support/controller.js';
import { sendInBlocks } from './support/blocks.js';
import { streamFrom } from './support/stream-from.js';

const MB = 1_000_000;

beforeAll(build, 60_000);

describe.skipIf(!tellsMemory)(
  'memory of the running controller (skipped where there is no /proc)',
  { timeout: 120_000 },
  () => {
    test('bulk load at full speed takes less than 200 MiB', async () => {
      const controller = await RealController.start();
      const instances = await Promise.all([1, 2, 3, 4].map(() => controller.attach()));
      instances.forEach((instance) => streamFrom(instance));
      const clients = await Promise.all(instances.map((instance) => controller.client(instance)));
      await controller.until(() => clients.every(({ received }) => received > 100 * MB));
      expect(controller.peakMiB).toBeLessThan(200);
    });

    test('a client that never reads adds less than 32 MiB, is disconnected, and the others go on', async () => {
      const controller = await RealController.start({ clientStall: 2 });
      const [shared, other] = [await controller.attach(), await controller.attach()];
      streamFrom(shared);
      streamFrom(other);
      const neighbour = await controller.client(shared);
      const stranger = await controller.client(other);
      await controller.until(() => neighbour.received > 100 * MB && stranger.received > 100 * MB);

      controller.mark();
      await controller.client(shared, false);
      const before = stranger.received;
      await controller.until(() => controller.has('client.dropped'));
      expect(stranger.received - before).toBeGreaterThan(20 * MB);
      const then = neighbour.received;
      await controller.until(() => neighbour.received - then > 100 * MB);
      expect(controller.grownMiB).toBeLessThan(32);
    });

    test('messages of one octet to a client that never reads, among large ones to another, add less than 32 MiB', async () => {
      const controller = await RealController.start({ clientStall: 1 });
      const instance = await controller.attach();
      await controller.client(instance, false);
      const fast = await controller.client(instance);
      const tiny = Array.from({ length: 4_000 }, (_, index) => ({
        channel: index % 50 === 0 ? 2 : 1,
        size: index % 50 === 0 ? 8_192 : 1,
      }));
      sendInBlocks(instance, tiny);
      await controller.until(() => fast.received > 5 * MB);
      controller.mark();
      await controller.until(() => controller.has('client.dropped'));
      const then = fast.received;
      await controller.until(() => fast.received - then > 50 * MB);
      expect(controller.grownMiB).toBeLessThan(32);
    });

    test('a client that writes to an instance that does not read adds less than 32 MiB', async () => {
      const controller = await RealController.start();
      const instance = await controller.attach();
      const client = await controller.client(instance);
      instance.socket?.pause();
      controller.mark();
      const accepted = writeWithoutEnd(client);
      await standsStill(controller, accepted);
      expect(accepted()).toBeGreaterThan(MB / 2);
      expect(accepted()).toBeLessThan(16 * MB);
      expect(controller.grownMiB).toBeLessThan(32);
    });

    test('a client that writes to a zombie adds less than 32 MiB', async () => {
      const controller = await RealController.start();
      const instance = await controller.attach();
      const client = await controller.client(instance);
      instance.cut();
      await controller.logged('instance.zombie');
      controller.mark();
      const accepted = writeWithoutEnd(client);
      await standsStill(controller, accepted);
      expect(accepted()).toBeGreaterThan(MB / 2);
      expect(accepted()).toBeLessThan(16 * MB);
      expect(controller.grownMiB).toBeLessThan(32);
    });

    test('an instance that sends but never reads adds less than 32 MiB', async () => {
      const controller = await RealController.start();
      const instance = await controller.attach();
      const client = await controller.client(instance);
      instance.socket?.pause();
      controller.mark();
      const block = Buffer.alloc(11 * 20_000, 'x');
      for (let round = 0; round < 100; round++) {
        for (let at = 0; at < block.length; at += 11) instance.stamp(block, at, 1, 1);
        instance.write(Buffer.from(block));
      }
      await standsStill(controller, () => client.received);
      expect(client.received).toBeGreaterThan(0);
      expect(client.received).toBeLessThan(2_000_000);
      expect(controller.grownMiB).toBeLessThan(32);
    });

    test('3,000 channels opened and closed leave less than 1 MB of heap behind', async () => {
      const controller = await RealController.start();
      const instance = await controller.attach();
      const path = controller.socketOf(instance);
      const many = async (count: number): Promise<void> => {
        for (let round = 0; round < count / 10; round++) {
          await Promise.all(Array.from({ length: 10 }, () => openAndClose(path)));
        }
      };
      await many(1_000);
      const before = await controller.heap();
      await many(3_000);
      const after = await controller.heap();
      expect(after.heapUsed - before.heapUsed).toBeLessThan(MB);
      expect(after.external - before.external).toBeLessThan(MB);
    });
  },
);

/** Writes as fast as it may. @returns how much was accepted so far */
function writeWithoutEnd({ socket }: LoadClient): () => number {
  const piece = Buffer.alloc(65_536);
  let accepted = 0;
  const write = (): void => {
    socket.write(piece, (failure) => {
      if (failure) return;
      accepted += piece.length;
      write();
    });
  };
  write();
  return () => accepted;
}

/** Until a measure has not changed for half a second, in which the controller was awake. */
async function standsStill(controller: RealController, measure: () => number): Promise<void> {
  let last = NaN;
  let since = 0;
  await controller.until(() => {
    if (measure() !== last) {
      last = measure();
      since = performance.now();
    }
    return performance.now() - since > 500;
  });
}
