import { describe, expect, test } from 'vitest';
import { settle, startBench } from '../../../testing/index.js';
import { keeping, noting, plugin } from '../support/plugins.js';

describe('a resume while the old connection still seems alive', () => {
  test('replaces it: the old stream is destroyed, the client kept', async () => {
    const notes: string[] = [];
    await using bench = await startBench([noting(notes)]);
    const scamper = await bench.attach();
    const client = bench.client();
    await client.until('MORE');
    const old = scamper.stream;
    expect(await bench.resume(scamper)).toBe(true);
    await settle();
    expect(old.destroyed).toBe(true);
    client.send('ping\n');
    await client.until('OK id-1');
    expect(bench.controller.instances.map(({ name }) => name)).toEqual(['192.0.2.1:1026']);
    expect(notes).toEqual(['attach 192.0.2.1:1025', 'undo 192.0.2.1:1025', 'reattach 192.0.2.1:1026']);
  });

  test('may come from the same address and port', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach();
    const { peer } = bench.instance();
    expect(await bench.resume(scamper, { peer })).toBe(true);
    expect(bench.instance().name).toBe('192.0.2.1:1025');
  });

  test('sends again what the old connection swallowed', async () => {
    await using bench = await startBench();
    const scamper = await bench.attach();
    const client = bench.client();
    await client.until('MORE');
    scamper.stall();
    client.send('ping\n');
    await settle();
    expect(await bench.resume(scamper)).toBe(true);
    await client.until('OK id-1');
    expect(scamper.violation).toBeUndefined();
  });

  test('that cannot be attached leaves the instance to the disconnect hook', async () => {
    let broken = false;
    const breaking = plugin('breaking', ({ hooks }) =>
      hooks.attach.tap(() => {
        if (broken) throw new Error('no room');
      }),
    );
    const notes: string[] = [];
    await using bench = await startBench([keeping(10), noting(notes), breaking]);
    const scamper = await bench.attach();
    const client = bench.client();
    await client.until('MORE');
    broken = true;
    await expect(bench.resume(scamper)).rejects.toThrow('the connection ended: by the controller');
    await bench.log.waitFor('instance.zombie');
    expect(notes.at(-1)).toBe('disconnect 192.0.2.1:1026 SCR_INSTANCE_REPLACED');
    await bench.clock.advance(11_000);
    await client.end;
    expect(client.ended).toBe(true);
    expect(bench.controller.instances).toEqual([]);
  });
});
