import { describe, expect, test } from 'vitest';
import { SimClient, type SimScamper, memoryPair, settle, silent, startBench } from '../../../testing/index.js';
import { acked } from '../support/acked.js';

const about = (scamper: SimScamper, channel: number): string[] =>
  scamper.received.filter((each) => 'channel' in each && each.channel === channel).map(({ type }) => type);

describe('a client that will send no more', () => {
  test('is announced to the instance and still reads until that finishes', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach({ script: silent });
    const client = bench.client();
    client.send('ping\n');
    client.finish();
    expect(await scamper.waitFor('fin')).toEqual({ type: 'fin', channel: 1 });
    expect(about(scamper, 1)).toEqual(['open', 'data', 'fin']);
    scamper.send(1, 'late results');
    await client.until('late results');
    expect(client.ended).toBe(false);
    scamper.finish(1);
    await client.end;
    expect(client.ended).toBe(true);
    await settle();
    expect(client.stream.destroyed).toBe(true);
    expect(scamper.violation).toBeUndefined();
  });
});

describe('an instance that finishes first', () => {
  test('gives the client the rest and end of file', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach({ script: silent });
    const client = bench.client();
    await scamper.waitFor('open');
    scamper.send(1, 'results, ');
    scamper.send(1, 'the end');
    scamper.finish(1);
    await client.end;
    expect(client.text).toBe('results, the end');
    expect(client.ended).toBe(true);
  });

  test('never hears of the channel again, whatever the client does', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach({ script: silent });
    const clients = [bench.client(), bench.client(), bench.client()] as const;
    await settle();
    for (const channel of [1, 2, 3]) scamper.finish(channel);
    await Promise.all(clients.map(({ end }) => end));
    clients[0].send('too late');
    clients[1].finish();
    clients[2].leave();
    await settle();
    for (const channel of [1, 2, 3]) expect(about(scamper, channel)).toEqual(['open']);
    expect(scamper.violation).toBeUndefined();
    expect(scamper.stream.destroyed).toBe(false);
  });

  test('and a client that finished before close each other', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach({ script: silent });
    const client = bench.client();
    client.finish();
    await scamper.waitFor('fin');
    scamper.finish(1);
    await client.end;
    await settle();
    expect(client.stream.destroyed).toBe(true);
    expect(bench.log.of('client.gone')).toHaveLength(1);
  });
});

describe('a client that leaves without a word', () => {
  test('is finished at the instance; what still comes for it is taken and dropped', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach({ script: silent });
    const [leaver, stayer] = [bench.client(), bench.client()];
    await settle();
    leaver.leave();
    expect(await scamper.waitFor('fin')).toEqual({ type: 'fin', channel: 1 });
    scamper.send(1, 'for nobody');
    scamper.finish(1);
    scamper.send(2, 'for you');
    await stayer.until('for you');
    expect(stayer.text).toBe('for you');
    expect(about(scamper, 1)).toEqual(['open', 'fin']);
    await acked(scamper, 3);
    expect(scamper.violation).toBeUndefined();
  });

  test('at once costs the instance nothing', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach();
    for (let count = 0; count < 5; count++) bench.client().leave();
    await settle(20);
    const client = bench.client();
    client.send('ping\n');
    await client.until('OK id-1');
    expect(scamper.violation).toBeUndefined();
    expect(bench.log.of('client.gone')).toHaveLength(5);
  });

  test('makes room for another where limits.channels is reached', async () => {
    await using bench = await startBench([], { limits: { channels: 2 } });
    await bench.attach();
    const first = bench.client();
    bench.client();
    expect(() => bench.client()).toThrow(
      expect.objectContaining({
        code: 'SCR_CLIENT_CROWD',
        message: '192.0.2.1:1025: the instance has as many clients as allowed',
      }),
    );
    first.leave();
    await settle();
    await bench.client().until('MORE');
  });
});

describe('what a plugin sees of a channel', () => {
  test('tells its number, its instance and, once, when the client is detached', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach({ script: silent });
    const closed: number[] = [];
    const clients = [1, 2].map(() => {
      const [ours, theirs] = memoryPair();
      const channel = bench.instance().connect(ours, { socket: '/run/s' });
      channel.onClose(() => closed.push(channel.id));
      expect(channel.instance).toBe(bench.instance());
      expect(channel.origin).toEqual({ socket: '/run/s' });
      return new SimClient(theirs);
    });
    await settle();
    clients[1]?.leave();
    await settle();
    expect(closed).toEqual([2]);
    scamper.finish(1);
    await clients[0]?.end;
    clients[0]?.finish();
    await settle();
    expect(closed).toEqual([2, 1]);
  });

  test('can put bytes on it either way, until it is closed', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach({ script: silent });
    const [ours, theirs] = memoryPair();
    const channel = bench.instance().connect(ours);
    const client = new SimClient(theirs);
    await settle();
    expect(channel.send('toInstance', Buffer.from('halt 1\n'))).toBe(true);
    expect(await scamper.waitFor('data')).toMatchObject({ channel: 1, bytes: Buffer.from('halt 1\n') });
    const bytes = Buffer.from('ERR no\n');
    expect(channel.send('toClient', bytes)).toBe(true);
    bytes.fill(0); // it is copied
    await client.until('ERR no\n');
    client.finish();
    await scamper.waitFor('fin');
    expect(channel.send('toInstance', Buffer.from('late'))).toBe(false);
    expect(channel.send('toClient', Buffer.from('still'))).toBe(true);
    scamper.finish(1);
    await client.end;
    expect(channel.send('toClient', Buffer.from('late'))).toBe(false);
    expect(client.text).toBe('ERR no\nstill');
    expect(scamper.violation).toBeUndefined();
  });
});
