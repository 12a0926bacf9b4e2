import { expect, test } from 'vitest';
import { encodeFrame } from '../../../core/protocol/frame.js';
import { SimClient, settle } from '../../../testing/index.js';
import { plugin } from '../support/plugins.js';
import { hello, wired } from '../support/wire.js';

test('a data handler that fails is told of once, however much one read brought', async () => {
  let calls = 0;
  const failing = plugin('filter', ({ hooks }) =>
    hooks.data.tap(() => {
      calls++;
      throw new Error('broken');
    }),
  );
  const { bench, stream } = await wired([failing]);
  await using _bench = bench;
  stream.write(hello);
  await settle();
  const clients = [SimClient.attach(bench.instance()), SimClient.attach(bench.instance())];
  await settle();
  const data = (sequence: number, channel: number): Buffer => encodeFrame(sequence, channel, Buffer.from('x'));
  stream.write(Buffer.concat([data(0, 1), data(1, 1), data(2, 2), data(3, 1)]));
  await Promise.all(clients.map(({ end }) => end));
  await settle();
  expect(bench.log.of('client.dropped').map(({ fields }) => fields['channel'])).toEqual([1, 2]);
  expect(calls).toBe(2);
  expect(bench.instance().state).toBe('connected');
});
