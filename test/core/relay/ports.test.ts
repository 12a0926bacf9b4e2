import { describe, expect, test } from 'vitest';
import type { PluginController, Port, Sink } from '../../../plugin-sdk/index.js';
import { type SimScamper, type TestBench, silent, startBench } from '../../../testing/index.js';
import { acked } from '../support/acked.js';
import { inOneRead } from '../support/in-one-read.js';
import { NotingSink, failingAt, sinkThat } from '../support/noting-sink.js';
import { keeping, plugin } from '../support/plugins.js';

interface World {
  readonly bench: TestBench;
  readonly scamper: SimScamper;
}

async function world(options: Parameters<typeof startBench>[1] = {}, acknowledges = true): Promise<World> {
  const bench = await startBench([keeping(900)], options);
  return { bench, scamper: await bench.attach({ script: silent, acknowledges }) };
}

/** Opens a channel, and waits until the scamper knows it. */
async function opened({ bench, scamper }: World, sink: Sink = new NotingSink()): Promise<Port> {
  const port = bench.instance().open(sink);
  await scamper.waitFor('open');
  return port;
}

function sentTo(scamper: SimScamper, channel: number): string {
  const pieces = scamper.received.map((each) =>
    each.type === 'data' && each.channel === channel ? each.bytes.toString() : '',
  );
  return pieces.join('');
}

function eventually(what: () => unknown) {
  return expect.poll(what, { interval: 1 });
}

describe('a port', () => {
  test('passes bytes both ways and honours both ends of them', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    expect(port.channel).toMatchObject({ id: 1, instance: bench.instance(), origin: {} });
    const { message, fields } = await bench.log.waitFor('client.attached');
    expect(message).toBe('a client attached to 192.0.2.1:1025');
    for (const field of ['credentials', 'peer', 'subject']) expect(fields).not.toHaveProperty(field);
    expect(port.send(Buffer.from('command\n'))).toBe(true);
    port.finish();
    expect(await scamper.waitFor('fin')).toEqual({ type: 'fin', channel: 1 });
    expect(sentTo(scamper, 1)).toBe('command\n');
    scamper.send(1, 'results');
    scamper.finish(1);
    await eventually(() => sink.notes).toEqual(['data results', 'end']);
    port.close();
    expect(sink.notes).toEqual(['data results', 'end', 'closed SCR_CHANNEL_FINISHED']);
    expect(scamper.violation).toBeUndefined();
  });

  test('copies what it is sent', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const port = await opened({ bench, scamper });
    const bytes = Buffer.from('as it was');
    port.send(bytes);
    bytes.fill('x');
    expect((await scamper.waitFor('data')).bytes.toString()).toBe('as it was');
  });

  test('that is closed finishes its channel; what comes for it still is dropped', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    const endings: string[] = [];
    port.channel.onClose(({ code }) => endings.push(code));
    port.close();
    expect(await scamper.waitFor('fin')).toEqual({ type: 'fin', channel: 1 });
    scamper.send(1, 'too late');
    await acked(scamper, 1);
    expect(sink.notes).toEqual(['closed SCR_CLIENT_LEFT']);
    port.channel.onClose(({ code }) => endings.push(code));
    expect(endings).toEqual(['SCR_CLIENT_LEFT', 'SCR_CLIENT_LEFT']);
    expect(bench.instance().channels()).toEqual([]);
  });

  test('that is closed with a reason passes it on', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const endings: unknown[] = [];
    const why = { code: 'SCR_MUX_LOST', reason: 'the connection of all broke' };
    const port = await opened({ bench, scamper }, sinkThat({ closed: (ending) => void endings.push(ending) }));
    port.channel.onClose((ending) => endings.push(ending));
    port.send(Buffer.from('command\n'));
    await bench.clock.advance(1_500);
    port.close(why);
    expect(endings).toEqual([why, why]);
    const { message, fields } = await bench.log.waitFor('client.gone');
    const moved = { bytesFromInstance: 0, bytesToInstance: 8, seconds: 1.5 };
    expect(fields).toMatchObject({ code: 'SCR_MUX_LOST', instance: '192.0.2.1:1025', channel: 1, ...moved });
    expect(message).toBe('a client of 192.0.2.1:1025 is gone: the connection of all broke');
  });

  test('does nothing once it is over', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    port.close();
    await scamper.waitFor('fin');
    const before = scamper.received.length;
    expect(port.send(Buffer.from('more'))).toBe(true);
    expect(port.channel.send('toInstance', Buffer.from('more'))).toBe(false);
    expect(port.channel.send('toClient', Buffer.from('more'))).toBe(false);
    port.finish();
    port.ready();
    port.close({ code: 'SCR_OTHER', reason: 'other' });
    await opened({ bench, scamper }); // whatever was said before arrives before this
    expect(scamper.received.slice(before).map(({ type }) => type)).toEqual(['open']);
    expect(sink.notes).toEqual(['closed SCR_CLIENT_LEFT']);
    expect(bench.log.of('client.finished')).toEqual([]);
  });

  test('sends nothing on a channel that the instance has finished', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    scamper.finish(1);
    await eventually(() => sink.notes).toEqual(['end']);
    expect(port.send(Buffer.from('more'))).toBe(true);
    port.finish();
    port.close();
    await opened({ bench, scamper });
    expect(scamper.violation).toBeUndefined();
    expect(sentTo(scamper, 1)).toBe('');
  });

  test('sends no more once it said so', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const port = await opened({ bench, scamper });
    port.finish();
    port.finish();
    port.send(Buffer.from('more'));
    await opened({ bench, scamper });
    expect(scamper.violation).toBeUndefined();
    expect(sentTo(scamper, 1)).toBe('');
  });

  test('is not opened on an instance that is not connected', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    const sink = new NotingSink();
    expect(() => bench.instance().open(sink)).toThrow(expect.objectContaining({ code: 'SCR_INSTANCE_AWAY' }));
    expect(sink.notes).toEqual([]);
  });

  test('counts as a client: one too many is refused', async () => {
    const { bench, scamper } = await world({ limits: { channels: 1 } });
    await using _bench = bench;
    await opened({ bench, scamper });
    const sink = new NotingSink();
    expect(() => bench.instance().open(sink)).toThrow(expect.objectContaining({ code: 'SCR_CLIENT_CROWD' }));
    expect(sink.notes).toEqual([]);
  });
});

