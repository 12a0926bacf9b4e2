import { describe, expect, test } from 'vitest';
import { type SimClient, type SimScamper, type TestBench, settle, silent, startBench } from '../../../testing/index.js';
import { acked } from '../support/acked.js';
import { NotingSink } from '../support/noting-sink.js';
import { keeping } from '../support/plugins.js';

const PIECE = 16_384;
const limits = { instanceBuffer: 131_072 };

/** Writes pieces as fast as they are taken. @returns how many octets were */
function pump(client: SimClient, count: number): () => number {
  let taken = 0;
  for (let index = 0; index < count; index++) {
    client.stream.write(`${index} `.padEnd(PIECE - 1, '.') + '\n', () => (taken += PIECE));
  }
  return () => taken;
}

function numbersAt(scamper: SimScamper, channel: number): number[] {
  const pieces = scamper.received.map((each) =>
    each.type === 'data' && each.channel === channel ? each.bytes.toString() : '',
  );
  return [...pieces.join('').matchAll(/(\d+) \.+\n/g)].map(([, digits]) => Number(digits));
}

function upTo(count: number): number[] {
  return Array.from({ length: count }, (_each, index) => index);
}

/** Acknowledges everything that comes from now on, as it comes, and what came already. */
async function acknowledgeAll(scamper: SimScamper): Promise<void> {
  let next = 0;
  for (let idle = 0; idle < 20; idle++) {
    while (next < scamper.rcvNxt) {
      scamper.ack(next++);
      idle = 0;
    }
    await settle(2);
  }
}

async function zombieWithClient(bench: TestBench): Promise<{ scamper: SimScamper; client: SimClient }> {
  const scamper = await bench.attach({ script: silent });
  const client = bench.client();
  await settle();
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  return { scamper, client };
}

describe('the clients of an instance that does not acknowledge', () => {
  test('are not read beyond limits.instanceBuffer; nothing is lost when it does', async () => {
    await using bench = await startBench([], { limits });
    const scamper = await bench.attach({ script: silent, acknowledges: false });
    const client = bench.client();
    await settle();
    const taken = pump(client, 100);
    await settle(200);
    expect(taken()).toBeGreaterThanOrEqual(limits.instanceBuffer - PIECE);
    expect(taken()).toBeLessThanOrEqual(limits.instanceBuffer + 5 * PIECE);
    expect(bench.log.of('clients.held')).toHaveLength(1);
    await acknowledgeAll(scamper);
    expect(taken()).toBe(100 * PIECE);
    expect(numbersAt(scamper, 1)).toEqual(upTo(100));
  });

  test('that come later wait too, and are served in their turn', async () => {
    await using bench = await startBench([], { limits });
    const scamper = await bench.attach({ script: silent, acknowledges: false });
    pump(bench.client(), 50);
    await settle(200);
    const late = bench.client();
    const taken = pump(late, 20);
    await settle(100);
    expect(taken()).toBeLessThanOrEqual(5 * PIECE);
    await acknowledgeAll(scamper);
    expect(numbersAt(scamper, 1)).toEqual(upTo(50));
    expect(numbersAt(scamper, 2)).toEqual(upTo(20));
  });

  test('still get what it sends, and its end', async () => {
    await using bench = await startBench([], { limits });
    const scamper = await bench.attach({ script: silent, acknowledges: false });
    const client = bench.client();
    pump(client, 50);
    await settle(200);
    scamper.send(1, 'results');
    scamper.finish(1);
    await client.end;
    expect(client.text).toBe('results');
    expect(client.ended).toBe(true);
  });

  test('do not touch those of others', async () => {
    await using bench = await startBench([], { limits });
    await bench.attach({ script: silent, acknowledges: false });
    pump(bench.client(), 50);
    await settle(100);
    await bench.attach();
    const other = bench.client();
    other.send('ping\n');
    await other.until('OK id-1');
  });
});

