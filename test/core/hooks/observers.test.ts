import type { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { Announcement, Observations, PluginController, PluginEntry } from '../../../plugin-sdk/index.js';
import { type SimScamper, type TestBench, memoryPair, silent, startBench } from '../../../testing/index.js';
import { NotingSink } from '../support/noting-sink.js';
import { keeping, plugin } from '../support/plugins.js';

type Face = PluginController<object>;

/** A bench with a plugin that observes; its face is given. */
async function watching(setup: (controller: Face) => void, plugins: readonly PluginEntry[] = []) {
  const faces: Face[] = [];
  const watcher = plugin('watcher', (controller) => {
    faces.push(controller);
    setup(controller);
  });
  const bench = await startBench([watcher, ...plugins]);
  const [controller] = faces;
  if (controller === undefined) throw new Error('setup did not run');
  return { bench, controller };
}

function noting<K extends keyof Observations>(what: K) {
  const seen: Observations[K][] = [];
  return { seen, setup: ({ observe }: Face) => void observe(what, (each) => seen.push(each)) };
}

function eventually(what: () => unknown) {
  return expect.poll(what, { interval: 1 });
}

describe('changes of an instance', () => {
  async function lived(
    plugins: readonly PluginEntry[],
    live: (bench: TestBench, scamper: SimScamper) => Promise<void>,
  ) {
    const { seen, setup } = noting('changed');
    const { bench } = await watching(setup, plugins);
    const scamper = await bench.attach({ script: silent });
    const instance = bench.instance();
    await live(bench, scamper);
    await bench.stop();
    expect(seen.every((each) => each.instance === instance)).toBe(true);
    return seen.map(({ from, to, why }) => `${from} ${to} ${why?.code ?? ''}`.trim());
  }

  test('that is lost and kept until its time is up', async () => {
    const changes = lived([keeping(60)], async (bench, scamper) => {
      scamper.cut();
      await bench.log.waitFor('instance.zombie');
      await bench.clock.advance(61_000);
    });
    expect(await changes).toEqual([
      'pending connected',
      'connected zombie SCR_INSTANCE_ENDED',
      'zombie zombie SCR_INSTANCE_ENDED',
      'zombie gone SCR_INSTANCE_GONE',
    ]);
  });

  test('that is lost and not kept', async () => {
    const changes = lived([], async (bench, scamper) => {
      scamper.cut();
      await bench.log.waitFor('instance.gone');
    });
    expect(await changes).toEqual([
      'pending connected',
      'connected zombie SCR_INSTANCE_ENDED',
      'zombie gone SCR_INSTANCE_ENDED',
    ]);
  });

  test('that comes back, and is there at stop', async () => {
    const changes = lived([keeping(60)], async (bench, scamper) => {
      scamper.cut();
      await bench.log.waitFor('instance.zombie');
      expect(await bench.resume(scamper)).toBe(true);
    });
    expect(await changes).toEqual([
      'pending connected',
      'connected zombie SCR_INSTANCE_ENDED',
      'zombie zombie SCR_INSTANCE_ENDED',
      'zombie connected',
      'connected gone SCR_STOPPED',
    ]);
  });

  test('that comes back before its loss was noticed', async () => {
    const changes = lived([keeping(60)], async (bench, scamper) => {
      expect(await bench.resume(scamper)).toBe(true);
    });
    expect(await changes).toEqual([
      'pending connected',
      'connected zombie SCR_INSTANCE_REPLACED',
      'zombie connected',
      'connected gone SCR_STOPPED',
    ]);
  });

  test('whose resume does not fit', async () => {
    const changes = lived([keeping(60)], async (bench, scamper) => {
      const { magic } = scamper;
      const again = bench.dial({ magic });
      expect(await again.resume(again.stream, { rcvNxt: 1_000 })).toBe(false);
    });
    expect(await changes).toEqual(['pending connected', 'connected gone SCR_RESUME_MISMATCH']);
  });

  test('that is refused while it is attached', async () => {
    const { seen, setup } = noting('changed');
    const refusing = plugin('refusing', ({ hooks }) => hooks.authenticate.tap(() => ({ deny: 'no' })));
    const { bench } = await watching(setup, [refusing]);
    await using _bench = bench;
    await expect(bench.attach()).rejects.toThrow('SCR_DENIED');
    await eventually(() => seen.map(({ from, to, why }) => [from, to, why?.code])).toEqual([
      ['pending', 'gone', 'SCR_INSTANCE_GONE'],
    ]);
  });

  test('tell until when it is kept, once that is decided', async () => {
    const { seen, setup } = noting('changed');
    const { bench } = await watching(setup, [keeping(60)]);
    await using _bench = bench;
    const scamper = await bench.attach({ script: silent });
    const at = bench.clock.date();
    scamper.cut();
    const until = new Date(at.getTime() + 60_000);
    await eventually(() => seen.map(({ keptUntil }) => keptUntil)).toEqual([undefined, undefined, until]);
    expect(seen.map((each) => each.at)).toEqual([at, at, at]);
  });

  test('tell no time where it is kept without end', async () => {
    const { seen, setup } = noting('changed');
    const { bench } = await watching(setup, [keeping(Infinity)]);
    await using _bench = bench;
    const scamper = await bench.attach({ script: silent });
    scamper.cut();
    await eventually(() => seen.map(({ to, keptUntil }) => [to, keptUntil])).toEqual([
      ['connected', undefined],
      ['zombie', undefined],
      ['zombie', undefined],
    ]);
    expect(bench.instance().figures().keptUntil).toBeUndefined();
  });
});

describe('refused connections', () => {
  const tls = { authorized: true, names: ['x'], fingerprint256: undefined, subject: 'CN=x', protocol: 'TLSv1.3' };

  test('are told with all that is known, and counted by step and code', async () => {
    const { seen, setup } = noting('refused');
    const denying = plugin('denying', ({ hooks }) => hooks.authenticate.tap(() => ({ deny: 'not on the list' })));
    const { bench, controller } = await watching(setup, [denying]);
    await using _bench = bench;
    const peer = { kind: 'ip', address: '192.0.2.9', port: 9 } as const;
    await expect(bench.attach({ monitorName: 'ams-nl', peer, tls })).rejects.toThrow();
    await expect(bench.attach()).rejects.toThrow();
    const dial = bench.dial();
    dial.raw(Buffer.from('GET / HTTP/1.1\r\n\r\n'));
    await dial.closed;
    await eventually(() => seen.length).toBe(3);
    expect(seen[0]).toEqual({
      step: 'authenticate',
      code: 'SCR_DENIED',
      reason: 'not on the list: authentication was denied',
      plugin: 'denying',
      transport: 'memory',
      peer,
      monitorName: 'ams-nl',
      fingerprint: expect.stringMatching(/^[0-9a-f]{8}$/) as string,
      subject: 'CN=x',
      at: bench.clock.date(),
    });
    expect(seen[2]).toMatchObject({
      step: 'hello',
      code: 'SCR_HELLO_INVALID',
      plugin: undefined,
      fingerprint: undefined,
    });
    expect(controller.figures().refusals).toEqual([
      { step: 'authenticate', code: 'SCR_DENIED', count: 2 },
      { step: 'hello', code: 'SCR_HELLO_INVALID', count: 1 },
    ]);
    expect(bench.controller.figures).toEqual(controller.figures());
  });

  test('in announce are told and counted, too, and the log says whose they were', async () => {
    const { seen, setup } = noting('refused');
    const { bench, controller } = await watching(setup);
    await using _bench = bench;
    const peer = { kind: 'ip', address: '192.0.2.9', port: 9 } as const;
    const none: unknown = undefined;
    controller.announce({ stream: none as Duplex, peer });
    controller.announce({ stream: memoryPair()[0], peer: { kind: 'label', label: '..' } } as unknown as Announcement);
    controller.announce(none as Announcement);
    await eventually(() => seen.length).toBe(3);
    expect(seen.map(({ step, code, peer: whose, transport }) => [step, code, whose, transport])).toEqual([
      ['announce', 'SCR_ANNOUNCEMENT', peer, 'watcher'],
      ['announce', 'SCR_PEER_NAME', undefined, 'watcher'],
      ['announce', 'SCR_ANNOUNCEMENT', undefined, 'watcher'],
    ]);
    expect(controller.figures().refusals).toEqual([
      { step: 'announce', code: 'SCR_ANNOUNCEMENT', count: 2 },
      { step: 'announce', code: 'SCR_PEER_NAME', count: 1 },
    ]);
    const lines = bench.log.of('connection.refused').map(({ fields }) => [fields['step'], fields['peer']]);
    expect(lines).toEqual([['announce', '192.0.2.9:9'], ['announce', undefined], ['announce', undefined]]); // prettier-ignore
  });

  test('that arrive are counted until they are attached or refused', async () => {
    const { bench, controller } = await watching(() => undefined);
    await using _bench = bench;
    const dial = bench.dial();
    expect(controller.figures()).toEqual({ arriving: 1, refusals: [] });
    await dial.attach();
    await eventually(() => controller.figures()).toEqual({ arriving: 0, refusals: [] });
  });
});

describe('clients', () => {
  test('are told when they are attached and when they are gone, with what they moved', async () => {
    const attached = noting('attached');
    const gone = noting('gone');
    const { bench } = await watching((controller) => {
      attached.setup(controller);
      gone.setup(controller);
    });
    await using _bench = bench;
    const scamper = await bench.attach({ script: silent });
    const port = bench.instance().open(new NotingSink());
    await scamper.waitFor('open');
    port.send(Buffer.from('12345'));
    scamper.send(1, '123');
    await eventually(() => port.channel.figures().bytesFromInstance).toBe(3);
    await bench.clock.advance(2_500);
    expect(attached.seen).toEqual([port.channel]);
    port.close();
    const moved = { bytesFromInstance: 3, bytesToInstance: 5 };
    await eventually(() => gone.seen).toEqual([
      {
        channel: port.channel,
        ending: { code: 'SCR_CLIENT_LEFT', reason: 'the client left' },
        ...moved,
        duration: 2_500,
        at: bench.clock.date(),
      },
    ]);
    const { fields } = await bench.log.waitFor('client.gone');
    expect(fields).toMatchObject({ code: 'SCR_CLIENT_LEFT', ...moved, seconds: 2.5, channel: 1 });
    expect(bench.log.of('client.gone')).toHaveLength(1);
  });
});

describe('reloads', () => {
  test('are told, with who kept what it had', async () => {
    const { seen, setup } = noting('reloaded');
    const failing = plugin('failing', ({ hooks }) =>
      hooks.reload.tap(() => {
        throw new Error('no');
      }),
    );
    const { bench } = await watching(setup, [failing]);
    await using _bench = bench;
    await bench.controller.reload();
    await expect(bench.controller.reload(['not-there'])).rejects.toThrow();
    const at = bench.clock.date();
    await eventually(() => seen).toEqual([
      { applied: true, kept: ['failing'], at },
      { applied: false, kept: [], at },
    ]);
  });
});

describe('an observer', () => {
  test('is called when what it sees is over, in its order, and not once it was ended', async () => {
    const seen: string[] = [];
    const { bench, controller } = await watching(() => undefined);
    await using _bench = bench;
    const end = controller.observe('attached', ({ id }) => seen.push(`one ${id}`));
    controller.observe('attached', ({ id }) => seen.push(`other ${id}`));
    await bench.attach({ script: silent });
    bench.instance().open(new NotingSink());
    bench.instance().open(new NotingSink());
    expect(seen).toEqual([]);
    await eventually(() => seen).toEqual(['one 1', 'other 1', 'one 2', 'other 2']);
    end();
    end();
    bench.instance().open(new NotingSink());
    await eventually(() => seen.at(-1)).toBe('other 3');
    expect(seen).not.toContain('one 3');
  });

  test.each([
    { what: 'throws', fail: () => { throw new Error('no'); } }, // prettier-ignore
    { what: 'rejects', fail: () => Promise.reject(new Error('no')) },
  ])('that $what is told of, and the others see what happened', async ({ fail }) => {
    const seen: number[] = [];
    const { bench } = await watching(({ observe }) => {
      const failing: () => unknown = fail;
      observe('attached', failing);
      observe('attached', ({ id }) => seen.push(id));
    });
    await using _bench = bench;
    await bench.attach({ script: silent });
    bench.instance().open(new NotingSink());
    const { level, message, fields } = await bench.log.waitFor('listener.failed');
    expect(level).toBe('error');
    expect(message).toBe('watcher, attached: a listener failed');
    expect(fields).toMatchObject({ code: 'SCR_LISTENER_FAILED', plugin: 'watcher', cause: 'no' });
    expect(seen).toEqual([1]);
  });

  test.each([
    {
      what: 'of something unknown',
      kind: 'client',
      see: () => undefined,
      why: 'there is nothing to observe called client; known are refused, changed, attached, gone, reloaded',
    },
    { what: 'that is no function', kind: 'gone', see: {}, why: 'the observer of gone is not a function' },
  ])('$what is refused in setup', async ({ kind, see, why }) => {
    // prettier-ignore
    const started = watching(({ observe }) => void observe(kind as 'gone', see as () => void));
    await expect(started).rejects.toThrow(expect.objectContaining({ code: 'SCR_PLUGIN_SETUP', message: expect.stringContaining('watcher') as string, cause: expect.objectContaining({ message: why }) as unknown })); // prettier-ignore
  });
});