describe('a sink', () => {
  test('is given views of memory that is filled anew: whoever keeps them must copy', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const kept: Buffer[] = [];
    await opened({ bench, scamper }, sinkThat({ data: (pieces) => kept.push(...pieces) > 0 }));
    scamper.send(1, 'first.');
    await eventually(() => kept.map(String)).toEqual(['first.']);
    scamper.send(1, 'second');
    await eventually(() => kept.length).toBe(2);
    expect(kept.map(String)).toEqual(['second', 'second']);
  });

  test('that is full is given nothing until it is ready, then all of it at once', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    await opened({ bench, scamper }); // where there are others, what waits is kept
    sink.full = true;
    scamper.send(1, 'one ');
    await acked(scamper, 1);
    for (const text of ['two ', 'three']) scamper.send(1, text);
    await acked(scamper, 3);
    expect(sink.notes).toEqual(['data one ']);
    expect(port.channel.figures().waiting).toBe('two three'.length);
    sink.full = false;
    port.ready();
    expect(sink.notes).toEqual(['data one ', 'data two three']);
    expect(port.channel.figures().waiting).toBe(0);
    scamper.send(1, ' four');
    await eventually(() => sink.text).toBe('one two three four');
  });

  test('may be full again when it is given what waited', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    await opened({ bench, scamper });
    sink.full = true;
    for (const text of ['one ', 'two ', 'three']) scamper.send(1, text);
    await acked(scamper, 3);
    port.ready();
    scamper.send(1, ' four');
    await acked(scamper, 4);
    expect(sink.text).toBe('one two three');
    port.ready();
    expect(sink.text).toBe('one two three four');
  });

  test('is not called for nothing: where nothing waited, where nothing is put on the channel, where handlers leave nothing', async () => {
    const dropping = plugin('dropping', ({ hooks }) => hooks.data.tap((bytes) => bytes.subarray(bytes.length)));
    for (const plugins of [[], [dropping]]) {
      await using bench = await startBench(plugins);
      const scamper = await bench.attach({ script: silent });
      const sink = new NotingSink();
      const port = await opened({ bench, scamper }, sink);
      sink.full = true;
      scamper.send(1, 'one');
      await acked(scamper, 1);
      port.ready();
      expect(port.channel.send('toClient', Buffer.alloc(0))).toBe(true);
      expect(port.send(Buffer.alloc(0))).toBe(true);
      expect(sink.notes).toEqual(plugins.length === 0 ? ['data one'] : []);
      expect(sentTo(scamper, 1)).toBe('');
    }
  });

  test('that says ready without need is left alone', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    port.ready();
    scamper.send(1, 'results');
    await eventually(() => sink.notes).toEqual(['data results']);
  });

  test('that is full and alone holds up its instance, until it is ready', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    sink.full = true;
    scamper.send(1, 'one');
    await eventually(() => bench.instance().figures().isPaused).toBe(true);
    expect(port.channel.figures().slowSince).toEqual(bench.clock.date());
    sink.full = false;
    scamper.send(1, ' two');
    port.ready();
    expect(bench.instance().figures().isPaused).toBe(false);
    expect(port.channel.figures().slowSince).toBeUndefined();
    await eventually(() => sink.text).toBe('one two');
  });

  test('that never becomes ready is dropped after limits.clientStall; the others go on', async () => {
    const { bench, scamper } = await world({ limits: { clientStall: 15, sharedStall: 60, clientBuffer: 4096 } });
    await using _bench = bench;
    const [stuck, other] = [new NotingSink(), new NotingSink()];
    stuck.full = true;
    await opened({ bench, scamper }, stuck);
    await opened({ bench, scamper }, other);
    scamper.send(1, 'one');
    await acked(scamper, 1);
    scamper.send(1, 'x'.repeat(4096));
    await eventually(() => bench.instance().figures().isPaused).toBe(true);
    scamper.send(2, 'at last');
    await bench.clock.advance(14_000);
    expect(stuck.notes).toEqual(['data one']);
    await bench.clock.advance(2_000);
    expect(stuck.notes).toEqual(['data one', 'closed SCR_CLIENT_STALLED']);
    await eventually(() => other.text).toBe('at last');
    expect(await scamper.waitFor('fin')).toEqual({ type: 'fin', channel: 1 });
  });

  test('again and again holds up its instance each time, but not while the others have room to go on', async () => {
    const { bench, scamper } = await world({ limits: { clientBuffer: 4096 } });
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    await opened({ bench, scamper });
    const isPaused = (): boolean => bench.instance().figures().isPaused;
    for (let round = 0; round < 3; round++) {
      sink.full = true;
      scamper.send(1, 'one');
      await acked(scamper, 3 * round + 1);
      port.ready(); // and full again with the next
      scamper.send(1, 'two');
      await acked(scamper, 3 * round + 2);
      expect(isPaused()).toBe(false);
      scamper.send(1, 'x'.repeat(4096));
      await eventually(isPaused).toBe(true);
      sink.full = false;
      port.ready();
      expect(isPaused()).toBe(false);
      await acked(scamper, 3 * round + 3);
    }
  });

  test('and another that hold up their instance do so until both are ready', async () => {
    const { bench, scamper } = await world({ limits: { clientBuffer: 4096 } });
    await using _bench = bench;
    const sinks = [new NotingSink(), new NotingSink()];
    const ports: Port[] = [];
    for (const sink of sinks) ports.push(await opened({ bench, scamper }, sink));
    for (const sink of sinks) sink.full = true;
    for (const channel of [1, 2]) scamper.send(channel, 'one');
    await acked(scamper, 2);
    inOneRead(scamper, () => [1, 2].forEach((channel) => scamper.send(channel, 'x'.repeat(4096))));
    await eventually(() => bench.instance().figures().isPaused).toBe(true);
    for (const sink of sinks) sink.full = false;
    const paused = ports.map((port) => {
      port.ready();
      return bench.instance().figures().isPaused;
    });
    expect(paused).toEqual([true, false]);
    scamper.send(1, ' on');
    await eventually(() => sinks[0]?.text.slice(-3)).toBe(' on');
  });

  test('that is full sees the end only behind what waits', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    await opened({ bench, scamper });
    sink.full = true;
    scamper.send(1, 'one ');
    await acked(scamper, 1);
    scamper.send(1, 'two');
    scamper.finish(1);
    await acked(scamper, 3);
    expect(sink.notes).toEqual(['data one ']);
    sink.full = false;
    port.ready();
    expect(sink.notes).toEqual(['data one ', 'data two', 'end']);
  });

  test.each([
    { what: 'is dropped where the port is not closed', taken: false, code: 'SCR_CLIENT_STALLED' },
    { what: 'is let go where it has taken everything', taken: true, code: 'SCR_CHANNEL_FINISHED' },
  ])('after the end it has limits.clientStall; then it $what', async ({ taken, code }) => {
    const { bench, scamper } = await world({ limits: { clientStall: 15 } });
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    scamper.finish(1);
    await eventually(() => sink.notes).toEqual(['end']);
    if (taken) port.ready();
    await bench.clock.advance(14_000);
    expect(sink.notes).toEqual(['end']);
    await bench.clock.advance(2_000);
    expect(sink.notes).toEqual(['end', `closed ${code}`]);
    expect(bench.log.of('client.dropped')).toHaveLength(taken ? 0 : 1);
  });

  test('may close its port while it is given the last results: it is called no more', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = sinkThat({
      data(pieces) {
        sink.notes.push(`data ${Buffer.concat(pieces).toString()}`);
        port.close();
        return true;
      },
    });
    const port = await opened({ bench, scamper }, sink);
    inOneRead(scamper, () => {
      scamper.send(1, 'results');
      scamper.finish(1);
    });
    await eventually(() => sink.notes).toEqual(['data results', 'closed SCR_CHANNEL_FINISHED']);
    await bench.clock.advance(16_000);
    expect(sink.notes).toEqual(['data results', 'closed SCR_CHANNEL_FINISHED']);
    expect(scamper.violation).toBeUndefined();
    expect(bench.log.of('client.dropped')).toEqual([]);
  });

  test('may close its port and be full: the instance is not held up by it', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = sinkThat({
      data() {
        port.close();
        return false;
      },
    });
    const port = await opened({ bench, scamper }, sink);
    scamper.send(1, 'results');
    await eventually(() => sink.notes).toEqual(['closed SCR_CLIENT_LEFT']);
    expect(bench.instance().figures().isPaused).toBe(false);
    const other = new NotingSink();
    await opened({ bench, scamper }, other);
    scamper.send(2, 'for the other');
    await eventually(() => other.text).toBe('for the other');
  });

  test('may close its port while it is given what waited', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    const other = new NotingSink();
    await opened({ bench, scamper }, other);
    sink.full = true;
    for (const text of ['one', 'two']) scamper.send(1, text);
    scamper.finish(1);
    await acked(scamper, 3);
    sink.data = () => {
      port.close();
      return false;
    };
    port.ready();
    expect(sink.notes.at(-1)).toBe('closed SCR_CHANNEL_FINISHED');
    scamper.send(2, 'for the other');
    await eventually(() => other.text).toBe('for the other');
    expect(sink.notes).not.toContain('end');
  });

  test('may be told ready while others are served: its end still comes behind what the same read brought', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const served = sinkThat({
      data: () => {
        port.ready();
        return true;
      },
    });
    await opened({ bench, scamper }, served);
    const port = await opened({ bench, scamper }, sink);
    sink.full = true;
    scamper.send(2, 'one ');
    await acked(scamper, 1);
    scamper.send(2, 'two ');
    await acked(scamper, 2);
    sink.full = false;
    inOneRead(scamper, () => {
      scamper.send(1, 'for the other');
      scamper.send(2, 'three');
      scamper.finish(2);
    });
    await eventually(() => sink.notes.at(-1)).toBe('end');
    expect(sink.notes).toEqual(['data one ', 'data two ', 'data three', 'end']);
  });

  test('may be told ready in a turn that has more for it: its instance is read again', async () => {
    const { bench, scamper } = await world({ limits: { clientBuffer: 4096 } });
    await using _bench = bench;
    const sink = new NotingSink();
    const meddling = sinkThat({
      data: () => {
        port.channel.send('toClient', Buffer.from('more'));
        sink.full = false;
        port.ready();
        return true;
      },
    });
    const meddler = await opened({ bench, scamper }, meddling);
    const port = await opened({ bench, scamper }, sink);
    sink.full = true;
    scamper.send(2, 'one');
    await acked(scamper, 1);
    scamper.send(2, 'x'.repeat(4096));
    await eventually(() => bench.instance().figures().isPaused).toBe(true);
    meddler.channel.send('toClient', Buffer.from('begin'));
    expect(sink.notes).toEqual(['data one', `data ${'x'.repeat(4096)}`, 'data more']);
    expect(bench.instance().figures().isPaused).toBe(false);
  });

  test('that is put more on its channel while it is given what waited may be full in between', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    await opened({ bench, scamper });
    sink.full = true;
    for (const text of ['one ', 'two ']) scamper.send(1, text);
    await acked(scamper, 2);
    sink.data = (pieces) => {
      const text = Buffer.concat(pieces).toString();
      sink.notes.push(text);
      if (text === 'two ') for (const more of ['three ', 'four ']) port.channel.send('toClient', Buffer.from(more));
      return text !== 'three ';
    };
    port.ready();
    expect(sink.notes).toEqual(['data one ', 'two ', 'three ']);
    port.ready();
    expect(sink.notes).toEqual(['data one ', 'two ', 'three ', 'four ']);
  });

  test('may close another port: what that was about to be given is not lost to the figures', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const victim = new NotingSink();
    const closing = sinkThat({
      data: () => {
        port.close();
        return true;
      },
    });
    await opened({ bench, scamper }, closing);
    const port = await opened({ bench, scamper }, victim);
    inOneRead(scamper, () => {
      scamper.send(1, 'first');
      scamper.send(2, 'second');
    });
    await eventually(() => victim.notes).toEqual(['closed SCR_CLIENT_LEFT']);
    expect(port.channel.figures().bytesFromInstance).toBe('second'.length);
    expect(bench.instance().figures().bytesFromInstance).toBe('firstsecond'.length);
  });
});

