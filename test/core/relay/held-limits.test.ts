import { describe, expect, test } from 'vitest';
import type { ChannelView, Port } from '../../../plugin-sdk/index.js';
import { type TestBench, memoryPair, silent, startBench } from '../../../testing/index.js';
import { inOneRead } from '../support/in-one-read.js';
import { NotingSink, sinkThat } from '../support/noting-sink.js';
import { keeping } from '../support/plugins.js';

const LIMIT = 65_536;

/** An instance that acknowledges nothing by itself, with a client. */
async function unanswering() {
  const bench = await startBench([keeping(900)], { limits: { instanceBuffer: LIMIT } });
  const scamper = await bench.attach({ script: silent, acknowledges: false });
  const sink = new NotingSink();
  return { bench, scamper, sink, port: bench.instance().open(sink) };
}

const heldBy = (bench: TestBench): number => bench.instance().figures().held;

/** Sends messages until exactly so many octets more are held, what each costs besides included. @returns how many */
function hold(bench: TestBench, port: Port, octets: number): number {
  const until = heldBy(bench) + octets;
  const before = heldBy(bench);
  port.send(Buffer.alloc(1));
  const overhead = heldBy(bench) - before - 1;
  let count = 1;
  for (let left = until - heldBy(bench); left > 0; left = until - heldBy(bench), count++) {
    port.send(Buffer.alloc(left > 30_000 ? 20_000 : left - overhead));
  }
  return count;
}

function eventually(what: () => unknown) {
  return expect.poll(what, { interval: 1 });
}

describe('limits.instanceBuffer', () => {
  test('may be held to the last octet before clients are told to wait; they are told once', async () => {
    const { bench, port, sink } = await unanswering();
    await using _bench = bench;
    hold(bench, port, LIMIT - heldBy(bench));
    expect([heldBy(bench), sink.notes]).toEqual([LIMIT, []]);
    expect(port.send(Buffer.alloc(1))).toBe(false);
    expect(port.send(Buffer.alloc(1))).toBe(false);
    expect(sink.notes).toEqual(['pace false']);
  });

  test.each([
    { what: 'half of it', more: 0, notes: ['pace false', 'pace true'] },
    { what: 'an octet more than half of it', more: 1, notes: ['pace false'] },
  ])('clients are told to go on, or not, when $what is held', async ({ more, notes }) => {
    const { bench, scamper, port, sink } = await unanswering();
    await using _bench = bench;
    const acknowledged = 1 + hold(bench, port, LIMIT);
    hold(bench, port, LIMIT / 2 + more);
    expect(sink.notes).toEqual(['pace false']);
    await eventually(() => scamper.rcvNxt).toBeGreaterThanOrEqual(acknowledged);
    for (let sequence = 0; sequence < acknowledged; sequence++) scamper.ack(sequence);
    await eventually(() => heldBy(bench)).toBe(LIMIT / 2 + more);
    expect(sink.notes).toEqual(notes);
    expect(bench.instance().figures().clientsArePaused).toBe(more > 0);
  });

  test('may be held twice before no client more is let in', async () => {
    const { bench, port } = await unanswering();
    await using _bench = bench;
    hold(bench, port, 2 * LIMIT - heldBy(bench));
    bench.instance().open(new NotingSink());
    expect(heldBy(bench)).toBeGreaterThan(2 * LIMIT);
    const crowded = expect.objectContaining({ code: 'SCR_INSTANCE_FULL' });
    expect(() => bench.instance().open(new NotingSink())).toThrow(crowded);
    expect(() => bench.client()).toThrow(crowded);
  });

  test.each([
    { what: 'eight times', more: 0, resumes: true },
    { what: 'an octet more than eight times', more: 1, resumes: false },
  ])('a resume with $what of it held', async ({ more, resumes }) => {
    const { bench, scamper, port } = await unanswering();
    await using _bench = bench;
    hold(bench, port, 8 * LIMIT - heldBy(bench) + more);
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    expect(heldBy(bench)).toBe(8 * LIMIT + more);
    expect(await bench.resume(scamper)).toBe(resumes);
  });
});

describe('a client that comes while others wait', () => {
  test('is not read, although it has sent something already', async () => {
    const { bench, scamper, port } = await unanswering();
    await using _bench = bench;
    hold(bench, port, LIMIT);
    const [ours, theirs] = memoryPair();
    theirs.write('early');
    await eventually(() => ours.readableLength).toBe('early'.length);
    // As a socket comes: outside of any microtask.
    const channel = await new Promise<ChannelView>((resolve) => {
      setImmediate(() => resolve(bench.instance().connect(ours)));
    });
    await eventually(() => scamper.channels.size).toBe(2);
    expect(channel.figures().bytesToInstance).toBe(0);
    expect(ours.readableLength).toBe('early'.length);
  });

  test('in the very read that lets them go on is not told to wait afterwards', async () => {
    const { bench, scamper, sink, port } = await unanswering();
    await using _bench = bench;
    const late = new NotingSink();
    const opening = sinkThat({ data: () => bench.instance().open(late).send(Buffer.from('x')) });
    bench.instance().open(opening);
    hold(bench, port, LIMIT);
    await eventually(() => scamper.channels.size).toBe(2);
    await eventually(() => scamper.rcvNxt).toBe(bench.instance().figures().messagesToInstance);
    inOneRead(scamper, () => {
      scamper.send(2, 'open another');
      for (let sequence = 0; sequence < scamper.rcvNxt; sequence++) scamper.ack(sequence);
    });
    await eventually(() => sink.notes).toEqual(['pace false', 'pace true']);
    await eventually(() => scamper.channels.size).toBe(3);
    expect(late.notes).toEqual(['pace true']);
  });
});
