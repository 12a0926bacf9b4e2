import type { Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { HookHandlers, OpenRequest } from '../../../plugin-sdk/index.js';
import { memoryPair, silent, startBench } from '../../../testing/index.js';
import { NotingSink } from '../support/noting-sink.js';
import { plugin } from '../support/plugins.js';

type Handler = HookHandlers['open'];

function opening(handler: (request: OpenRequest) => unknown, name = 'opening') {
  return plugin(name, ({ hooks }) => hooks.open.tap(handler as Handler));
}

const origin = {
  socket: '/run/mux',
  credentials: { uid: 1, gid: 2, pid: 3 },
  peer: { kind: 'ip', address: '192.0.2.7', port: 7 },
  tls: { authorized: true, names: ['user'], fingerprint256: undefined, subject: 'CN=user', protocol: 'TLSv1.3' },
} as const;

describe('the hook open', () => {
  test('is asked for sinks and for streams, with who they are', async () => {
    const asked: OpenRequest[] = [];
    await using bench = await startBench([opening((request) => void asked.push(request))]);
    await bench.attach({ script: silent });
    const instance = bench.instance();
    instance.open(new NotingSink(), origin);
    instance.connect(memoryPair()[0], { socket: '/run/one' });
    instance.connect(memoryPair()[0]);
    expect(asked).toEqual([
      { instance, origin },
      { instance, origin: { socket: '/run/one' } },
      { instance, origin: {} },
    ]);
    expect(instance.channels().map((channel) => channel.origin)).toEqual(asked.map((request) => request.origin));
  });

  test('lets a client in where nobody objects; who it is is in the log', async () => {
    await using bench = await startBench([opening(() => undefined)]);
    await bench.attach({ script: silent });
    bench.instance().open(new NotingSink(), origin);
    const { fields } = await bench.log.waitFor('client.attached');
    expect(fields).toMatchObject({ credentials: origin.credentials, peer: '192.0.2.7:7', subject: 'CN=user' });
  });

  test('may deny: nothing is sent to the instance, and later handlers are not asked', async () => {
    const asked: string[] = [];
    await using bench = await startBench([
      opening(() => ({ deny: 'not you' }), 'strict'),
      opening(() => void asked.push('late'), 'late'),
    ]);
    const scamper = await bench.attach({ script: silent });
    const [stream] = memoryPair();
    const sink = new NotingSink();
    const denied = expect.objectContaining({
      code: 'SCR_CLIENT_DENIED',
      message: 'not you: the client may not use this instance',
      plugin: 'strict',
    });
    expect(() => bench.instance().connect(stream)).toThrow(denied);
    expect(() => bench.instance().open(sink)).toThrow(denied);
    expect(stream.destroyed).toBe(false);
    expect(sink.notes).toEqual([]);
    expect(bench.instance().channels()).toEqual([]);
    expect(bench.instance().figures().messagesToInstance).toBe(0);
    expect(scamper.channels.size).toBe(0);
    expect(asked).toEqual([]);
  });

  test('may decide anew for each client', async () => {
    await using bench = await startBench([
      opening(({ origin: from }) => (from.credentials?.uid === 1 ? undefined : { deny: 'no' })),
    ]);
    await bench.attach({ script: silent });
    expect(() => bench.instance().open(new NotingSink())).toThrow('no');
    expect(bench.instance().open(new NotingSink(), origin).channel.id).toBe(1);
  });

  test.each([
    { what: 'throws', handler: () => { throw new Error('out of order'); }, code: 'SCR_HOOK_FAILED' }, // prettier-ignore
    { what: 'is asynchronous', handler: () => Promise.resolve(undefined), code: 'SCR_HOOK_RESULT' },
    { what: 'rejects', handler: () => Promise.reject(new Error('later')), code: 'SCR_HOOK_RESULT' },
    { what: 'returns true', handler: () => true, code: 'SCR_HOOK_RESULT' },
    { what: 'returns null', handler: () => null, code: 'SCR_HOOK_RESULT' },
    { what: 'denies without a reason', handler: () => ({ deny: true }), code: 'SCR_HOOK_RESULT' },
  ])('denies where a handler $what', async ({ handler, code }) => {
    await using bench = await startBench([opening(handler)]);
    await bench.attach({ script: silent });
    expect(() => bench.instance().open(new NotingSink())).toThrow(
      expect.objectContaining({
        code: 'SCR_CLIENT_DENIED',
        plugin: 'opening',
        cause: expect.objectContaining({ code, hook: 'open' }) as unknown,
      }),
    );
    expect(bench.instance().channels()).toEqual([]);
  });

  test('is not asked where the instance is away, but is before what it gave is looked at', async () => {
    const asked: unknown[] = [];
    await using bench = await startBench([['zombie', { time: '1h' }], opening((request) => void asked.push(request))]);
    const scamper = await bench.attach({ script: silent });
    const none: unknown = undefined;
    expect(() => bench.instance().connect(none as Duplex)).toThrow(TypeError);
    expect(asked).toHaveLength(1);
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    expect(() => bench.instance().open(new NotingSink())).toThrow(
      expect.objectContaining({ code: 'SCR_INSTANCE_AWAY' }),
    );
    expect(asked).toHaveLength(1);
  });
});