describe('what is put on a channel', () => {
  test('comes behind what the same read brought before', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const meddling = sinkThat({
      data: () => port.channel.send('toClient', Buffer.from(' and more')),
    });
    await opened({ bench, scamper }, meddling);
    const port = await opened({ bench, scamper }, sink);
    inOneRead(scamper, () => {
      scamper.send(1, 'for the other');
      scamper.send(2, 'results');
    });
    await eventually(() => sink.notes).toEqual(['data results and more']);
    expect(port.channel.figures().bytesFromInstance).toBe('results'.length);
  });

  test('for one that is slow already does not change since when it is', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    sink.full = true;
    scamper.send(1, 'one');
    await eventually(() => bench.instance().figures().isPaused).toBe(true);
    const slowSince = bench.clock.date();
    await bench.clock.advance(1_000);
    port.channel.send('toClient', Buffer.from(' two'));
    expect(port.channel.figures()).toMatchObject({ slowSince, waiting: ' two'.length });
    sink.full = false;
    port.ready();
    expect(bench.instance().figures().isPaused).toBe(false);
    expect(sink.text).toBe('one two');
  });
});

describe('a sink that throws', () => {
  test.each(['data', 'end'] as const)('at %s is closed; the others go on', async (call) => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const [failing, other] = [failingAt(call), new NotingSink()];
    await opened({ bench, scamper }, failing);
    await opened({ bench, scamper }, other);
    inOneRead(scamper, () => {
      scamper.send(1, 'for the failing one');
      scamper.finish(1);
      scamper.send(2, 'for the other');
    });
    await eventually(() => other.text).toBe('for the other');
    expect(failing.notes.at(-1)).toBe('closed SCR_CLIENT_FAILED');
    const { fields } = await bench.log.waitFor('client.dropped');
    expect(fields).toMatchObject({ code: 'SCR_CLIENT_FAILED', channel: 1, cause: 'no' });
    expect(scamper.violation).toBeUndefined();
  });

  test.each(['data', 'end'] as const)(
    'at %s, given when it is ready, is closed; ready does not throw',
    async (call) => {
      const { bench, scamper } = await world();
      await using _bench = bench;
      const sink = new NotingSink();
      const port = await opened({ bench, scamper }, sink);
      const other = new NotingSink();
      await opened({ bench, scamper }, other);
      sink.full = true;
      for (const text of ['one', 'two']) scamper.send(1, text);
      scamper.finish(1);
      await acked(scamper, 3);
      sink.full = false;
      Object.assign(sink, { [call]: failingAt(call)[call] });
      port.ready();
      expect(sink.notes.at(-1)).toBe('closed SCR_CLIENT_FAILED');
      scamper.send(2, 'for the other');
      await eventually(() => other.text).toBe('for the other');
    },
  );

  test('cannot be called behind a handler of data that failed, which sees nothing more either', async () => {
    const seen: string[] = [];
    const failing = plugin('failing', ({ hooks }) =>
      hooks.data.tap((bytes) => {
        seen.push(String(bytes));
        if (bytes.includes('bad')) throw new Error('no');
      }),
    );
    await using bench = await startBench([failing]);
    const scamper = await bench.attach({ script: silent });
    const [sink, other] = [new NotingSink(), new NotingSink()];
    await opened({ bench, scamper }, sink);
    await opened({ bench, scamper }, other);
    inOneRead(scamper, () => {
      for (const text of ['good', 'bad', 'more']) {
        scamper.send(1, text);
        scamper.send(2, 'fine');
      }
    });
    await eventually(() => other.text).toBe('finefinefine');
    expect(sink.notes).toEqual(['closed SCR_HOOK_FAILED']);
    expect(seen.filter((text) => text !== 'fine')).toEqual(['good', 'bad']);
  });

  test('at pace is closed; the others are told', async () => {
    const { bench, scamper } = await world({ limits: { instanceBuffer: 65_536 } }, false);
    await using _bench = bench;
    const [failing, other] = [failingAt('pace'), new NotingSink()];
    const port = await opened({ bench, scamper }, failing);
    await opened({ bench, scamper }, other);
    expect(port.send(Buffer.alloc(70_000))).toBe(false);
    expect(failing.notes).toEqual(['closed SCR_CLIENT_FAILED']);
    expect(other.notes).toEqual(['pace false']);
  });

  test('behind the end of its port is not told of as a client that was dropped', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = sinkThat({
      data: () => {
        port.close();
        throw new Error('no');
      },
    });
    const port = await opened({ bench, scamper }, sink);
    scamper.send(1, 'results');
    await eventually(() => sink.notes).toEqual(['closed SCR_CLIENT_LEFT']);
    await acked(scamper, 1);
    expect(bench.log.of('client.dropped')).toEqual([]);
  });

  test('at closed is told of in the log, and closed all the same', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const endings: string[] = [];
    const port = await opened({ bench, scamper }, failingAt('closed'));
    port.channel.onClose(({ code }) => endings.push(code));
    port.close();
    expect(endings).toEqual(['SCR_CLIENT_LEFT']);
    expect(await scamper.waitFor('fin')).toEqual({ type: 'fin', channel: 1 });
    const { level, fields } = await bench.log.waitFor('listener.failed');
    expect(level).toBe('error');
    expect(fields).toMatchObject({ code: 'SCR_LISTENER_FAILED', cause: 'no', channel: 1 });
  });

  test('and has no pace at all is served as any', async () => {
    const { bench, scamper } = await world({ limits: { instanceBuffer: 65_536 } }, false);
    await using _bench = bench;
    const { notes, ...calls } = { notes: [] as string[], data: () => true, end: () => undefined };
    const port = await opened({ bench, scamper }, { ...calls, closed: ({ code }) => void notes.push(code) });
    expect(port.send(Buffer.alloc(70_000))).toBe(false);
    expect(port.send(Buffer.from('taken all the same'))).toBe(false);
    expect(notes).toEqual([]);
    await eventually(() => sentTo(scamper, 1)).toContain('taken all the same');
  });
});

