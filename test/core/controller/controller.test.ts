import { expect, test } from 'vitest';
import { SimClient, memoryPair, startBench } from '../../../testing/index.js';
import zombie from '../../../plugins/zombie/index.js';

test('a client gets answers through the controller', async () => {
  await using bench = await startBench();
  const scamper = await bench.attach({ monitorName: 'foo.bar' });
  expect(bench.instance().name).toBe('foo.bar-192.0.2.1:1025');
  const client = SimClient.attach(bench.instance());
  await client.until('MORE');
  client.send('ping 192.0.2.9\n');
  await client.until('OK id-1');
  client.send('done\n');
  await client.end;
  expect(client.ended).toBe(true);
  expect(scamper.violation).toBeUndefined();
});

test('who attaches and leaves is told', async () => {
  await using bench = await startBench();
  await bench.attach();
  const [client, stream] = memoryPair();
  const credentials = { uid: 1000, gid: 100, pid: 4711 };
  const { id } = bench.instance().connect(stream, { credentials });
  const about = { instance: '192.0.2.1:1025', channel: id };
  expect(await bench.log.waitFor('client.attached')).toMatchObject({
    level: 'info',
    fields: { ...about, credentials },
  });
  client.destroy();
  expect(await bench.log.waitFor('client.gone')).toMatchObject({ level: 'info', fields: about });
});

test('a session goes on after a cut, with its client', async () => {
  await using bench = await startBench([zombie]);
  const scamper = await bench.attach();
  const client = bench.client();
  await client.until('MORE');
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  client.send('ping 192.0.2.9\n');
  expect(await bench.resume(scamper)).toBe(true);
  await client.until('OK id-1');
  expect(bench.instance().name).toBe('192.0.2.1:1026');
});
