import { describe, expect, test } from 'vitest';
import { ipPeer } from '../../../plugin-sdk/index.js';
import { type SimScamper, type TestBench, settle, startBench } from '../../../testing/index.js';
import { gate } from '../support/gate.js';
import { keeping, noting, plugin } from '../support/plugins.js';

async function cutAndKept(bench: TestBench, scamper: SimScamper): Promise<void> {
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
}

describe('an instance that comes back', () => {
  test('is the same under the name of its new port', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = await bench.attach({ monitorName: 'foo' });
    const before = bench.instance();
    expect(before.name).toBe('foo-192.0.2.1:1025');
    await cutAndKept(bench, scamper);
    expect(before.state).toBe('zombie');
    expect(await bench.resume(scamper, { peer: ipPeer('198.51.100.9', 2000) })).toBe(true);
    expect(bench.controller.instances).toEqual([before]);
    expect(before).toMatchObject({ id: 1, name: 'foo-198.51.100.9:2000', state: 'connected', monitorName: 'foo' });
    expect(before.peer).toEqual(ipPeer('198.51.100.9', 2000));
  });

  test('is made reachable anew, after it was out of reach, before it is answered', async () => {
    const notes: string[] = [];
    await using bench = await startBench([keeping(900), noting(notes)]);
    const scamper = await bench.attach();
    await cutAndKept(bench, scamper);
    await bench.resume(scamper);
    expect(notes).toEqual([
      'attach 192.0.2.1:1025',
      'undo 192.0.2.1:1025',
      'disconnect 192.0.2.1:1025 SCR_INSTANCE_ENDED',
      'reattach 192.0.2.1:1026',
    ]);
  });

  test('gets what clients sent meanwhile, once and in order', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = await bench.attach();
    const client = bench.client();
    await client.until('MORE');
    await cutAndKept(bench, scamper);
    client.send('ping 1\n');
    await settle();
    client.send('ping 2\n');
    await settle();
    await bench.resume(scamper);
    await client.until('OK id-2');
    const commands = scamper.received.map((each) => (each.type === 'data' ? each.bytes.toString() : ''));
    expect(commands.join('')).toBe('ping 1\nping 2\n');
  });

  test('can do so again and again', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = await bench.attach();
    const client = bench.client();
    await client.until('MORE');
    for (let round = 1; round <= 5; round++) {
      client.send(`ping ${round}\n`);
      scamper.cut();
      expect(await bench.resume(scamper)).toBe(true);
      await client.until(`OK id-${round}\n`);
    }
    expect(client.text.match(/OK id-\d+/g)).toEqual(['OK id-1', 'OK id-2', 'OK id-3', 'OK id-4', 'OK id-5']);
    expect(bench.instance().name).toBe('192.0.2.1:1030');
  });

  test('takes no new clients before it is back', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = await bench.attach();
    await cutAndKept(bench, scamper);
    expect(() => bench.client()).toThrow(expect.objectContaining({ code: 'SCR_INSTANCE_AWAY' }));
    await bench.resume(scamper);
    await bench.client().until('MORE');
  });
});

describe('a resume is rejected, and the connection closed', () => {
  test('when nothing is known of the session', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = bench.dial();
    expect(await scamper.resume(scamper.stream)).toBe(false);
    await scamper.closed;
    expect(scamper.received).toEqual([{ type: 'rejected' }]);
    const { fields, level } = await bench.log.waitFor('connection.refused');
    expect(fields).toMatchObject({ code: 'SCR_RESUME_UNKNOWN', step: 'identify' });
    expect(level).toBe('info'); // after a restart each scamper does it: there is nothing to do about it
  });

  test('when the two ends disagree; its clients see the end, and the magic is free again', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = await bench.attach();
    const client = bench.client();
    await client.until('MORE');
    await cutAndKept(bench, scamper);
    scamper.rcvNxt += 5;
    expect(await bench.resume(scamper)).toBe(false);
    await scamper.closed;
    await client.end;
    expect(client.ended).toBe(true);
    const { fields } = await bench.log.waitFor('connection.refused');
    expect(fields).toMatchObject({ code: 'SCR_RESUME_MISMATCH', step: 'attach' });
    expect(bench.controller.instances).toEqual([]);
    await bench.attach({ magic: scamper.magic });
  });

  test('while the session is only about to begin', async () => {
    const attaching = gate();
    const slow = plugin('slow', ({ hooks }) => hooks.attach.tap(() => attaching.promise));
    await using bench = await startBench([slow]);
    const scamper = bench.dial();
    scamper.hello();
    await settle();
    const other = bench.dial({ magic: scamper.magic });
    expect(await other.resume(other.stream)).toBe(false);
    attaching.open();
    await scamper.waitFor('id');
  });
});