describe('pace', () => {
  const limits = { instanceBuffer: 65_536 };

  test('is false once too much waits for the instance, true when half of it is taken', async () => {
    const { bench, scamper } = await world({ limits }, false);
    await using _bench = bench;
    const [sink, other] = [new NotingSink(), new NotingSink()];
    const port = await opened({ bench, scamper }, sink);
    await opened({ bench, scamper }, other);
    expect(port.send(Buffer.alloc(10_000))).toBe(true);
    expect(bench.instance().figures().clientsArePaused).toBe(false);
    expect(port.send(Buffer.alloc(60_000))).toBe(false);
    expect(bench.instance().figures().clientsArePaused).toBe(true);
    expect(sink.notes).toEqual(['pace false']);
    expect(other.notes).toEqual(['pace false']);
    await eventually(() => sentTo(scamper, 1).length).toBe(70_000);
    for (let sequence = 0; sequence < scamper.rcvNxt; sequence++) scamper.ack(sequence);
    await eventually(() => sink.notes).toEqual(['pace false', 'pace true']);
    expect(bench.instance().figures().clientsArePaused).toBe(false);
    expect(port.send(Buffer.from('more'))).toBe(true);
  });

  test('is no longer false for one whose channel is finished; true it is told', async () => {
    const { bench, scamper } = await world({ limits }, false);
    await using _bench = bench;
    const [done, other] = [new NotingSink(), new NotingSink()];
    await opened({ bench, scamper }, done);
    const port = await opened({ bench, scamper }, other);
    scamper.finish(1);
    await eventually(() => done.notes).toEqual(['end']);
    port.send(Buffer.alloc(70_000));
    expect([done.notes, other.notes]).toEqual([['end'], ['pace false']]);
    await eventually(() => sentTo(scamper, 2).length).toBe(70_000);
    for (let sequence = 0; sequence < scamper.rcvNxt; sequence++) scamper.ack(sequence);
    await eventually(() => other.notes).toEqual(['pace false', 'pace true']);
    expect(done.notes).toEqual(['end', 'pace true']);
  });

  test('does not matter to a port that is over: what it sends passes nowhere', async () => {
    const { bench, scamper } = await world({ limits }, false);
    await using _bench = bench;
    const [closed, done, port] = [
      await opened({ bench, scamper }),
      await opened({ bench, scamper }),
      await opened({ bench, scamper }),
    ];
    closed.close();
    scamper.finish(2);
    await scamper.waitFor('ack');
    expect(port.send(Buffer.alloc(70_000))).toBe(false);
    expect([closed, done].map((each) => each.send(Buffer.from('more')))).toEqual([true, true]);
  });

  test('stays false where a client that is told true sends too much at once', async () => {
    const { bench, scamper } = await world({ limits }, false);
    await using _bench = bench;
    const [eager, other] = [new NotingSink(), new NotingSink()];
    const port = await opened({ bench, scamper }, eager);
    await opened({ bench, scamper }, other);
    eager.pace = (open) => void (open && port.send(Buffer.alloc(70_000)));
    port.send(Buffer.alloc(70_000));
    await eventually(() => sentTo(scamper, 1).length).toBe(70_000);
    for (let sequence = 0; sequence < scamper.rcvNxt; sequence++) scamper.ack(sequence);
    await eventually(() => sentTo(scamper, 1).length).toBe(140_000);
    expect(bench.instance().figures().clientsArePaused).toBe(true);
    expect(other.notes.at(-1)).toBe('pace false');
  });

  test('is told to a client that comes meanwhile, once it has its port', async () => {
    const { bench, scamper } = await world({ limits }, false);
    await using _bench = bench;
    (await opened({ bench, scamper })).send(Buffer.alloc(70_000));
    let port: Port | undefined = undefined;
    const seen: unknown[] = [];
    port = bench.instance().open(sinkThat({ pace: (open) => void seen.push(open, port?.channel.id) }));
    expect(seen).toEqual([]);
    await eventually(() => seen).toEqual([false, port.channel.id]);
  });

  test('is not told to one that has left by then', async () => {
    const { bench, scamper } = await world({ limits }, false);
    await using _bench = bench;
    (await opened({ bench, scamper })).send(Buffer.alloc(70_000));
    const sink = new NotingSink();
    bench.instance().open(sink).close();
    await scamper.waitFor('fin');
    expect(sink.notes).toEqual(['closed SCR_CLIENT_LEFT']);
  });
});

