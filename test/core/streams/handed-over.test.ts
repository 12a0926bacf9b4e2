import { expect, test } from 'vitest';
import { SimClient, memoryPair, settle, silent, startBench } from '../../../testing/index.js';

test.each([
  ['untouched', () => undefined],
  ['paused', (stream: ReturnType<typeof memoryPair>[0]) => void stream.pause()],
  ['after it was read from', (stream: ReturnType<typeof memoryPair>[0]) => void stream.resume().pause()],
])('a client that is handed over %s is read', async (_how, prepare) => {
  await using bench = await startBench();
  const scamper = await bench.attach({ script: silent });
  const [ours, theirs] = memoryPair();
  const client = new SimClient(theirs);
  prepare(ours);
  await settle();
  client.send('ping\n');
  await settle();
  bench.instance().connect(ours);
  await settle();
  expect(scamper.received.flatMap((each) => (each.type === 'data' ? [each.bytes.toString()] : []))).toEqual(['ping\n']);
});

test('a client that has left already is let go again', async () => {
  await using bench = await startBench();
  const scamper = await bench.attach({ script: silent });
  const [ours, theirs] = memoryPair();
  theirs.destroy();
  await settle();
  bench.instance().connect(ours);
  await settle();
  expect(scamper.received.map(({ type }) => type)).toEqual(['id', 'open', 'fin']);
  expect(scamper.violation).toBeUndefined();
});
