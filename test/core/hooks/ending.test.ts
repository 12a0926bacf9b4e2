import { describe, expect, test } from 'vitest';
import type { Ending, InstanceView } from '../../../plugin-sdk/index.js';
import { settle, startBench } from '../../../testing/index.js';
import { misbehaviours, runOut } from '../support/misbehaviour.js';
import { keeping, noting, plugin } from '../support/plugins.js';

const losing = (handler: (instance: InstanceView, loss: Ending) => unknown, name = 'keeper') =>
  plugin(name, ({ hooks }) => hooks.disconnect.tap(handler as () => undefined));
const expiring = (handler: (instance: InstanceView, end: Ending) => unknown, name = 'cleaner') =>
  plugin(name, ({ hooks }) => hooks.expire.tap(handler as () => undefined));

describe('disconnect', () => {
  test('is told which instance lost its connection and why, when it is out of reach', async () => {
    const seen: unknown[] = [];
    const notes: string[] = [];
    const watch = losing((instance, loss) => void seen.push([instance.name, instance.state, loss, notes.at(-1)]));
    await using bench = await startBench([noting(notes), watch]);
    const scamper = await bench.attach();
    scamper.raw(Buffer.alloc(10));
    await bench.log.waitFor('instance.gone');
    const loss = {
      code: 'SCR_PROTOCOL',
      reason: 'a frame of 0 octets is not allowed here: the instance broke the protocol',
    };
    expect(seen).toEqual([['192.0.2.1:1025', 'zombie', loss, 'disconnect 192.0.2.1:1025 SCR_PROTOCOL']]);
    expect(notes.slice(1, 3)).toEqual(['undo 192.0.2.1:1025', 'disconnect 192.0.2.1:1025 SCR_PROTOCOL']);
  });

  test('keeps the state for the longest time asked for', async () => {
    const times = [5_000, 60_000, 20_000].map((keepFor, index) =>
      losing(() => Promise.resolve({ keepFor }), `keeper-${index}`),
    );
    await using bench = await startBench([...times, losing(() => undefined, 'nobody')]);
    const scamper = await bench.attach();
    scamper.cut();
    await bench.log.waitFor('instance.zombie', { seconds: 60 });
    await bench.clock.advance(59_000);
    expect(bench.controller.instances).toHaveLength(1);
    await bench.clock.advance(2_000);
    expect(bench.controller.instances).toEqual([]);
    expect(bench.log.of('hook.failed')).toEqual([]);
  });

  test.each([
    ...misbehaviours,
    { what: 'asks for less than no time', handler: () => ({ keepFor: -1 }), code: 'SCR_HOOK_RESULT' },
    { what: 'asks for no number', handler: () => ({ keepFor: Number.NaN }), code: 'SCR_HOOK_RESULT' },
    { what: 'asks with a text', handler: () => ({ keepFor: '900' }), code: 'SCR_HOOK_RESULT' },
  ])('is not disturbed by a handler that $what: logged, the others count', async ({ handler, code, ...more }) => {
    await using bench = await startBench([losing(handler, 'broken'), keeping(60)]);
    const scamper = await bench.attach();
    scamper.cut();
    await runOut(bench.clock);
    await bench.log.waitFor('instance.zombie', { seconds: 60 });
    const [line] = bench.log.of('hook.failed');
    expect(line).toMatchObject({ level: 'error', fields: { code, plugin: 'broken', hook: 'disconnect' } });
    if ('cause' in more) expect(line?.fields['cause']).toBe(more.cause);
    if (code === 'SCR_HOOK_RESULT') expect(line?.message).toContain('expected nothing or { keepFor: milliseconds }: ');
    expect(await bench.resume(scamper)).toBe(true);
  });

  test('may say that no time is asked for', async () => {
    await using bench = await startBench([losing(() => ({ keepFor: 0 }))]);
    const scamper = await bench.attach();
    scamper.cut();
    await bench.log.waitFor('instance.gone', { code: 'SCR_INSTANCE_ENDED' });
    expect(bench.log.of('hook.failed')).toEqual([]);
  });

  test('that fails alone keeps nothing', async () => {
    await using bench = await startBench([losing(() => Promise.reject(new Error('broken')))]);
    const scamper = await bench.attach();
    scamper.cut();
    await bench.log.waitFor('instance.gone', { code: 'SCR_INSTANCE_ENDED' });
    expect(bench.controller.instances).toEqual([]);
  });

  test('is not asked about a connection that never was an instance’s', async () => {
    const seen: unknown[] = [];
    await using bench = await startBench([losing((instance) => void seen.push(instance))]);
    const scamper = bench.dial();
    scamper.raw(Buffer.alloc(10));
    await bench.log.waitFor('connection.refused');
    await settle();
    expect(seen).toEqual([]);
  });
});

describe('expire', () => {
  test('is told once which instance has gone, and why', async () => {
    const seen: unknown[] = [];
    await using bench = await startBench([
      expiring((instance, end) => void seen.push([instance.id, instance.state, end])),
    ]);
    const scamper = await bench.attach();
    scamper.cut();
    await bench.log.waitFor('instance.gone');
    await settle();
    await bench.stop();
    const end = { code: 'SCR_INSTANCE_ENDED', reason: 'the instance closed the connection' };
    expect(seen).toEqual([[1, 'gone', end]]);
  });

  test.each(misbehaviours)(
    'runs the other handlers when one $what, and logs it',
    async ({ handler, code, ...more }) => {
      const seen: number[] = [];
      const after = expiring(({ id }) => void seen.push(id), 'after');
      const before = expiring(({ id }) => void seen.push(-id), 'before');
      await using bench = await startBench([before, expiring(handler, 'broken'), after]);
      const scamper = await bench.attach();
      scamper.cut();
      await runOut(bench.clock);
      expect(seen).toEqual([-1, 1]);
      const [line, ...others] = bench.log.of('hook.failed');
      expect(line).toMatchObject({ level: 'error', fields: { code, plugin: 'broken', hook: 'expire' } });
      if ('cause' in more) expect(line?.fields['cause']).toBe(more.cause);
      expect(others).toEqual([]);
    },
  );
});