describe('a port of an instance that is lost', () => {
  test('stays; what is sent is held, and goes on its way after the resume', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    expect(port.send(Buffer.from('command\n'))).toBe(true);
    expect(bench.instance().figures().held).toBeGreaterThan('command\n'.length);
    expect(await bench.resume(scamper)).toBe(true);
    expect((await scamper.waitFor('data')).bytes.toString()).toBe('command\n');
    scamper.send(1, 'results');
    await eventually(() => sink.notes).toEqual(['data results']);
    expect(bench.instance().channels()).toEqual([port.channel]);
    await eventually(() => bench.instance().figures().held).toBe(0);
  });

  test('may be full meanwhile: the instance is not read when it comes back, until it is ready', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    const put = (text: string): boolean => port.channel.send('toClient', Buffer.from(text));
    sink.full = true;
    put('one');
    port.ready();
    put(' two');
    expect(await bench.resume(scamper)).toBe(true);
    expect(bench.instance().figures().isPaused).toBe(true);
    port.ready();
    expect(bench.instance().figures().isPaused).toBe(false);
    expect(sink.notes).toEqual(['data one', 'data  two']);
  });

  test('sees the end when its time is up', async () => {
    const { bench, scamper } = await world();
    await using _bench = bench;
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    await bench.clock.advance(901_000);
    expect(sink.notes).toEqual(['end']);
    port.close();
    expect(sink.notes).toEqual(['end', 'closed SCR_INSTANCE_GONE']);
  });
});

