import { describe, expect, test } from 'vitest';
import { type SimScamper, type TestBench, silent, startBench } from '../../../testing/index.js';
import { NotingSink } from '../support/noting-sink.js';
import { keeping, plugin } from '../support/plugins.js';

function eventually(what: () => unknown) {
  return expect.poll(what, { interval: 1 });
}

async function opened(bench: TestBench, scamper: SimScamper) {
  const port = bench.instance().open(new NotingSink());
  await scamper.waitFor('open');
  return port;
}

describe('the figures of an instance', () => {
  test('begin at nothing', async () => {
    await using bench = await startBench();
    await bench.attach({ script: silent });
    expect(bench.instance().figures()).toEqual({
      bytesFromInstance: 0,
      bytesToInstance: 0,
      messagesFromInstance: 0,
      messagesToInstance: 0,
      resumes: 0,
      held: 0,
      isPaused: false,
      clientsArePaused: false,
      lostAt: undefined,
      keptUntil: undefined,
      roundTrip: undefined,
    });
  });

  test('count bytes and messages each way, clients that left included', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach({ script: silent });
    const [one, other] = [await opened(bench, scamper), await opened(bench, scamper)];
    one.send(Buffer.from('12345'));
    other.send(Buffer.from('123'));
    scamper.send(1, '1234567');
    scamper.send(2, '12');
    await eventually(() => bench.instance().figures().bytesFromInstance).toBe(9);
    one.close();
    await scamper.waitFor('fin');
    expect(bench.instance().figures()).toMatchObject({
      bytesFromInstance: 9,
      bytesToInstance: 8,
      messagesFromInstance: 2,
      messagesToInstance: 5, // two openings, two commands, one end
    });
    expect(one.channel.figures()).toMatchObject({ bytesFromInstance: 7, bytesToInstance: 5, waiting: 0 });
    expect(bench.instance().channels()).toEqual([other.channel]);
  });

  test('do not count what comes for a client that has left', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach({ script: silent });
    (await opened(bench, scamper)).close();
    scamper.send(1, 'late');
    await eventually(() => bench.instance().figures().messagesFromInstance).toBe(1);
    expect(bench.instance().figures().bytesFromInstance).toBe(0);
  });

  test('count results before handlers of data, commands behind them; what is put on a channel counts as sent', async () => {
    const doubling = plugin('doubling', ({ hooks }) => hooks.data.tap((bytes) => Buffer.concat([bytes, bytes])));
    await using bench = await startBench([doubling]);
    const scamper = await bench.attach({ script: silent });
    const port = await opened(bench, scamper);
    port.send(Buffer.from('12'));
    port.channel.send('toInstance', Buffer.from('1'));
    port.channel.send('toClient', Buffer.from('not from the instance'));
    scamper.send(1, '123');
    await eventually(() => port.channel.figures().bytesFromInstance).toBe(3);
    expect(port.channel.figures().bytesToInstance).toBe(5);
  });

  test('last across resumes, and count them', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = await bench.attach({ script: silent });
    const port = await opened(bench, scamper);
    const opened_at = bench.clock.date();
    port.send(Buffer.from('12345'));
    scamper.send(1, '123');
    await eventually(() => port.channel.figures().bytesFromInstance).toBe(3);
    await bench.clock.advance(1_000);
    const lostAt = bench.clock.date();
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    port.send(Buffer.from('67'));
    expect(bench.instance().figures()).toMatchObject({
      bytesToInstance: 7,
      resumes: 0,
      lostAt,
      keptUntil: new Date(lostAt.getTime() + 900_000),
      isPaused: false,
    });
    expect(bench.instance().figures().held).toBeGreaterThan(2);
    expect(await bench.resume(scamper)).toBe(true);
    await scamper.waitFor('data');
    scamper.send(1, '4567');
    await eventually(() => port.channel.figures().bytesFromInstance).toBe(7);
    expect(bench.instance().figures()).toMatchObject({
      bytesFromInstance: 7,
      bytesToInstance: 7,
      messagesFromInstance: 2,
      messagesToInstance: 3, // what is sent again counts once
      resumes: 1,
      held: 0,
      lostAt: undefined,
      keptUntil: undefined,
    });
    expect(port.channel.figures().openedAt).toEqual(opened_at);
    expect(await bench.resume(scamper)).toBe(true);
    expect(bench.instance().figures().resumes).toBe(2);
  });

  test('stay as they were when it is gone', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach({ script: silent });
    const port = await opened(bench, scamper);
    scamper.send(1, '123');
    await eventually(() => port.channel.figures().bytesFromInstance).toBe(3);
    const instance = bench.instance();
    scamper.cut();
    await bench.log.waitFor('instance.gone');
    port.close();
    expect(instance.figures()).toMatchObject({ bytesFromInstance: 3, isPaused: false });
    expect(instance.channels()).toEqual([]);
  });
});

describe('the round-trip time', () => {
  async function unanswered() {
    const bench = await startBench([keeping(900)]);
    const scamper = await bench.attach({ script: silent, acknowledges: false });
    const port = await opened(bench, scamper);
    return { bench, scamper, port, roundTrip: () => bench.instance().figures().roundTrip };
  }

  test('is from a message to its ACK', async () => {
    const { bench, scamper, port, roundTrip } = await unanswered();
    await using _bench = bench;
    await bench.clock.advance(120);
    expect(roundTrip()).toBeUndefined();
    scamper.ack(0);
    await eventually(roundTrip).toBe(120);
    port.send(Buffer.from('command\n'));
    await scamper.waitFor('data');
    await bench.clock.advance(35);
    scamper.ack(1);
    await eventually(roundTrip).toBe(35);
  });

  test('is that of one message at a time; those sent meanwhile do not change it', async () => {
    const { bench, scamper, port, roundTrip } = await unanswered();
    await using _bench = bench;
    await bench.clock.advance(50);
    port.send(Buffer.from('command\n'));
    await scamper.waitFor('data');
    await bench.clock.advance(50);
    for (const sequence of [0, 1]) scamper.ack(sequence);
    await eventually(roundTrip).toBe(100);
    await eventually(() => bench.instance().figures().held).toBe(0);
    expect(roundTrip()).toBe(100);
  });

  test('does not count the time that an instance was away', async () => {
    const { bench, scamper, port, roundTrip } = await unanswered();
    await using _bench = bench;
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    await bench.clock.advance(60_000);
    expect(await bench.resume(scamper)).toBe(true); // it says itself that it has the opening
    await eventually(() => bench.instance().figures().held).toBe(0);
    expect(roundTrip()).toBeUndefined();
    port.send(Buffer.from('command\n'));
    await scamper.waitFor('data');
    await bench.clock.advance(20);
    scamper.ack(1);
    await eventually(roundTrip).toBe(20);
  });
});

test('views are read-only facts: figures that were taken do not change', async () => {
  await using bench = await startBench();
  const scamper = await bench.attach({ script: silent });
  const before = bench.instance().figures();
  await opened(bench, scamper);
  expect(before.messagesToInstance).toBe(0);
  expect(bench.instance().figures().messagesToInstance).toBe(1);
});
