import { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { ControlType, encodeAcks, encodeChannelControl, encodeKeepalive } from '../../core/protocol/control.js';
import { encodeFrame } from '../../core/protocol/frame.js';
import { SimClient, SimScamper, answering, memoryPair, settle, silent, startBench } from '../../testing/index.js';

/** A scamper and the controller's end of its connection, in the test's own hands. */
async function byHand(options: ConstructorParameters<typeof SimScamper>[1] = { script: silent }) {
  const [ours, theirs] = memoryPair();
  ours.resume();
  const scamper = new SimScamper(theirs, options);
  const say = async (...messages: Buffer[]): Promise<void> => {
    for (const message of messages) ours.write(message);
    await settle();
  };
  await settle(1);
  return { scamper, say, stream: ours };
}

const open = (sequence: number, channel = 1): Buffer =>
  encodeChannelControl(sequence, ControlType.CHANNEL_NEW, channel);
const fin = (sequence: number, channel = 1): Buffer => encodeChannelControl(sequence, ControlType.CHANNEL_FIN, channel);
const data = (sequence: number, channel = 1): Buffer => encodeFrame(sequence, channel, Buffer.from('x'));

describe('a simulated scamper drops the connection', () => {
  test.each([
    ['a wrong sequence number', [open(1)], 'sequence 1 where 0 was due'],
    ['a keepalive with a wrong number', [open(0), encodeKeepalive(0)], 'sequence 0 where 1 was due'],
    ['data on a channel that is not open', [data(0)], 'data for channel 1, which is not open'],
    ['a FIN of a channel that is not open', [fin(0)], 'CHANNEL_FIN for channel 1, which is not open'],
    ['a channel opened twice', [open(0), open(1)], 'channel 1 was opened twice'],
    ['an ACK where none is due', [encodeAcks(0, 0, 1)], 'ACK of 0 where none was due'],
    ['a message out of place', [encodeFrame(0, 0, Buffer.from([6, 0, 0, 0, 0]))], 'control message 6 is out of place'],
  ])('for %s', async (_what, messages, violation) => {
    const { scamper, say } = await byHand();
    await say(...messages);
    expect(scamper.violation).toBe(violation);
    await scamper.closed;
  });

  test.each([
    ['data', data(1)],
    ['a FIN', fin(1)],
  ])('for %s on a channel that it has finished', async (_what, message) => {
    const { scamper, say } = await byHand();
    await say(open(0));
    scamper.finish(1);
    await say(message);
    expect(scamper.violation).toMatch(/channel 1, which is not open$/);
    expect(scamper.rcvNxt).toBe(2); // it is counted, so a resume does not bring it again
  });

  test('for an ACK that is not the oldest’s', async () => {
    const { scamper, say } = await byHand();
    await say(open(0));
    scamper.send(1, 'a');
    scamper.send(1, 'b');
    await say(encodeAcks(1, 1, 1));
    expect(scamper.violation).toBe('ACK of 1 where 0 was due');
  });
});

describe('a simulated scamper', () => {
  test('answers commands as scamper does: DATA tells the length of what follows', async () => {
    await using bench = await startBench();
    await bench.attach({ script: answering((command) => `<${command}>`.padEnd(100, '.')) });
    const client = bench.client();
    client.send('ping 192.0.2.1\n');
    const text = await client.until('`\nMORE\n');
    const [, length = '', body = ''] = /^MORE\nOK id-1\nDATA (\d+) id-1\n([^]*)MORE\n$/.exec(text) ?? [];
    expect(body).toHaveLength(Number(length));
    expect(body.split('\n').map((line) => line.charCodeAt(0) - 32)).toEqual([45, 45, 10, 64, Number.NaN]);
  });

  test('waits for each kind of frame in its turn, also where it came already', async () => {
    const { scamper, say } = await byHand();
    await say(open(0), open(1, 2), encodeKeepalive(2));
    expect(await scamper.waitFor('open')).toEqual({ type: 'open', channel: 1 });
    expect(await scamper.waitFor('open')).toEqual({ type: 'open', channel: 2 });
    expect(await scamper.waitFor('keepalive')).toEqual({ type: 'keepalive' });
    const next = scamper.waitFor('fin');
    await say(fin(2, 2));
    expect(await next).toEqual({ type: 'fin', channel: 2 });
  });

  test('rejects what is waited for when the connection ends', async () => {
    const { scamper, stream } = await byHand();
    const waiting = scamper.waitFor('id');
    stream.destroy();
    await expect(waiting).rejects.toThrow(new Error('the connection ended: by the controller'));
    await expect(scamper.waitFor('id')).rejects.toThrow(new Error('the connection has ended'));
  });

  test('says why it dropped the connection to who waits', async () => {
    const { scamper, say } = await byHand();
    const waiting = scamper.waitFor('id').catch((thrown: unknown) => String(thrown));
    await say(data(0));
    expect(await waiting).toBe('Error: the connection ended: data for channel 1, which is not open');
  });

  test('acknowledges nothing when told so', async () => {
    const { scamper, say, stream } = await byHand({ script: silent, acknowledges: false });
    let heard = 0;
    stream.on('data', () => heard++);
    await say(open(0), data(1));
    expect([scamper.rcvNxt, heard]).toEqual([2, 0]);
  });

  test('counts from any number', async () => {
    const { scamper, say } = await byHand({ script: silent, sequence: 0xffffffff });
    await say(open(0xffffffff), data(0));
    expect(scamper.violation).toBeUndefined();
    expect(scamper.rcvNxt).toBe(1);
  });

  test('sends in several messages what is too long for one', async () => {
    const { scamper, say } = await byHand({ script: silent });
    await say(open(0));
    scamper.send(1, Buffer.alloc(65_536));
    expect(scamper.sndNxt).toBe(2);
  });

  test('can stop reading and go on', async () => {
    const { scamper, say } = await byHand();
    scamper.stall();
    await say(open(0));
    expect(scamper.received).toEqual([]);
    scamper.readOn();
    expect(await scamper.waitFor('open')).toEqual({ type: 'open', channel: 1 });
  });
});

test('the bench tells when there is no such instance', async () => {
  await using bench = await startBench();
  expect(() => bench.instance()).toThrow(new Error('there is no such instance'));
  expect(() => bench.client()).toThrow(new Error('there is no such instance'));
  await bench.attach();
  expect(bench.client()).toBeInstanceOf(SimClient);
  expect(bench.client().stream).toBeInstanceOf(Duplex);
});