describe('stop', () => {
  /** Clock time that it took, in milliseconds. */
  async function stopping(bench: TestBench): Promise<number> {
    const before = bench.clock.now();
    await bench.stop();
    return bench.clock.now() - before;
  }

  test.each([
    { what: 'waits for a port that is closed in time', answer: (port: Port) => port.close(), inTime: true },
    { what: 'lets a port go that says it has everything', answer: (port: Port) => port.ready(), inTime: true },
    { what: 'cuts one off that is not closed, after 2 s', answer: () => undefined, inTime: false },
  ])('$what', async ({ answer, inTime }) => {
    const { bench, scamper } = await world();
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    sink.end = () => void setImmediate(() => answer(port));
    expect((await stopping(bench)) < 2_000).toBe(inTime);
    expect(sink.notes).toEqual(['closed SCR_STOPPED']);
  });

  test('one that is cut off before it took everything is not told that it had it, though its instance had finished', async () => {
    const { bench, scamper } = await world();
    const sink = new NotingSink();
    await opened({ bench, scamper }, sink);
    sink.full = true;
    scamper.send(1, 'results');
    scamper.finish(1);
    await eventually(() => sink.notes).toEqual(['data results']);
    expect(await stopping(bench)).toBeGreaterThanOrEqual(2_000);
    expect(sink.notes).toEqual(['data results', 'closed SCR_STOPPED']);
  });

  test('does not wait for a port that has said before that it has everything', async () => {
    const { bench, scamper } = await world();
    const sink = new NotingSink();
    const port = await opened({ bench, scamper }, sink);
    scamper.finish(1);
    await eventually(() => sink.notes).toEqual(['end']);
    port.ready();
    expect(await stopping(bench)).toBeLessThan(2_000);
    expect(sink.notes).toEqual(['end', 'closed SCR_CHANNEL_FINISHED']);
  });
});

