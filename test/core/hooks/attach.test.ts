import { describe, expect, test } from 'vitest';
import type { InstanceView } from '../../../plugin-sdk/index.js';
import { settle, startBench } from '../../../testing/index.js';
import { gate } from '../support/gate.js';
import { misbehaviours, runOut } from '../support/misbehaviour.js';
import { keeping, noting, plugin } from '../support/plugins.js';
import { refused } from '../support/refused.js';

const attaching = (handler: (instance: InstanceView, how: { resumed: boolean }) => unknown, name = 'maker') =>
  plugin(name, ({ hooks }) => hooks.attach.tap(handler as () => undefined));

describe('attach', () => {
  test('gets the instance and whether it came back', async () => {
    const seen: unknown[] = [];
    await using bench = await startBench([
      keeping(9),
      attaching((instance, how) => void seen.push([instance.id, instance.state, how])),
    ]);
    const scamper = await bench.attach();
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    await bench.resume(scamper);
    expect(seen).toEqual([
      [1, 'pending', { resumed: false }],
      [1, 'zombie', { resumed: true }],
    ]);
  });

  test('is undone in reverse order when the connection is lost, each handler on its own', async () => {
    const notes: string[] = [];
    const broken = attaching(
      () => () => {
        throw new Error('cannot unlink');
      },
      'broken',
    );
    await using bench = await startBench([
      attaching(() => undefined, 'idle'),
      attaching(() => () => void notes.push('one'), 'one'),
      broken,
      attaching(
        () => async () => {
          await settle();
          notes.push('two');
        },
        'two',
      ),
    ]);
    const scamper = await bench.attach();
    scamper.cut();
    await bench.log.waitFor('instance.gone');
    expect(notes).toEqual(['two', 'one']);
    expect(bench.log.of('release.failed')).toMatchObject([{ level: 'error', message: 'cannot unlink' }]);
  });

  // An object or text is as senseless here as for the other hooks; a function is what undoes.
  test.each(misbehaviours)(
    'refuses the instance when a handler $what, and undoes what was made',
    async ({ handler, code, ...more }) => {
      const notes: string[] = [];
      await using bench = await startBench([
        noting(notes),
        attaching(handler),
        attaching(() => void notes.push('later'), 'later'),
      ]);
      const scamper = bench.dial();
      scamper.hello();
      await runOut(bench.clock);
      const { fields } = await refused(bench, scamper);
      expect(fields).toMatchObject({ code, plugin: 'maker', hook: 'attach', step: 'attach' });
      if ('cause' in more) expect(fields['cause']).toBe(more.cause);
      expect(notes).toEqual(['attach 192.0.2.1:1025', 'undo 192.0.2.1:1025']);
      expect(scamper.received).toEqual([]);
      expect(bench.controller.instances).toEqual([]);
    },
  );

  test('that failed once does not keep the scamper from coming again', async () => {
    let failures = 1;
    const flaky = attaching(() => {
      if (failures-- > 0) throw new Error('not yet');
    });
    await using bench = await startBench([flaky]);
    const first = bench.dial();
    await expect(first.attach()).rejects.toThrow();
    await bench.attach({ magic: first.magic });
    expect(bench.controller.instances).toHaveLength(1);
  });

  test('that comes too late is undone at once', async () => {
    const made = gate<() => void>();
    const notes: string[] = [];
    await using bench = await startBench([attaching(() => made.promise)]);
    const scamper = bench.dial();
    scamper.hello();
    await runOut(bench.clock);
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_HOOK_TIMEOUT' });
    made.open(() => {
      notes.push('undone');
      throw new Error('cannot unlink');
    });
    await settle();
    expect(notes).toEqual(['undone']);
    expect(bench.log.of('release.failed').map(({ message }) => message)).toEqual(['cannot unlink']);
  });

  test('that fails too late, or brings no function then, changes nothing more', async () => {
    const answers = [gate<unknown>(), gate<unknown>()] as const;
    const waiting = [...answers];
    await using bench = await startBench([attaching(() => waiting.shift()?.promise)]);
    for (const _answer of answers) {
      const scamper = bench.dial();
      scamper.hello();
      await runOut(bench.clock);
      await refused(bench, scamper);
    }
    const before = bench.log.lines.length;
    answers[0].fail(new Error('too late'));
    answers[1].open('a text');
    await settle();
    expect(bench.log.lines.length).toBe(before);
  });

  test('names what it expected', async () => {
    await using bench = await startBench([attaching(() => true)]);
    const scamper = bench.dial();
    scamper.hello();
    const { message } = await refused(bench, scamper);
    const expected = 'expected nothing, or a function that undoes what the handler did';
    expect(message).toBe(
      `192.0.2.1:1025 refused: maker, attach: ${expected}: a handler returned something that is not allowed`,
    );
  });

  test('of one instance does not hold up another', async () => {
    const first = gate();
    const waiting = [first];
    await using bench = await startBench([attaching(() => waiting.shift()?.promise)]);
    const slow = bench.dial();
    slow.hello();
    await settle();
    await bench.attach();
    first.open();
    await slow.waitFor('id');
  });
});
