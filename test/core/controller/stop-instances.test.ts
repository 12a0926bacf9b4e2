import { expect, test } from 'vitest';
import { definePlugin } from '../../../plugin-sdk/index.js';
import { memoryPair, memoryTransport, settle, silent, startBench } from '../../../testing/index.js';
import { acked } from '../support/acked.js';
import { gate } from '../support/gate.js';
import { keeping, noting, plugin } from '../support/plugins.js';

test('stop gives clients what was sent to them and end of file', async () => {
  const bench = await startBench();
  const scamper = await bench.attach();
  const client = bench.client();
  await client.until('MORE');
  client.stream.pause();
  scamper.send(1, `${'x'.repeat(50_000)}the end`);
  await acked(scamper, 2);
  const stopped = bench.controller.stop();
  client.stream.resume();
  await client.end;
  expect(client.ended).toBe(true);
  expect(client.text.endsWith('xthe end')).toBe(true);
  expect(client.text).toHaveLength('MORE\n'.length + 50_000 + 'the end'.length);
  await stopped;
});

test('stop does not wait for a client that does not read', async () => {
  const bench = await startBench();
  const scamper = await bench.attach({ script: silent });
  const client = bench.client();
  client.stream.pause();
  await settle();
  scamper.send(1, Buffer.alloc(60_000));
  await settle();
  const stopped = bench.controller.stop();
  await settle();
  expect(bench.controller.state).toBe('stopping');
  await bench.clock.advance(2_000);
  await stopped;
  expect(client.stream.destroyed).toBe(true);
});

test('stop ends the connections, takes the instances out of reach and expires them, zombies included', async () => {
  const notes: string[] = [];
  const bench = await startBench([keeping(900), noting(notes)]);
  const [one, two] = [await bench.attach(), await bench.attach()];
  two.cut();
  await bench.log.waitFor('instance.zombie');
  notes.length = 0;
  await bench.stop();
  await one.closed;
  expect(notes.sort()).toEqual([
    'expire 192.0.2.1:1025 SCR_STOPPED',
    'expire 192.0.2.1:1026 SCR_STOPPED',
    'undo 192.0.2.1:1025',
  ]);
  expect(bench.controller.instances).toEqual([]);
});

test('instances are out of reach before the plugins release what they acquired', async () => {
  const notes: string[] = [];
  const listener = plugin('listener', ({ hooks }) =>
    hooks.start.tap(
      () => () => void notes.push(`release, ${notes.filter((note) => note.startsWith('undo')).length} undone`),
    ),
  );
  const bench = await startBench([listener, noting(notes)]);
  await bench.attach();
  await bench.stop();
  expect(notes.at(-1)).toBe('release, 1 undone');
});

test('a connection that comes while the controller stops is refused', async () => {
  const stopping = gate();
  const slow = plugin('slow', ({ hooks }) => hooks.stop.tap(() => stopping.promise));
  const bench = await startBench([slow]);
  const stopped = bench.controller.stop();
  const scamper = bench.dial();
  await scamper.closed;
  await bench.log.waitFor('connection.refused', { code: 'SCR_STOPPED' });
  stopping.open();
  await stopped;
});

test('a connection that waits for its hello is closed', async () => {
  const bench = await startBench();
  const scamper = bench.dial();
  await settle();
  await bench.stop();
  await scamper.closed;
  expect(bench.clock.pending).toBe(0);
});

test('a connection that is being attached is detached again', async () => {
  const attaching = gate();
  const notes: string[] = [];
  const slow = plugin('slow', ({ hooks }) => hooks.attach.tap(() => attaching.promise));
  const bench = await startBench([noting(notes), slow]);
  const scamper = bench.dial();
  scamper.hello();
  await settle();
  const stopped = bench.controller.stop();
  await settle();
  attaching.open();
  await stopped;
  await scamper.closed;
  expect(notes.slice(0, 2)).toEqual(['attach 192.0.2.1:1025', 'undo 192.0.2.1:1025']);
  expect(bench.controller.instances).toEqual([]);
});

test('a connection that is being accepted is closed, and nothing comes of it later', async () => {
  const accepting = gate();
  const notes: string[] = [];
  const slow = plugin('slow', ({ hooks }) => hooks.accept.tap(() => accepting.promise));
  const bench = await startBench([slow, noting(notes)]);
  const scamper = bench.dial();
  scamper.hello();
  await settle();
  await bench.stop();
  await scamper.closed;
  accepting.open();
  await settle();
  expect(notes).toEqual([]);
  expect(bench.controller.instances).toEqual([]);
  expect(bench.clock.pending).toBe(0);
});

test('a stream that accept put in the place of another is closed too, however late', async () => {
  const accepting = gate();
  const [inner, outer] = memoryPair();
  outer.on('error', () => undefined);
  const wrapping = plugin('wrapping', ({ hooks }) =>
    hooks.accept.tap(async () => {
      await accepting.promise;
      return { stream: inner };
    }),
  );
  const bench = await startBench([wrapping]);
  bench.dial();
  await settle();
  await bench.stop();
  accepting.open();
  await settle();
  expect(inner.destroyed).toBe(true);
});

test('a transport may announce connections while the others still start', async () => {
  const transport = memoryTransport('early');
  const starting = gate();
  const slow = definePlugin({
    name: 'slow',
    schema: { type: 'object' },
    setup: ({ hooks }) => hooks.start.tap(() => starting.promise),
  });
  const bench = startBench([transport.plugin, slow]);
  await settle();
  const stream = transport.dial();
  stream.write(Buffer.from('00000000000000000004000109' + '00', 'hex'));
  const answer = new Promise((resolve) => stream.once('data', resolve));
  starting.open();
  await using _bench = await bench;
  expect(await answer).toBeInstanceOf(Buffer);
});