describe('the clients of a zombie', () => {
  test('are held at limits.instanceBuffer, and everything arrives once and in order after the resume', async () => {
    await using bench = await startBench([keeping(900)], { limits });
    const { scamper, client } = await zombieWithClient(bench);
    const taken = pump(client, 100);
    await settle(200);
    expect(taken()).toBeLessThanOrEqual(limits.instanceBuffer + 5 * PIECE);
    expect(await bench.resume(scamper)).toBe(true);
    await settle(400);
    expect(numbersAt(scamper, 1)).toEqual(upTo(100));
    expect(scamper.violation).toBeUndefined();
  });

  test('may send tiny pieces: those are counted with what it takes to hold them', async () => {
    await using bench = await startBench([keeping(900)], { limits });
    const { client } = await zombieWithClient(bench);
    let taken = 0;
    for (let index = 0; index < 20_000; index++) {
      client.stream.write('x', () => taken++);
      if (index % 1_000 === 0) await settle(1);
    }
    await settle(200);
    // Without that, all of them would fit many times; the client's own stream takes 16 KiB of them.
    expect(taken).toBeLessThan(16_384 + 1_000);
    expect(bench.log.of('clients.held')).toHaveLength(1);
  });

  test('may say goodbye: it is told to the instance when that comes back', async () => {
    await using bench = await startBench([keeping(900)]);
    const { scamper, client } = await zombieWithClient(bench);
    client.send('last words');
    client.finish();
    await settle();
    expect(await bench.resume(scamper)).toBe(true);
    expect(await scamper.waitFor('data')).toMatchObject({ bytes: Buffer.from('last words') });
    expect(await scamper.waitFor('fin')).toEqual({ type: 'fin', channel: 1 });
    scamper.send(1, 'results');
    await client.until('results');
  });
});

describe('an instance that is heard but acknowledges nothing', () => {
  test('is disconnected after 60 s; until then it is sent keepalives when nothing else is', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = await bench.attach({ script: silent, acknowledges: false });
    bench.instance().open(new NotingSink());
    await scamper.waitFor('open');
    await bench.clock.advance(27_000);
    scamper.send(1, 'heard');
    await acked(scamper, 1);
    expect(bench.log.of('protocol.keepalive')).toEqual([]);
    await bench.clock.advance(28_000);
    await scamper.waitFor('keepalive');
    expect(bench.log.of('protocol.keepalive')).toHaveLength(1);
    scamper.send(1, 'heard');
    await acked(scamper, 2);
    expect(bench.instance().state).toBe('connected');
    await bench.clock.advance(7_000);
    await bench.log.waitFor('instance.disconnected', { code: 'SCR_INSTANCE_DEAF' });
  });
});

describe('an instance that does not take what is sent to it', () => {
  test('is not read either, and is disconnected after 60 s', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = await bench.attach({ script: silent });
    const client = bench.client();
    await settle();
    scamper.stall();
    pump(client, 100);
    await settle(100);
    await bench.clock.advance(59_000);
    expect(bench.instance().state).toBe('connected');
    await bench.clock.advance(1_000);
    const { message } = await bench.log.waitFor('instance.disconnected', { code: 'SCR_INSTANCE_DEAF' });
    expect(message).toBe('192.0.2.1:1025 disconnected: the instance does not take what is sent to it');
    expect(await bench.resume(scamper)).toBe(true);
    await settle(800);
    expect(numbersAt(scamper, 1)).toEqual(upTo(100));
  });

  test('goes on where it was when it takes it in time', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach({ script: silent });
    const client = bench.client();
    await bench.clock.advance(30_000);
    scamper.send(1, 'heard');
    await acked(scamper, 1);
    scamper.stall();
    const taken = pump(client, 100);
    await settle(100);
    expect(taken()).toBeLessThan(100 * PIECE);
    await bench.clock.advance(50_000);
    scamper.readOn();
    await settle(800);
    expect(numbersAt(scamper, 1)).toEqual(upTo(100));
    await bench.clock.advance(30_000);
    expect(bench.instance().state).toBe('connected');
  });
});
