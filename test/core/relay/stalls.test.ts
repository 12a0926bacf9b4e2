import { describe, expect, test } from 'vitest';
import type { Limits } from '../../../core/contract/limits.js';
import type { ClientOrigin, Ending, Port } from '../../../plugin-sdk/index.js';
import { type SimScamper, type TestBench, memoryPair, SimClient, silent, startBench } from '../../../testing/index.js';
import { atRest, taken } from '../../bounds/support/flow.js';
import { NotingSink } from '../support/noting-sink.js';
import { keeping } from '../support/plugins.js';

/** Octets that fill a backlog. */
const FULL = 4_096;
const SECOND = 1_000;

const mallory: ClientOrigin = { credentials: { uid: 666, gid: 666, pid: 1 } };
const alice: ClientOrigin = { credentials: { uid: 1000, gid: 1000, pid: 2 } };

/** A client that says itself whether it is full. */
class Offender extends NotingSink {
  override full = true;
  port: Port | undefined;
  whenClosed = (): unknown => undefined;

  override closed(ending: Ending): void {
    super.closed(ending);
    this.whenClosed();
  }

  /** Takes everything, and is full again at once. */
  take(): void {
    this.port?.ready();
  }

  get isDropped(): boolean {
    return this.notes.includes('closed SCR_CLIENT_TOO_SLOW');
  }
}

/** An instance, a client of it that takes everything, and what is needed to add others that do not. */
class World {
  #droppedAt = 0;

  constructor(
    readonly bench: TestBench,
    readonly scamper: SimScamper,
  ) {}

  static async start(limits: Partial<Limits> = {}): Promise<World> {
    const bench = await startBench([keeping(900)], { limits: { clientBuffer: FULL, clientStall: 600, ...limits } });
    return new World(bench, await bench.attach({ script: silent }));
  }

  get isPaused(): boolean {
    return this.bench.instance().figures().isPaused;
  }

  async honest(origin: ClientOrigin = alice): Promise<NotingSink> {
    const sink = new NotingSink();
    this.bench.instance().open(sink, origin);
    await this.scamper.waitFor('open');
    return sink;
  }

