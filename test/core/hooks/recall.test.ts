import { describe, expect, test } from 'vitest';
import type { RecallRequest } from '../../../plugin-sdk/index.js';
import { settle, startBench } from '../../../testing/index.js';
import { misbehaviours, runOut } from '../support/misbehaviour.js';
import { keeping } from '../support/plugins.js';
import { recalling } from '../support/recalling.js';
import { refused } from '../support/refused.js';

const tls = { authorized: true, names: ['foo'], fingerprint256: 'AB:CD', protocol: 'TLSv1.3' };

describe('recall', () => {
  test('is asked for a resume that nobody knows: which session, and from where; not for any other hello', async () => {
    const asked: RecallRequest[] = [];
    await using bench = await startBench([recalling((request) => void asked.push(request))]);
    const scamper = await bench.attach();
    const { session, fingerprint } = bench.instance();
    bench.instance().expire({ code: 'X', reason: 'x' });
    await scamper.closed;
    expect(asked).toEqual([]);
    expect(await bench.resume(scamper, { tls })).toBe(false);
    expect(asked).toEqual([
      { session, fingerprint, transport: 'memory', peer: { kind: 'ip', address: '192.0.2.1', port: 1026 }, tls },
    ]);
  });

  test('is not asked for a session that is known', async () => {
    const asked: unknown[] = [];
    await using bench = await startBench([recalling((request) => void asked.push(request)), keeping(900)]);
    const scamper = await bench.attach();
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    expect(await bench.resume(scamper)).toBe(true);
    expect(asked).toEqual([]);
  });

  test.each([
    ['at once', () => ({ monitorName: 'foo', since: new Date(5) })],
    ['later', () => Promise.resolve({ monitorName: 'foo', since: new Date(5) })],
  ])('has the session go on, answered %s; handlers behind it are not asked', async (_when, handler) => {
    const notes: string[] = [];
    const later = recalling(() => void notes.push('asked'), 'later');
    await using bench = await startBench([recalling(() => undefined, 'first'), recalling(handler), later]);
    expect(await bench.resume(bench.dial())).toBe(true);
    expect(notes).toEqual([]);
    expect(bench.instance()).toMatchObject({ monitorName: 'foo', since: new Date(5), state: 'connected' });
  });

  test('an empty answer is one: the session had no name', async () => {
    await using bench = await startBench([recalling()]);
    expect(await bench.resume(bench.dial())).toBe(true);
    expect(bench.instance()).toMatchObject({ monitorName: undefined, since: bench.clock.date() });
  });

  test.each([
    ...misbehaviours.filter(({ what }) => what !== 'returns an empty object'),
    { what: 'names it as it cannot be named', handler: () => ({ monitorName: '../x' }), code: 'SCR_HOOK_RESULT' },
    { what: 'gives no text for a name', handler: () => ({ monitorName: 5 }), code: 'SCR_HOOK_RESULT' },
    { what: 'gives a time that is none', handler: () => ({ since: new Date(NaN) }), code: 'SCR_HOOK_RESULT' },
    { what: 'gives a number for a time', handler: () => ({ since: 5 }), code: 'SCR_HOOK_RESULT' },
  ])('a handler that $what is told of, and the next one is asked', async ({ handler, code }) => {
    await using bench = await startBench([recalling(handler, 'broken'), recalling(() => ({ monitorName: 'foo' }))]);
    const resumed = bench.resume(bench.dial());
    await runOut(bench.clock);
    expect(await resumed).toBe(true);
    expect(bench.instance().monitorName).toBe('foo');
    expect((await bench.log.waitFor('hook.failed')).fields).toMatchObject({ code, plugin: 'broken', hook: 'recall' });
  });

  test('when nobody knows of it scamper is told to start afresh', async () => {
    await using bench = await startBench([recalling(() => undefined), recalling(async () => settle(), 'slow')]);
    const scamper = bench.dial();
    expect(await bench.resume(scamper)).toBe(false);
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_RESUME_UNKNOWN', step: 'identify' });
  });
});
