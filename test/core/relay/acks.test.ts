import type { Duplex } from 'node:stream';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { Acks } from '../../../core/relay/acks.js';
import { ipPeer } from '../../../plugin-sdk/index.js';
import { SimScamper, memoryPair, settle, silent, startBench } from '../../../testing/index.js';
import { acked } from '../support/acked.js';
import { plugin } from '../support/plugins.js';

/** A bench whose one instance tells how often it was written to. */
async function counting() {
  let announce: (stream: Duplex) => void = () => undefined;
  const transport = plugin('counted', (controller) => {
    announce = (stream) => controller.announce({ stream, peer: ipPeer('192.0.2.1', 9) });
  });
  const bench = await startBench([transport]);
  const [ours, theirs] = memoryPair();
  announce(ours);
  const scamper = new SimScamper(theirs, { script: silent });
  await scamper.attach();
  const client = bench.client();
  await scamper.waitFor('open');
  await settle();
  const writes: number[] = [];
  const write = ours._write.bind(ours);
  ours._write = (chunk: Buffer, encoding, done) => {
    writes.push(chunk.length);
    write(chunk, encoding, done);
  };
  return { bench, scamper, client, writes };
}

describe('a debtor', () => {
  const debtor = () => ({ paid: 0, acknowledge() { this.paid++; } }); // prettier-ignore

  test('pays in the eighth turn of the event loop, once, however often it is asked', async () => {
    const acks = new Acks();
    const one = debtor();
    acks.wait(one);
    await settle(3);
    acks.wait(one); // waits no longer for that
    await settle(4);
    expect(one.paid).toBe(0);
    await settle(1);
    expect(one.paid).toBe(1);
    const later = debtor();
    acks.wait(later);
    await vi.waitFor(() => expect(later.paid).toBe(1));
    expect(one.paid).toBe(1);
  });

  test('waits its own time where others pay before; and may owe again', async () => {
    const acks = new Acks();
    const [one, two] = [debtor(), debtor()];
    acks.wait(one);
    await settle(5);
    acks.wait(two);
    await settle(3);
    expect([one.paid, two.paid]).toEqual([1, 0]);
    acks.wait(one);
    await settle(5);
    expect([one.paid, two.paid]).toEqual([1, 1]);
    await settle(3);
    expect([one.paid, two.paid]).toEqual([2, 1]);
    acks.wait(two); // after all have paid
    await settle(8);
    expect(two.paid).toBe(2);
  });
});

describe('the event loop', () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  test('turns for debtors, for all of them together, and no longer than any of them waits', () => {
    const turns: (() => void)[] = [];
    vi.stubGlobal('setImmediate', (turn: () => void) => turns.push(turn));
    const acks = new Acks();
    const debtors = [1, 2].map(() => ({ acknowledge: () => paid.push(taken) }));
    const paid: number[] = [];
    let taken = 0;
    for (const debtor of debtors) acks.wait(debtor);
    while (turns.length > 0 && taken < 20) {
      taken++;
      turns.shift()?.();
    }
    expect([taken, paid]).toEqual([8, [8, 8]]);
  });
});

const ACK = 15;

describe('ACKs', () => {
  test('leave soon although nothing else does', async () => {
    const { bench, scamper, writes } = await counting();
    await using _bench = bench;
    scamper.send(1, 'one');
    await acked(scamper, 1);
    expect(writes).toEqual([ACK]);
  });

  test('of messages that come one after the other share a write', async () => {
    const { bench, scamper, writes } = await counting();
    await using _bench = bench;
    for (const text of ['one', 'two', 'three']) {
      scamper.send(1, text);
      await settle(1);
    }
    await acked(scamper, 3);
    expect(writes).toEqual([3 * ACK]);
  });

  test('go with what is sent meanwhile, behind it', async () => {
    const { bench, scamper, client, writes } = await counting();
    await using _bench = bench;
    scamper.send(1, 'MORE\n');
    await client.until('MORE\n');
    client.send('ping\n');
    await acked(scamper, 1);
    expect(writes).toEqual([10 + 'ping\n'.length + ACK]);
    expect(scamper.received.slice(-2).map(({ type }) => type)).toEqual(['data', 'ack']);
  });

  test('wait no longer when there are eight', async () => {
    const { bench, scamper, client, writes } = await counting();
    await using _bench = bench;
    const frames: Uint8Array[] = [];
    scamper.raw = (bytes) => void frames.push(bytes);
    for (let count = 0; count < 9; count++) scamper.send(1, `${count}`);
    Reflect.deleteProperty(scamper, 'raw');
    scamper.raw(Buffer.concat(frames));
    await client.until('8');
    expect(writes).toEqual([9 * ACK]);
  });

  test('that are owed when the connection is lost are not sent on the next one', async () => {
    const { bench, scamper } = await counting();
    await using _bench = bench;
    scamper.send(1, 'one');
    scamper.cut();
    await settle();
    expect(scamper.violation).toBeUndefined();
  });
});
