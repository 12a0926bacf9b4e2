import { describe, expect, test } from 'vitest';
import { type DataPassage, type InstanceView } from '../../../plugin-sdk/index.js';
import { settle, silent, startBench } from '../../../testing/index.js';
import { plugin } from '../support/plugins.js';
import { acked } from '../support/acked.js';

const handling = (handler: (bytes: Buffer, passage: DataPassage) => unknown, name = 'filter') =>
  plugin(name, ({ hooks }) => hooks.data.tap(handler as () => undefined));

async function benchWith(...handlers: ((bytes: Buffer, passage: DataPassage) => unknown)[]) {
  const bench = await startBench(handlers.map((handler, index) => handling(handler, `filter-${index}`)));
  const scamper = await bench.attach({ script: silent });
  const client = bench.client();
  await scamper.waitFor('open');
  const sent = (): string =>
    scamper.received.map((each) => (each.type === 'data' ? each.bytes.toString() : '')).join('');
  return { bench, scamper, client, sent };
}

describe('data', () => {
  test('passes both ways where the handler returns nothing', async () => {
    const seen: string[] = [];
    const { bench, scamper, client, sent } = await benchWith((bytes, { direction, channel, instance }) => {
      seen.push(`${direction} ${instance.name} ${channel.id} ${bytes.toString()}`);
    });
    await using _bench = bench;
    client.send('ping\n');
    await scamper.waitFor('data');
    scamper.send(1, 'OK\n');
    await client.until('OK\n');
    expect(sent()).toBe('ping\n');
    expect(seen).toEqual(['toInstance 192.0.2.1:1025 1 ping\n', 'toClient 192.0.2.1:1025 1 OK\n']);
  });

  test('knows the channel: the same object for the same client, the instance’s own view', async () => {
    const seen = new Set<unknown>();
    const instances = new Set<InstanceView>();
    const { bench, scamper, client } = await benchWith((_bytes, { channel, instance }) => {
      seen.add(channel);
      instances.add(instance);
    });
    await using _bench = bench;
    client.send('a');
    await scamper.waitFor('data');
    scamper.send(1, 'b');
    await client.until('b');
    expect(seen.size).toBe(1);
    expect([...instances]).toEqual([bench.instance()]);
  });

  test('replaces the bytes; later handlers get what earlier ones made of them', async () => {
    const { bench, scamper, client, sent } = await benchWith(
      (bytes) => Buffer.from(bytes.toString().toUpperCase()),
      (bytes) => new Uint8Array([...bytes, 33]),
    );
    await using _bench = bench;
    client.send('ping');
    await scamper.waitFor('data');
    scamper.send(1, 'pong');
    await client.until('PONG!');
    expect(sent()).toBe('PING!');
  });

  test('may make much more of them than a frame can carry', async () => {
    const { bench, scamper, client, sent } = await benchWith(() => Buffer.alloc(300_000, 'x'));
    await using _bench = bench;
    client.send('a');
    await settle(80);
    expect(sent()).toBe('x'.repeat(300_000));
    scamper.send(1, 'b');
    await settle(80);
    expect(client.text).toBe('x'.repeat(300_000));
    expect(scamper.violation).toBeUndefined();
  });

  test('drops the bytes where the handler returns none', async () => {
    const { bench, scamper, client, sent } = await benchWith((bytes) =>
      bytes.includes('secret') ? Buffer.alloc(0) : undefined,
    );
    await using _bench = bench;
    client.send('secret');
    await settle();
    client.send('ping');
    await scamper.waitFor('data');
    scamper.send(1, 'a secret');
    scamper.send(1, 'the end');
    await client.until('the end');
    expect(sent()).toBe('ping');
    expect(client.text).toBe('the end');
    await acked(scamper, 2); // the one that was dropped too
  });

  test('may put bytes on the channel, which come before those being handled', async () => {
    const { bench, scamper, client, sent } = await benchWith((bytes, { channel, direction }) => {
      channel.send(direction, Buffer.from('<'));
      return bytes;
    });
    await using _bench = bench;
    client.send('ping');
    await scamper.waitFor('data');
    await settle();
    scamper.send(1, 'pong');
    await client.until('pong');
    expect(sent()).toBe('<ping');
    expect(client.text).toBe('<pong');
  });

  test('does not see what a client sends after the instance has finished: it passes nowhere', async () => {
    const seen: string[] = [];
    const { bench, scamper, client } = await benchWith((bytes) => void seen.push(bytes.toString()));
    await using _bench = bench;
    client.send('in time');
    await scamper.waitFor('data');
    scamper.finish(1);
    await client.end;
    client.send('too late');
    await settle();
    expect(seen).toEqual(['in time']);
  });

  test('may answer in the instance’s place', async () => {
    const { bench, client, sent } = await benchWith((bytes, { channel, direction }) => {
      if (direction === 'toClient' || !bytes.includes('forbidden')) return undefined;
      channel.send('toClient', Buffer.from('ERR no\n'));
      return Buffer.alloc(0);
    });
    await using _bench = bench;
    client.send('forbidden\n');
    await client.until('ERR no\n');
    expect(sent()).toBe('');
  });
});

describe('a data handler that fails', () => {
  test.each([
    ['throws', () => { throw new Error('broken'); }, 'SCR_HOOK_FAILED', 'a handler failed'], // prettier-ignore
    [
      'is asynchronous',
      async () => Promise.reject(new Error('broken')),
      'SCR_HOOK_RESULT',
      'expected nothing or a Uint8Array, and at once: a handler returned something that is not allowed',
    ],
    [
      'returns null',
      () => null,
      'SCR_HOOK_RESULT',
      'expected nothing or a Uint8Array, and at once: a handler returned something that is not allowed',
    ],
    [
      'returns a text',
      () => 'PING',
      'SCR_HOOK_RESULT',
      'expected nothing or a Uint8Array, and at once: a handler returned something that is not allowed',
    ],
  ])('because it %s closes the channel, and no other', async (_what, fail, code, problem) => {
    const { bench, scamper, client, sent } = await benchWith((bytes) => (bytes.includes('bad') ? fail() : undefined));
    await using _bench = bench;
    const other = bench.client();
    client.send('bad');
    await client.end;
    const { message, fields, level } = await bench.log.waitFor('client.dropped');
    expect(level).toBe('warn');
    expect(message).toBe(`filter-0, data: ${problem}`);
    expect(fields).toMatchObject({ code, plugin: 'filter-0', hook: 'data', instance: '192.0.2.1:1025', channel: 1 });
    if (code === 'SCR_HOOK_FAILED') expect(fields['cause']).toBe('broken');
    expect(await scamper.waitFor('fin')).toEqual({ type: 'fin', channel: 1 });
    other.send('good');
    await scamper.waitFor('data');
    scamper.send(2, 'fine');
    await other.until('fine');
    expect(sent()).toBe('good');
    expect(scamper.violation).toBeUndefined();
  });
});
