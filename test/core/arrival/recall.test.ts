import { describe, expect, test } from 'vitest';
import type { AuthenticationRequest, Change, PluginEntry } from '../../../plugin-sdk/index.js';
import { type SimScamper, type TestBench, settle, startBench } from '../../../testing/index.js';
import { gate } from '../support/gate.js';
import { failingOnce, keeping, noting, plugin } from '../support/plugins.js';
import { recalling } from '../support/recalling.js';
import { refused } from '../support/refused.js';

/** A scamper that loses its controller, as when that is killed: two clients, one idle and one with results under way. */
async function orphaned(): Promise<SimScamper> {
  await using before = await startBench([]);
  const scamper = await before.attach({ monitorName: 'foo' });
  for (const client of [before.client(), before.client()]) {
    client.send('ping\n');
    await client.until('OK id-');
  }
  scamper.cut();
  return scamper;
}

/** The controller after it. */
function after(plugins: readonly PluginEntry[] = []): Promise<TestBench> {
  return startBench([recalling(() => ({ monitorName: 'foo', since: new Date(5) })), ...plugins], { random: () => 700 });
}

describe('a session that a plugin recalls', () => {
  test('goes on as an instance that came back, and serves', async () => {
    const notes: string[] = [];
    const scamper = await orphaned();
    await using bench = await after([noting(notes)]);
    expect(await bench.resume(scamper)).toBe(true);
    expect(bench.instance()).toMatchObject({ id: 1, name: 'foo-192.0.2.1:1025', since: new Date(5) });
    expect(bench.instance().figures().resumes).toBe(1);
    expect(notes).toEqual(['reattach foo-192.0.2.1:1025']);
    const { fields } = await bench.log.waitFor('instance.resumed');
    expect(fields).toMatchObject({ monitorName: 'foo', recalled: true });

    const client = bench.client();
    client.send('ping\ndone\n');
    await client.until('OK id-3');
    await client.end;
    expect(scamper.violation).toBeUndefined();
    expect(scamper.received.filter(({ type }) => type === 'open').slice(-2)).toEqual([
      { type: 'open', channel: 701 },
      { type: 'open', channel: 702 },
    ]);
  });

  test('can be lost and resumed like any other', async () => {
    const scamper = await orphaned();
    await using bench = await after([keeping(900)]);
    await bench.resume(scamper);
    const client = bench.client();
    await client.until('MORE');
    for (let round = 3; round < 6; round++) {
      scamper.cut();
      client.send('ping\n');
      expect(await bench.resume(scamper)).toBe(true);
      await client.until(`OK id-${round}`);
    }
    expect(bench.log.of('instance.resumed').map(({ fields }) => fields['recalled'])).toEqual([
      true,
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('what comes for clients of before is nobody else’s; their channels are finished after 2 s', async () => {
    const scamper = await orphaned();
    scamper.send(1, 'DATA of before\n');
    await using bench = await after();
    await bench.resume(scamper);
    const client = bench.client();
    await client.until('MORE');
    scamper.send(1, 'more of before\n');
    await settle();
    await bench.clock.advance(3_000);
    expect(scamper.received).toContainEqual({ type: 'fin', channel: 1 });
    expect(scamper.received).not.toContainEqual({ type: 'fin', channel: 2 });
    expect(scamper.violation).toBeUndefined();
    expect(client.text).toBe('MORE\n');
  });

  test('clients may come while it is made reachable: they are served once scamper is answered', async () => {
    const scamper = await orphaned();
    const early = plugin('early', ({ hooks }) =>
      hooks.attach.tap((instance) => void clients.push(bench.client(instance))),
    );
    const clients: ReturnType<TestBench['client']>[] = [];
    await using bench = await after([early]);
    await bench.resume(scamper);
    await clients[0]?.until('MORE');
    expect(scamper.violation).toBeUndefined();
  });

  test('is authenticated by the name that is known of it; who is denied changes nothing', async () => {
    const requests: AuthenticationRequest[] = [];
    const strict = plugin('strict', ({ hooks }) =>
      hooks.authenticate.tap((request) => {
        requests.push(request);
        return requests.length === 1 ? { deny: 'not now' } : undefined;
      }),
    );
    const changes: Change[] = [];
    const watching = plugin('watching', ({ observe }) => void observe('changed', (change) => changes.push(change)));
    const notes: string[] = [];
    const scamper = await orphaned();
    await using bench = await after([strict, watching, noting(notes)]);
    await expect(bench.resume(scamper)).rejects.toThrow('ended');
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_DENIED', monitorName: 'foo' });
    expect(scamper.received).not.toContainEqual({ type: 'rejected' });
    expect(bench.controller.instances).toEqual([]);
    expect(notes).toEqual([]);
    expect(requests[0]).toMatchObject({ kind: 'resume', monitorName: 'foo', instance: { state: 'gone' } });

    expect(await bench.resume(scamper)).toBe(true);
    expect(bench.instance()).toMatchObject({ monitorName: 'foo', state: 'connected' });
    expect(changes.map(({ from, to }) => `${from} ${to}`)).toEqual(['pending gone', 'pending connected']);
  });

  test('that cannot be made reachable is not told to start afresh: it may come again', async () => {
    const scamper = await orphaned();
    await using bench = await after([failingOnce()]);
    await expect(bench.resume(scamper)).rejects.toThrow('ended');
    expect(bench.controller.instances).toEqual([]);
    expect(await bench.resume(scamper)).toBe(true);
  });

  test('with numbers that make no sense starts afresh', async () => {
    await using bench = await after();
    const scamper = bench.dial();
    expect(await scamper.resume(scamper.stream, { sndUna: 5, sndNxt: 3 })).toBe(false);
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_RESUME_MISMATCH', step: 'attach' });
    expect(bench.controller.instances).toEqual([]);
  });

  test('of two resumes that are recalled at once the one that is attached first carries it', async () => {
    const answers = [gate(), gate()];
    const waiting = [...answers];
    const slow = plugin('slow', ({ hooks }) => hooks.authenticate.tap(() => waiting.shift()?.promise));
    const scamper = await orphaned();
    await using bench = await after([slow]);
    const given = bench.resume(scamper).catch(() => 'given up');
    const first = scamper.stream;
    await settle();
    const second = bench.resume(scamper);
    await settle();
    answers[1]?.open();
    expect(await second).toBe(true);
    answers[0]?.open();
    expect((await bench.log.waitFor('connection.refused')).fields).toMatchObject({ code: 'SCR_INSTANCE_REPLACED' });
    await given;
    await expect.poll(() => first.destroyed).toBe(true);
    expect(bench.controller.instances).toHaveLength(1);
    expect(bench.instance().state).toBe('connected');
  });

  test('one that waits behind another which cannot be made reachable is not told to start afresh', async () => {
    const answer = gate();
    let attaches = 0;
    let authenticated = 0;
    const failing = plugin('failing', ({ hooks }) => {
      hooks.authenticate.tap(() => void authenticated++);
      hooks.attach.tap(async () => {
        if (++attaches > 1) return;
        await answer.promise;
        throw new Error('not now');
      });
    });
    const scamper = await orphaned();
    await using bench = await after([failing]);
    const given = bench.resume(scamper).catch(() => 'given up');
    await expect.poll(() => attaches).toBe(1);
    const second = bench.resume(scamper).catch(() => 'given up');
    await expect.poll(() => authenticated).toBe(2);
    answer.open();
    expect(await Promise.all([given, second])).toEqual(['given up', 'given up']);
    expect(scamper.received).not.toContainEqual({ type: 'rejected' });
    expect(await bench.resume(scamper)).toBe(true);
  });

  test('a resume that comes while it is made reachable replaces its connection', async () => {
    const answers = [gate(), gate()];
    const waiting = [...answers];
    const slow = plugin('slow', ({ hooks }) => hooks.attach.tap(() => waiting.shift()?.promise));
    const scamper = await orphaned();
    await using bench = await after([slow]);
    const given = bench.resume(scamper).catch(() => 'given up');
    await settle();
    const second = bench.resume(scamper);
    await settle();
    for (const answer of answers) answer.open();
    expect(await second).toBe(true);
    await given;
    expect(bench.controller.instances).toHaveLength(1);
    expect(bench.instance()).toMatchObject({ name: 'foo-192.0.2.1:1026', state: 'connected' });
    const client = bench.client();
    await client.until('MORE');
    expect(scamper.violation).toBeUndefined();
  });

  test('that became known while the plugin looked is resumed as what is known', async () => {
    const answer = gate<object>();
    let asked = 0;
    const slow = recalling(() => (++asked === 1 ? answer.promise : { monitorName: 'foo' }), 'slow');
    const scamper = await orphaned();
    await using bench = await startBench([slow, keeping(900)]);
    const given = bench.resume(scamper).catch(() => 'given up');
    await settle();
    expect(await bench.resume(scamper)).toBe(true);
    answer.open({ monitorName: 'other' });
    await given;
    expect(bench.controller.instances).toHaveLength(1);
    expect(bench.instance().monitorName).toBe('foo');
  });

  test('whose scamper left while the plugin looked comes to nothing', async () => {
    const answer = gate<object>();
    const scamper = await orphaned();
    await using bench = await startBench([recalling(() => answer.promise)]);
    const given = bench.resume(scamper).catch(() => 'given up');
    await settle();
    scamper.cut();
    await settle();
    answer.open({});
    await given;
    expect((await bench.log.waitFor('connection.refused')).fields).toMatchObject({
      code: 'SCR_HELLO_EARLY_END',
      step: 'identify',
    });
    expect(bench.controller.instances).toEqual([]);
  });

  test('a resume of an instance that has only begun is not recalled', async () => {
    const answer = gate();
    const slow = plugin('slow', ({ hooks }) => hooks.authenticate.tap(() => answer.promise));
    await using bench = await after([slow]);
    const first = bench.dial();
    first.hello();
    await settle();
    expect(await bench.resume(bench.dial({ magic: first.magic }))).toBe(false);
    answer.open();
    await first.waitFor('id');
  });
});
