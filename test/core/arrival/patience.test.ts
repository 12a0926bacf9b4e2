import { describe, expect, test } from 'vitest';
import { encodeFrame } from '../../../core/protocol/frame.js';
import { settle, startBench } from '../../../testing/index.js';
import { gate } from '../support/gate.js';
import { noting, plugin } from '../support/plugins.js';
import { refused } from '../support/refused.js';

describe('a peer that does not say who it is', () => {
  test('is closed after 30 s', async () => {
    await using bench = await startBench();
    const scamper = bench.dial();
    await bench.clock.advance(29_999);
    expect(scamper.stream.destroyed).toBe(false);
    await bench.clock.advance(1);
    const { fields, message } = await refused(bench, scamper);
    expect(message).toBe('192.0.2.1:1025 refused: nothing usable arrived before the time limit');
    expect(fields).toMatchObject({ code: 'SCR_HELLO_TIMEOUT', step: 'hello' });
  });

  test('does not gain time by dripping', async () => {
    await using bench = await startBench();
    const scamper = bench.dial();
    const drops = encodeFrame(0, 0, Buffer.alloc(50));
    for (let second = 0; second < 30; second++) {
      scamper.raw(drops.subarray(second, second + 1));
      await bench.clock.advance(1_000);
    }
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_HELLO_TIMEOUT' });
  });

  test('has no timer running any more once it has spoken', async () => {
    await using bench = await startBench();
    const before = bench.clock.pending;
    await bench.attach();
    expect(bench.clock.pending).toBe(before);
  });
});

describe('a peer that leaves', () => {
  test.each([
    ['without a word', Buffer.alloc(0)],
    ['in the middle of its hello', Buffer.from('00000000000000000010', 'hex')],
  ])('%s leaves nothing behind', async (_what, bytes) => {
    await using bench = await startBench();
    const before = bench.clock.pending;
    const scamper = bench.dial();
    scamper.raw(bytes);
    await settle();
    scamper.cut();
    const { fields } = await refused(bench, scamper);
    expect(fields).toMatchObject({ code: 'SCR_HELLO_EARLY_END', step: 'hello' });
    expect(bench.clock.pending).toBe(before);
  });

  test('while accept is at work leaves nothing behind', async () => {
    const accepting = gate();
    const slow = plugin('slow', ({ hooks }) => hooks.accept.tap(() => accepting.promise));
    await using bench = await startBench([slow]);
    const scamper = bench.dial();
    scamper.hello();
    scamper.cut();
    await settle();
    accepting.open();
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_HELLO_EARLY_END', step: 'accept' });
    expect(bench.controller.instances).toEqual([]);
  });

  test('while it is being authenticated leaves nothing behind', async () => {
    const asked = gate();
    const answer = gate();
    const slow = plugin('slow', ({ hooks }) =>
      hooks.authenticate.tap(() => {
        asked.open();
        return answer.promise;
      }),
    );
    const notes: string[] = [];
    await using bench = await startBench([slow, noting(notes)]);
    const scamper = bench.dial();
    scamper.hello();
    await asked.promise;
    scamper.cut();
    await settle();
    answer.open();
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_HELLO_EARLY_END', step: 'authenticate' });
    expect(notes).toEqual([]);
    await bench.attach({ magic: scamper.magic }); // its magic is not taken
  });

  test('while it is being attached is detached again', async () => {
    const making = gate();
    const made = gate();
    const slow = plugin('slow', ({ hooks }) =>
      hooks.attach.tap(() => {
        making.open();
        return made.promise;
      }),
    );
    const notes: string[] = [];
    await using bench = await startBench([noting(notes), slow]);
    const scamper = bench.dial();
    scamper.hello();
    await making.promise;
    scamper.cut();
    await settle();
    made.open();
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_HELLO_EARLY_END', step: 'answer' });
    await settle();
    expect(notes.slice(0, 2)).toEqual(['attach 192.0.2.1:1025', 'undo 192.0.2.1:1025']);
    expect(bench.controller.instances).toEqual([]);
    await bench.attach({ magic: scamper.magic });
  });
});