  async offender(origin: ClientOrigin = mallory): Promise<Offender> {
    const sink = new Offender();
    sink.whenClosed = () => (this.#droppedAt = this.bench.clock.now());
    sink.port = this.bench.instance().open(sink, origin);
    await this.scamper.waitFor('open');
    return sink;
  }

  /** Sends a client more than its backlog holds, and lets it flow. */
  async fill(...sinks: Offender[]): Promise<void> {
    for (const { port } of sinks) {
      const channel = port?.channel.id ?? 0;
      this.scamper.send(channel, 'x'); // now it is full
      this.scamper.send(channel, 'x'.repeat(FULL));
    }
    await atRest(() => taken(this.scamper));
  }

  /** How long the instance stays held up, in milliseconds, at most so long. */
  async heldFor(most: number): Promise<number> {
    const { clock } = this.bench;
    const start = clock.now();
    const end = start + most;
    let until = end;
    const seen = this.bench.log.of('client.dropped').length;
    while (this.isPaused && clock.now() < end) {
      await clock.advance(Math.min(100, end - clock.now()));
    }
    if (this.bench.log.of('client.dropped').length > seen) until = this.#droppedAt;
    else if (!this.isPaused) until = start;
    return until - start;
  }
}

describe('while an instance has other clients, one that does not take its results', () => {
  test('holds it up for limits.sharedStall at most, and is disconnected', async () => {
    const world = await World.start();
    await using bench = world.bench;
    const honest = await world.honest();
    const never = await world.offender();
    await world.fill(never);
    expect(world.isPaused).toBe(true);
    world.scamper.send(1, 'at last');
    await bench.clock.advance(2 * SECOND - 1);
    expect(world.isPaused).toBe(true);
    expect(honest.text).toBe('');
    await bench.clock.advance(1);
    expect(never.isDropped).toBe(true);
    const [{ level, message, fields } = { level: '', message: '', fields: {} }] = bench.log.of('client.dropped');
    expect(level).toBe('warn');
    expect(message).toContain('192.0.2.1:1025 channel 2: the client does not keep pace');
    expect(fields).toMatchObject({ code: 'SCR_CLIENT_TOO_SLOW', instance: '192.0.2.1:1025', channel: 2 });
    await atRest(() => taken(world.scamper));
    expect(honest.text).toBe('at last');
    expect(await world.scamper.waitFor('fin')).toEqual({ type: 'fin', channel: 2 });
  });

  test.each([
    { what: 'every second', every: SECOND, drops: 1 },
    { what: 'every 14 seconds', every: 14 * SECOND, drops: 1 },
  ])('that takes everything $what, and no less, is disconnected all the same', async ({ every }) => {
    const world = await World.start();
    await using bench = world.bench;
    await world.honest();
    const offender = await world.offender();
    let held = 0;
    while (!offender.isDropped) {
      await world.fill(offender);
      held += await world.heldFor(every);
      offender.take();
    }
    expect(held).toBe(2 * SECOND);
    expect(bench.log.of('client.dropped')).toHaveLength(1);
  });

  test('has its time back within a minute, and no sooner', async () => {
    const world = await World.start();
    await using bench = world.bench;
    await world.honest();
    const offender = await world.offender();
    const holdUp = async (most: number): Promise<number> => {
      await world.fill(offender);
      const held = await world.heldFor(most);
      offender.take();
      offender.take();
      return held;
    };
    expect(await holdUp(1_900)).toBe(1_900);
    await bench.clock.advance(30 * SECOND); // a second comes back
    expect(await holdUp(1_000)).toBe(1_000);
    await bench.clock.advance(57 * SECOND);
    expect(await holdUp(1_990)).toBe(1_990);
    expect(offender.isDropped).toBe(false);
    await bench.clock.advance(3 * SECOND); // a tenth of a second
    expect(await holdUp(SECOND)).toBe(100 + 10);
    expect(offender.isDropped).toBe(true);
  });

  test('has no other time when it comes again, and does not hold up the instance at all once there is none', async () => {
    const world = await World.start();
    await using bench = world.bench;
    const honest = await world.honest();
    let held = 0;
    for (let round = 0; round < 30; round++) {
      const offender = await world.offender();
      await world.fill(offender);
      held += await world.heldFor(10 * SECOND);
      if (round % 2 === 0) offender.port?.close();
      world.scamper.send(1, `${round} `);
      await bench.clock.advance(2 * SECOND - 100);
    }
    // Timers have whole milliseconds: each round may take one more.
    expect(held).toBeGreaterThanOrEqual(2 * SECOND);
    expect(held).toBeLessThanOrEqual(2 * SECOND + bench.clock.now() / 30 + 30);
    expect(held).toBeLessThan(0.1 * bench.clock.now());
    const [last, sink] = [await world.offender(), await world.offender()];
    await world.fill(last);
    while (!last.isDropped) await bench.clock.advance(1);
    await world.fill(sink); // not a millisecond later
    expect([last.isDropped, sink.isDropped, world.isPaused]).toEqual([true, true, false]);
    await atRest(() => taken(world.scamper));
    expect(honest.text).toBe(Array.from({ length: 30 }, (_each, round) => `${round} `).join(''));
  });

  test('spends the time of its user: ten have no more than one', async () => {
    const world = await World.start();
    await using bench = world.bench;
    await world.honest();
    const offenders: Offender[] = [];
    for (let count = 0; count < 10; count++) offenders.push(await world.offender());
    await world.fill(...offenders);
    expect(await world.heldFor(60 * SECOND)).toBe(2 * SECOND);
    const goneAtOnce = offenders.filter(({ isDropped }) => isDropped).length;
    expect(goneAtOnce).toBeGreaterThan(0);
    // The others were not full yet.
    for (const one of offenders.filter(({ isDropped }) => !isDropped)) await world.fill(one);
    expect(offenders.every(({ isDropped }) => isDropped)).toBe(true);
    expect(world.isPaused).toBe(false);
    expect(bench.log.of('client.dropped')).toHaveLength(10);
  });

  test.each([
    { what: 'of ten users', origin: (uid: number): ClientOrigin => ({ credentials: { uid, gid: 1, pid: 1 } }) },
    {
      what: 'from ten addresses',
      origin: (last: number): ClientOrigin => ({ peer: { kind: 'ip', address: `192.0.2.${last}`, port: 5 } }),
    },
  ])('ten of them $what hold it up a quarter longer together than one', async ({ origin }) => {
    const world = await World.start();
    await using bench = world.bench;
    await world.honest();
    let held = 0;
    for (let uid = 0; uid < 10; uid++) {
      const offender = await world.offender(origin(uid));
      await world.fill(offender);
      const then = bench.clock.now();
      while (world.isPaused && bench.clock.now() - then < 500) await bench.clock.advance(10);
      held += bench.clock.now() - then;
      offender.port?.close();
    }
    expect(held).toBeGreaterThanOrEqual(2_500);
    expect(held).toBeLessThanOrEqual(2_500 + (2_500 * 5) / 60);
  });

  test.each([
    { what: 'without credentials', origin: {} },
    {
      what: 'known by a certificate',
      origin: { tls: { authorized: true, names: [], fingerprint256: 'AB', subject: 'CN=x', protocol: 'TLSv1.3' } },
    },
  ])('is bounded $what too', async ({ origin }) => {
    const world = await World.start();
    await using bench = world.bench;
    await world.honest();
    for (const most of [2 * SECOND, 0]) {
      const offender = await world.offender(origin);
      await world.fill(offender);
      expect(await world.heldFor(10 * SECOND)).toBe(most);
      expect(offender.isDropped).toBe(true);
    }
    expect(bench.log.of('client.dropped')).toHaveLength(2);
  });

  test('costs a neighbour nothing that takes its results, of the same user too', async () => {
    const world = await World.start();
    await using bench = world.bench;
    const honest = await world.honest(mallory);
    for (let round = 0; round < 5; round++) {
      const offender = await world.offender();
      await world.fill(offender);
      await world.heldFor(10 * SECOND);
      world.scamper.send(1, 'x'.repeat(3 * FULL));
      await atRest(() => taken(world.scamper));
    }
    expect(honest.text).toBe('x'.repeat(15 * FULL));
    expect(bench.log.of('client.dropped').map(({ fields }) => fields['channel'])).toEqual([2, 3, 4, 5, 6]);
  });

  test('spends nothing of the time of another instance', async () => {
    const world = await World.start();
    await using bench = world.bench;
    await world.honest();
    await world.fill(await world.offender());
    expect(await world.heldFor(10 * SECOND)).toBe(2 * SECOND);
    const other = new World(bench, await bench.attach({ script: silent }));
    await other.honest();
    await other.fill(await other.offender());
    expect(await other.heldFor(10 * SECOND)).toBe(2 * SECOND);
  });

  test('is half-closed: it spends as any other', async () => {
    const world = await World.start();
    await using bench = world.bench;
    await world.honest();
    const offender = await world.offender();
    offender.port?.finish();
    await world.fill(offender);
    expect(await world.heldFor(10 * SECOND)).toBe(2 * SECOND);
    expect(bench.log.of('client.dropped')).toHaveLength(1);
  });

  test('spends nothing once the instance has finished its channel, nor while the instance is away', async () => {
    const world = await World.start();
    await using bench = world.bench;
    await world.honest();
    const offender = await world.offender();
    await world.fill(offender);
    world.scamper.cut();
    await bench.clock.advance(60 * SECOND);
    expect(await bench.resume(world.scamper)).toBe(true);
    expect(world.isPaused).toBe(true);
    expect(await world.heldFor(10 * SECOND)).toBe(2 * SECOND);
    const finished = await world.offender();
    world.scamper.send(3, 'x');
    world.scamper.send(3, 'x'.repeat(FULL - 1));
    world.scamper.finish(3);
    await atRest(() => taken(world.scamper));
    await bench.clock.advance(10 * SECOND);
    expect([finished.isDropped, world.isPaused]).toEqual([false, false]);
  });

  test('with a limit of no seconds is disconnected as soon as its backlog is full', async () => {
    const world = await World.start({ sharedStall: 0 });
    await using _bench = world.bench;
    await world.honest();
    const offender = await world.offender();
    await world.fill(offender);
    expect([offender.isDropped, world.isPaused]).toEqual([true, false]);
  });
});

describe('a client that is alone', () => {
  test('has limits.clientStall, and spends nothing', async () => {
    const world = await World.start({ clientStall: 15 });
    await using bench = world.bench;
    const alone = await world.offender();
    await world.fill(alone);
    await bench.clock.advance(14 * SECOND);
    expect(world.isPaused).toBe(true);
    await bench.clock.advance(2 * SECOND);
    expect(alone.notes).toContain('closed SCR_CLIENT_STALLED');
    await world.honest();
    await world.fill(await world.offender());
    expect(await world.heldFor(10 * SECOND)).toBe(2 * SECOND);
  });

  test('goes on into its backlog when another one joins, and spends time when that is full', async () => {
    const world = await World.start();
    await using bench = world.bench;
    const first = await world.offender();
    const id = first.port?.channel.id ?? 0;
    world.scamper.send(id, 'x');
    world.scamper.send(id, 'y');
    await atRest(() => taken(world.scamper));
    await bench.clock.advance(100 * SECOND);
    expect(world.isPaused).toBe(true);
    await world.honest();
    expect(world.isPaused).toBe(false);
    world.scamper.send(id, 'z'.repeat(FULL));
    await atRest(() => taken(world.scamper));
    expect(await world.heldFor(10 * SECOND)).toBe(2 * SECOND);
    expect(first.isDropped).toBe(true);
  });

  test('spends time from when another one joins, and no more once that has left', async () => {
    const world = await World.start();
    await using bench = world.bench;
    const offender = await world.offender();
    await world.fill(offender);
    await bench.clock.advance(100 * SECOND);
    for (let round = 0; round < 3; round++) {
      const passing = world.bench.instance().open(new NotingSink(), alice);
      await bench.clock.advance(600);
      passing.close();
      await bench.clock.advance(5 * SECOND);
      expect(offender.isDropped).toBe(false);
    }
    await world.honest();
    // What was left of two seconds, and what came back meanwhile.
    const held = await world.heldFor(10 * SECOND);
    expect(Math.abs(held - 200 - (3 * 5 * 2 * SECOND) / 60)).toBeLessThanOrEqual(1);
    expect(offender.isDropped).toBe(true);
  });
});

test('what was delivered is the beginning of what was sent, octet by octet; the others have it all', async () => {
  await using bench = await startBench([], { limits: { clientBuffer: 65_536 } });
  const scamper = await bench.attach({ script: silent });
  const clients = [0, 1].map(() => {
    const [ours, theirs] = memoryPair();
    bench.instance().connect(ours);
    return new SimClient(theirs);
  });
  const [slow, swift] = clients;
  if (slow === undefined || swift === undefined) throw new Error('two were made');
  slow.stream.pause();
  const text = Array.from({ length: 30_000 }, (_each, index) => `${index} `).join('');
  for (let at = 0; at < text.length; at += 8_000) {
    for (const channel of [1, 2]) scamper.send(channel, text.slice(at, at + 8_000));
  }
  await atRest(() => taken(scamper));
  await bench.clock.advance(2 * SECOND);
  await bench.log.waitFor('client.dropped', { code: 'SCR_CLIENT_TOO_SLOW', channel: 1 });
  slow.stream.resume();
  await slow.end;
  await atRest(() => taken(scamper));
  expect(text.startsWith(slow.text)).toBe(true);
  expect(slow.text.length).toBeLessThan(text.length);
  expect(swift.text === text).toBe(true);
  expect(scamper.violation).toBeUndefined();
});