describe('at the end of a turn', () => {
  /** A bench with a plugin whose face is given. */
  async function faced() {
    const face: { now?: PluginController<object> } = {};
    const bench = await startBench([plugin('mux', (controller) => void (face.now = controller))]);
    if (face.now === undefined) throw new Error('setup did not run');
    return { bench, controller: face.now };
  }

  test('what several channels brought for one destination is written once', async () => {
    const { bench, controller } = await faced();
    await using _bench = bench;
    const scamper = await bench.attach({ script: silent });
    const writes: string[] = [];
    const gathered: string[] = [];
    const flush = (): void => void writes.push(gathered.splice(0).join(' '));
    const channel = (): Port => {
      const port = bench.instance().open({
        data(pieces) {
          gathered.push(`${port.channel.id}:${Buffer.concat(pieces).toString()}`);
          controller.atTurnEnd(flush);
          return true;
        },
        end: () => port.close(),
        closed: () => undefined,
      });
      return port;
    };
    for (let count = 0; count < 3; count++) channel();
    await eventually(() => scamper.channels.size).toBe(3);
    inOneRead(scamper, () => ['one', 'two', 'three'].forEach((text, index) => scamper.send(index + 1, text)));
    await eventually(() => writes).toEqual(['1:one 2:two 3:three']);
  });

  test('a task that throws is told of; the others run, and it runs again when it is given again', async () => {
    const { bench, controller } = await faced();
    await using _bench = bench;
    const ran: string[] = [];
    const failing = (): void => {
      ran.push('failing');
      throw new Error('no');
    };
    controller.atTurnEnd(failing);
    controller.atTurnEnd(() => ran.push('other'));
    controller.atTurnEnd(failing);
    expect(ran).toEqual([]);
    await eventually(() => ran).toEqual(['failing', 'other']);
    const { fields } = await bench.log.waitFor('listener.failed');
    expect(fields).toMatchObject({ code: 'SCR_LISTENER_FAILED', cause: 'no' });
    controller.atTurnEnd(failing);
    await eventually(() => ran).toEqual(['failing', 'other', 'failing']);
  });

  test('a task that gives itself again runs in the next turn', async () => {
    const { bench, controller } = await faced();
    await using _bench = bench;
    let left = 3;
    const task = (): void => {
      if (--left > 0) controller.atTurnEnd(task);
    };
    controller.atTurnEnd(task);
    await eventually(() => left).toBe(0);
  });

  test('a task that rejects is told of', async () => {
    const { bench, controller } = await faced();
    await using _bench = bench;
    const task: () => unknown = () => Promise.reject(new Error('later'));
    controller.atTurnEnd(task);
    const { fields } = await bench.log.waitFor('listener.failed');
    expect(fields).toMatchObject({ code: 'SCR_LISTENER_FAILED', cause: 'later' });
  });
});
