import { describe, expect, test } from 'vitest';
import type { AuthenticationRequest } from '../../../plugin-sdk/index.js';
import { settle, startBench } from '../../../testing/index.js';
import { misbehaviours, runOut } from '../support/misbehaviour.js';
import { noting, plugin } from '../support/plugins.js';
import { refused } from '../support/refused.js';

const authenticating = (handler: (request: AuthenticationRequest) => unknown, name = 'auth') =>
  plugin(name, ({ hooks }) => hooks.authenticate.tap(handler as () => undefined));

describe('authenticate', () => {
  test('lets pass where nobody objects', async () => {
    await using bench = await startBench([
      authenticating(() => undefined),
      authenticating(() => Promise.resolve(), 'other'),
    ]);
    await bench.attach();
    expect(bench.controller.instances).toHaveLength(1);
  });

  test('is told who comes, and from where', async () => {
    const requests: AuthenticationRequest[] = [];
    await using bench = await startBench([authenticating((request) => void requests.push(request))]);
    const tls = { authorized: true, names: ['foo.bar'], fingerprint256: 'AB:CD', protocol: 'TLSv1.3' };
    await bench.attach({ monitorName: 'foo.bar', tls });
    expect(requests).toEqual([
      {
        kind: 'new',
        transport: 'memory',
        peer: { kind: 'ip', address: '192.0.2.1', port: 1025 },
        tls,
        monitorName: 'foo.bar',
        fingerprint: bench.instance().fingerprint,
        instance: undefined,
      },
    ]);
  });

  test.each([
    ['at once', () => ({ deny: 'unknown probe' })],
    ['later', () => Promise.resolve({ deny: 'unknown probe' })],
  ])('denies %s with a reason; later handlers do not run and nothing is attached', async (_when, handler) => {
    const notes: string[] = [];
    const later = authenticating(() => void notes.push('asked'), 'later');
    await using bench = await startBench([authenticating(handler), later, noting(notes)]);
    const scamper = bench.dial();
    scamper.hello();
    const { message, fields } = await refused(bench, scamper);
    expect(message).toBe('192.0.2.1:1025 refused: unknown probe: authentication was denied');
    expect(fields).toMatchObject({ code: 'SCR_DENIED', step: 'authenticate', plugin: 'auth' });
    expect(scamper.received).toEqual([]);
    expect(notes).toEqual([]);
    expect(bench.controller.instances).toEqual([]);
  });

  test('denies also after a handler that answered later than at once', async () => {
    const slow = authenticating(async () => settle(), 'slow');
    await using bench = await startBench([slow, authenticating(() => ({ deny: 'no' }))]);
    const scamper = bench.dial();
    scamper.hello();
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_DENIED' });
  });

  test.each([
    ...misbehaviours,
    { what: 'denies without a text', handler: () => ({ deny: true }), code: 'SCR_HOOK_RESULT' },
  ])('denies when a handler $what', async ({ handler, code, ...more }) => {
    const notes: string[] = [];
    await using bench = await startBench([authenticating(handler), noting(notes)]);
    const scamper = bench.dial();
    scamper.hello();
    await runOut(bench.clock);
    const { fields, message } = await refused(bench, scamper);
    expect(fields).toMatchObject({ code, plugin: 'auth', hook: 'authenticate', step: 'authenticate' });
    if ('cause' in more) expect(fields['cause']).toBe(more.cause);
    if (code === 'SCR_HOOK_RESULT') {
      const problem =
        'auth, authenticate: expected nothing or { deny: reason }: a handler returned something that is not allowed';
      expect(message).toBe(`192.0.2.1:1025 refused: ${problem}`);
    }
    expect(notes).toEqual([]);
    expect(bench.controller.instances).toEqual([]);
  });

  test('denies after the time limit of the tap, and what the handler says later counts for nothing', async () => {
    let answer: (value: undefined) => void = () => undefined;
    const slow = plugin('slow', ({ hooks }) =>
      hooks.authenticate.tap({ timeLimit: 100 }, () => new Promise<undefined>((resolve) => (answer = resolve))),
    );
    await using bench = await startBench([slow]);
    const scamper = bench.dial();
    scamper.hello();
    await bench.clock.advance(99);
    expect(scamper.stream.destroyed).toBe(false);
    await bench.clock.advance(1);
    const { message } = await refused(bench, scamper);
    const problem = 'slow, authenticate: no answer in 100 ms: a handler did not answer in time';
    expect(message).toBe(`192.0.2.1:1025 refused: ${problem}`);
    answer(undefined);
    await settle();
    expect(bench.controller.instances).toEqual([]);
  });

  test('has no timer left when it answered', async () => {
    await using bench = await startBench([authenticating(() => Promise.resolve())]);
    const before = bench.clock.pending;
    await bench.attach();
    expect(bench.clock.pending).toBe(before);
  });
});