describe('a resume that a plugin refuses', () => {
  test('leaves a zombie as it is: a later one succeeds', async () => {
    let deny = false;
    const denying = plugin('denying', ({ hooks }) =>
      hooks.authenticate.tap(({ kind }) => (deny && kind === 'resume' ? { deny: 'not today' } : undefined)),
    );
    await using bench = await startBench([keeping(900), denying]);
    const scamper = await bench.attach();
    const client = bench.client();
    await client.until('MORE');
    await cutAndKept(bench, scamper);
    deny = true;
    await expect(bench.resume(scamper)).rejects.toThrow('the connection ended: by the controller');
    expect(scamper.received.filter(({ type }) => type === 'rejected')).toEqual([]);
    expect(bench.instance().state).toBe('zombie');
    deny = false;
    expect(await bench.resume(scamper)).toBe(true);
    client.send('ping\n');
    await client.until('OK id-1');
  });

  test('leaves a live connection as it is', async () => {
    const denying = plugin('denying', ({ hooks }) =>
      hooks.authenticate.tap(({ kind }) => (kind === 'resume' ? { deny: 'not today' } : undefined)),
    );
    await using bench = await startBench([denying]);
    const scamper = await bench.attach();
    const client = bench.client();
    const impostor = bench.dial({ magic: scamper.magic });
    await expect(impostor.resume(impostor.stream)).rejects.toThrow('the connection ended: by the controller');
    client.send('ping\n');
    await client.until('OK id-1');
    expect(bench.instance().name).toBe('192.0.2.1:1025');
  });

  test('is asked with the session’s own monitor name and instance', async () => {
    const asked: unknown[] = [];
    const asking = plugin('asking', ({ hooks }) =>
      hooks.authenticate.tap(({ kind, monitorName, peer, fingerprint, instance }) => {
        asked.push([kind, monitorName, peer.kind === 'ip' && peer.port, fingerprint === instance?.fingerprint]);
      }),
    );
    await using bench = await startBench([keeping(900), asking]);
    const scamper = await bench.attach({ monitorName: 'foo' });
    scamper.cut();
    await bench.resume(scamper);
    expect(asked).toEqual([
      ['new', 'foo', 1025, false],
      ['resume', 'foo', 1026, true],
    ]);
  });

  test('because it cannot be made reachable leaves it a zombie with its clients', async () => {
    let broken = false;
    const breaking = plugin('breaking', ({ hooks }) =>
      hooks.attach.tap(() => {
        if (broken) throw new Error('no room');
      }),
    );
    const notes: string[] = [];
    await using bench = await startBench([keeping(900), noting(notes), breaking]);
    const scamper = await bench.attach();
    const client = bench.client();
    await client.until('MORE');
    await cutAndKept(bench, scamper);
    broken = true;
    await expect(bench.resume(scamper)).rejects.toThrow('the connection ended: by the controller');
    expect(notes.slice(3)).toEqual(['reattach 192.0.2.1:1026', 'undo 192.0.2.1:1026']);
    expect(client.ended).toBe(false);
    broken = false;
    expect(await bench.resume(scamper)).toBe(true);
    client.send('ping\n');
    await client.until('OK id-1');
  });

  test('because its name is taken leaves it a zombie', async () => {
    await using bench = await startBench([keeping(900)]);
    const scamper = await bench.attach();
    await cutAndKept(bench, scamper);
    const peer = ipPeer('192.0.2.7', 4000);
    const other = await bench.attach({ peer });
    await expect(bench.resume(scamper, { peer })).rejects.toThrow('the connection ended: by the controller');
    await bench.log.waitFor('connection.refused', { code: 'SCR_NAME_TAKEN' });
    expect(other.stream.destroyed).toBe(false);
    expect(await bench.resume(scamper)).toBe(true);
  });
});
