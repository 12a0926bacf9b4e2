import { expect, test } from 'vitest';
import type { ChannelView } from '../../../plugin-sdk/index.js';
import { settle, silent, startBench } from '../../../testing/index.js';
import { stream } from '../support/frames.js';
import { plugin } from '../support/plugins.js';

/** Frames for these channels that arrive in one read; what they carry is `1a`, `2b`, … */
function oneRead(...channels: number[]): Buffer {
  return stream(
    channels.map((channel, sequence) => {
      const payload = Buffer.from(`${channel}${String.fromCharCode(97 + sequence)} `);
      return { sequence, channel, payload };
    }),
  );
}

test('handlers are called once for frames of a channel that a read brings in a row, not for each frame', async () => {
  const seen: string[] = [];
  const watching = plugin('watching', ({ hooks }) => hooks.data.tap((bytes) => void seen.push(bytes.toString())));
  await using bench = await startBench([watching]);
  const scamper = await bench.attach({ script: silent });
  const [one, two] = [bench.client(), bench.client()];
  await settle();
  scamper.raw(oneRead(1, 1, 1, 2, 2, 1));
  await Promise.all([one.until('1f '), two.until('2e ')]);
  expect(seen).toEqual(['1a 1b 1c ', '1f ', '2d 2e ']);
  expect([one.text, two.text]).toEqual(['1a 1b 1c 1f ', '2d 2e ']);
});

test('what a handler sends to another client spoils nothing that the read brought', async () => {
  const channels = new Map<string, ChannelView>();
  const mirror = plugin('mirror', ({ hooks }) =>
    hooks.data.tap((bytes, { channel, direction }) => {
      channels.set(`${channel.instance.id} ${channel.id}`, channel);
      if (direction === 'toInstance') return undefined;
      for (const other of channels.values()) if (other !== channel) other.send('toClient', bytes);
      return undefined;
    }),
  );
  await using bench = await startBench([mirror]);
  const first = await bench.attach({ script: silent });
  await bench.attach({ script: silent });
  const [near, distant] = bench.controller.instances;
  const [one, two, far] = [bench.client(near), bench.client(near), bench.client(distant)];
  for (const client of [one, two, far]) client.send('known');
  await settle();
  first.raw(oneRead(1, 2, 1, 2));
  await settle();
  expect(one.text).toBe('1a 1c 2b 2d ');
  expect(two.text).toBe('2b 2d 1a 1c ');
  expect(far.text).toBe('1a 1c 2b 2d ');
});

test('what a handler sends to its own client goes out before the bytes it was given', async () => {
  const early = plugin('early', ({ hooks }) =>
    hooks.data.tap((_bytes, { channel, direction }) => {
      if (direction === 'toClient') channel.send('toClient', Buffer.from('first '));
    }),
  );
  await using bench = await startBench([early]);
  const scamper = await bench.attach({ script: silent });
  const client = bench.client();
  await settle();
  scamper.raw(oneRead(1, 1));
  expect(await client.until('1b ')).toBe('first 1a 1b ');
});

test('a handler may fill the memory it returned anew when it is called again', async () => {
  const memory = Buffer.alloc(6);
  const reusing = plugin('reusing', ({ hooks }) =>
    hooks.data.tap((bytes) => {
      memory.fill(0x20);
      bytes.copy(memory);
      return memory;
    }),
  );
  await using bench = await startBench([reusing]);
  const scamper = await bench.attach({ script: silent });
  const [one, two] = [bench.client(), bench.client()];
  await settle();
  scamper.raw(oneRead(1, 2));
  await settle();
  expect([one.text, two.text]).toEqual(['1a    ', '2b    ']);
});
