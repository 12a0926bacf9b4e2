import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Channel } from '../../../core/relay/channel.js';
import { BLOCK, Turn } from '../../../core/memory/turn.js';
import { StreamClient } from '../../../core/relay/stream-client.js';
import { SimClient, memoryPair, silent, startBench } from '../../../testing/index.js';
import { inOneRead } from '../support/in-one-read.js';
import { NotingSink, sinkThat } from '../support/noting-sink.js';

/** Keeps what it is given as it is, and lets it go when it is told to. */
interface Holding extends Duplex {
  readonly given: Buffer[];
  /** The oldest write goes through. */
  letGo(): void;
}

function holding(stream: Duplex): Holding {
  const given: Buffer[] = [];
  const waiting: (() => void)[] = [];
  const _write = (chunk: Buffer, _encoding: string, done: () => void): void => {
    given.push(chunk);
    waiting.push(done);
  };
  const _read = (): void => undefined;
  Object.defineProperty(stream, '_writev', { value: undefined });
  return Object.assign(stream, { given, letGo: () => waiting.shift()?.(), _write, _read });
}

const socket = (): Holding => holding(new Socket());
const otherStream = (): Holding => holding(new Duplex());

/** A client on a stream, that counts how often its port is told that it is ready. */
function clientOn(stream: Holding) {
  const turn = new Turn();
  const client = new StreamClient(stream, turn);
  const port = { readies: 0, ready: () => port.readies++, close: () => undefined, tellOfError: () => undefined };
  client.use(port as unknown as Channel);
  return { turn, client, port };
}

/** Bytes that a read brought. */
function brought(turn: Turn, text: string): Buffer {
  const at = turn.append(Buffer.from(text), 0, text.length);
  return turn.block.bytes.subarray(at, at + text.length);
}

function eventually(what: () => unknown) {
  return expect.poll(what, { interval: 1 });
}

describe('memory of a read', () => {
  test('is given to a socket as it is, and stays as it is until all has gone through', async () => {
    const stream = socket();
    const { turn, client, port } = clientOn(stream);
    const took = turn.run(() => client.data([brought(turn, 'one')]));
    expect(took).toBe(false);
    expect(stream.given[0]?.buffer).toBe(turn.block.bytes.buffer);
    expect(turn.block.pins).toBe(1);
    turn.run(() => client.data([brought(turn, 'two')]));
    expect(turn.block.pins).toBe(1);
    for (let taken = 1; taken <= 3; taken++) {
      stream.letGo(); // each is followed by an empty write, whose callback tells that it has gone through
      await eventually(() => stream.given.length).toBe(taken + 1);
      expect([turn.block.pins, port.readies]).toEqual([1, 0]);
    }
    stream.letGo();
    await eventually(() => port.readies).toBeGreaterThan(0);
    expect(turn.block.pins).toBe(0);
    expect(stream.given.join('')).toBe('onetwo');
  });

  test('that goes through at once is free at once', () => {
    const stream = Object.assign(socket(), { _write: (_chunk: Buffer, _encoding: string, done: () => void) => done() });
    const { turn, client } = clientOn(stream);
    expect(turn.run(() => client.data([brought(turn, 'one')]))).toBe(true);
    expect(turn.block.pins).toBe(0);
  });

  test('is copied for a socket where too many blocks are pinned already', () => {
    const stream = socket();
    const { turn, client } = clientOn(stream);
    const block = Buffer.alloc(BLOCK);
    for (let count = 0; count < 32; count++) {
      turn.run(() => {
        turn.append(block, 0, BLOCK);
        turn.pin();
      });
    }
    turn.run(() => client.data([brought(turn, 'one')]));
    expect(stream.given.map(String)).toEqual(['one']);
    expect(stream.given[0]?.buffer === turn.block.bytes.buffer).toBe(false);
    expect(turn.block.pins).toBe(0);
  });

  test('is copied for any other stream, which may keep it, though not all of a batch lies there', () => {
    const stream = otherStream();
    const { turn, client } = clientOn(stream);
    turn.run(() => client.data([brought(turn, 'one'), Buffer.from(' and more')]));
    turn.run(() => brought(turn, 'ooo'));
    stream.letGo();
    expect(String(stream.given[0])).toBe('one');
    expect(turn.block.pins).toBe(0);
  });

  test('is free when the client is gone', () => {
    const stream = socket();
    const { turn, client } = clientOn(stream);
    turn.run(() => client.data([brought(turn, 'one')]));
    client.closed();
    expect(turn.block.pins).toBe(0);
    expect(stream.destroyed).toBe(true);
  });
});

test('other memory is given as it is; nothing is pinned for it, and the port is told when it has gone', async () => {
  for (const stream of [socket(), otherStream()]) {
    const { turn, client, port } = clientOn(stream);
    const bytes = Buffer.from('bytes');
    expect(turn.run(() => client.data([bytes]))).toBe(false);
    expect(stream.given).toEqual([bytes]);
    expect(stream.given[0]?.buffer).toBe(bytes.buffer);
    expect(turn.block.pins).toBe(0);
    stream.letGo();
    await eventually(() => port.readies).toBe(1);
  }
});

test('what is put on a channel together with results leaves them as they were, though the client reads late', async () => {
  await using bench = await startBench();
  const scamper = await bench.attach({ script: silent });
  const meddling = sinkThat({ data: () => channel.send('toClient', Buffer.from(' and more')) });
  bench.instance().open(meddling);
  const [ours, theirs] = memoryPair();
  const channel = bench.instance().connect(ours);
  const other = new NotingSink();
  bench.instance().open(other);
  await eventually(() => scamper.channels.size).toBe(3);
  inOneRead(scamper, () => {
    scamper.send(2, 'results');
    scamper.send(1, 'for the other');
  });
  await eventually(() => theirs.readableLength).toBe('results and more'.length);
  scamper.send(3, 'oooooooooooooooooooooooo');
  await eventually(() => other.text).toContain('o');
  expect(await new SimClient(theirs).until('more')).toBe('results and more');
});
