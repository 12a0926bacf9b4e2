import { describe, expect, test } from 'vitest';
import { settle, startBench } from '../../../testing/index.js';
import { keeping, noting } from '../support/plugins.js';

describe('an instance whose connection is lost', () => {
  test('is gone at once when nobody asks to keep it; its clients see end of file', async () => {
    const notes: string[] = [];
    await using bench = await startBench([noting(notes)]);
    const scamper = await bench.attach();
    const client = bench.client();
    await client.until('MORE');
    const instance = bench.instance();
    scamper.cut();
    await client.end;
    await settle();
    expect(client.ended).toBe(true);
    expect(instance.state).toBe('gone');
    expect(bench.controller.instances).toEqual([]);
    expect(notes).toEqual([
      'attach 192.0.2.1:1025',
      'undo 192.0.2.1:1025',
      'disconnect 192.0.2.1:1025 SCR_INSTANCE_ENDED',
      'expire 192.0.2.1:1025 SCR_INSTANCE_ENDED',
    ]);
    const dial = bench.dial({ magic: scamper.magic });
    expect(await dial.resume(dial.stream)).toBe(false);
  });

  test('is gone at once when it shall be kept for 0 s', async () => {
    await using bench = await startBench([keeping(0)]);
    const scamper = await bench.attach();
    scamper.cut();
    await bench.log.waitFor('instance.gone', { code: 'SCR_INSTANCE_ENDED' });
    expect(bench.log.of('instance.zombie')).toEqual([]);
  });

  test('is kept as long as asked, then its clients see end of file and nobody comes back to it', async () => {
    const notes: string[] = [];
    await using bench = await startBench([keeping(900), noting(notes)]);
    const scamper = await bench.attach();
    const client = bench.client();
    await client.until('MORE');
    scamper.cut();
    await bench.log.waitFor('instance.zombie', { seconds: 900 });
    await bench.clock.advance(899_000);
    expect(client.ended).toBe(false);
    expect(bench.instance().state).toBe('zombie');
    await bench.clock.advance(1_000);
    await client.end;
    expect(client.ended).toBe(true);
    expect(bench.controller.instances).toEqual([]);
    expect(notes.at(-1)).toBe('expire 192.0.2.1:1025 SCR_INSTANCE_GONE');
    expect(await bench.resume(scamper)).toBe(false);
    await bench.log.waitFor('connection.refused', { code: 'SCR_RESUME_UNKNOWN' });
  });

  test('gets its full time again at every loss', async () => {
    await using bench = await startBench([keeping(100)]);
    const scamper = await bench.attach();
    for (let round = 0; round < 3; round++) {
      scamper.cut();
      await bench.clock.advance(99_000);
      expect(await bench.resume(scamper)).toBe(true);
    }
  });

  test('whose clients have all left is kept nevertheless', async () => {
    await using bench = await startBench([keeping(100)]);
    const scamper = await bench.attach();
    const client = bench.client();
    await client.until('MORE');
    scamper.cut();
    await bench.log.waitFor('instance.zombie');
    client.leave();
    await settle();
    expect(await bench.resume(scamper)).toBe(true);
    expect((await scamper.waitFor('fin')).type).toBe('fin');
    await bench.client().until('MORE');
  });

  test('loses what a client did not read only when the client leaves', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach();
    const client = bench.client();
    await client.until('MORE');
    client.send('ping\n');
    await client.until('OK id-1');
    client.stream.pause();
    client.send('ping\n');
    await settle();
    scamper.cut();
    await bench.log.waitFor('instance.gone');
    client.stream.resume();
    await client.end;
    expect(client.text).toContain('OK id-2');
    expect(client.ended).toBe(true);
  });
});
