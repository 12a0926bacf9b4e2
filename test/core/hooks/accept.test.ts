import { PassThrough, Transform, type Duplex } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { IncomingConnection } from '../../../plugin-sdk/index.js';
import { memoryPair, settle, startBench } from '../../../testing/index.js';
import { gate } from '../support/gate.js';
import { misbehaviours, runOut } from '../support/misbehaviour.js';
import { plugin } from '../support/plugins.js';
import { refused } from '../support/refused.js';

const accepting = (handler: (connection: IncomingConnection) => unknown, name = 'door') =>
  plugin(name, ({ hooks }) => hooks.accept.tap(handler as () => undefined));

/** Turns every bit around, both ways. */
function flipped(stream: Duplex): Duplex {
  const flip = (): Transform =>
    new Transform({
      transform: (chunk: Buffer, _encoding, done) =>
        done(
          null,
          chunk.map((octet) => octet ^ 0xff),
        ),
    });
  const outer = memoryPair();
  outer[1].pipe(flip()).pipe(stream).pipe(flip()).pipe(outer[1]);
  stream.once('close', () => outer[1].destroy());
  outer[0].once('close', () => stream.destroy());
  return outer[0];
}

describe('accept', () => {
  test('sees the connection before anything is read from it', async () => {
    const seen: unknown[] = [];
    const look = accepting(({ transport, peer, tls, stream }) => {
      seen.push({ transport, peer, tls, flowing: stream.readableFlowing });
    });
    await using bench = await startBench([look]);
    await bench.attach();
    const peer = { kind: 'ip', address: '192.0.2.1', port: 1025 };
    expect(seen).toEqual([{ transport: 'memory', peer, tls: undefined, flowing: null }]);
  });

  test('may replace the stream; later handlers get what earlier ones made of it', async () => {
    const tls = { authorized: true, names: ['foo'], fingerprint256: undefined, protocol: 'TLSv1.2' };
    const one = accepting(({ stream }) => ({ stream: flipped(stream), tls }), 'one');
    const seen: unknown[] = [];
    const two = accepting(async (connection) => {
      await settle();
      seen.push(connection.tls);
      return { stream: flipped(connection.stream) };
    }, 'two');
    await using bench = await startBench([one, two]);
    await bench.attach(); // flipped twice
    expect(bench.instance().tls).toEqual(tls);
    expect(seen).toEqual([tls]);
  });

  test('reads from the stream it was given, not from the one below', async () => {
    await using bench = await startBench([accepting(({ stream }) => ({ stream: flipped(stream) }))]);
    const scamper = bench.dial();
    scamper.hello(); // not flipped
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_HELLO_INVALID' });
  });

  test('refuses with a reason; later handlers do not run', async () => {
    const notes: string[] = [];
    const guard = accepting(() => ({ refuse: 'on the list' }));
    await using bench = await startBench([guard, accepting(() => void notes.push('asked'), 'later')]);
    const scamper = bench.dial();
    scamper.hello();
    const { message, fields } = await refused(bench, scamper);
    expect(message).toBe('192.0.2.1:1025 refused: on the list: the connection was refused');
    expect(fields).toMatchObject({ code: 'SCR_REFUSED', step: 'accept', plugin: 'door' });
    expect(notes).toEqual([]);
  });

  test.each([
    ...misbehaviours,
    { what: 'returns a stream that is none', handler: () => ({ stream: 'stream' }), code: 'SCR_HOOK_RESULT' },
    { what: 'refuses without a text', handler: () => ({ refuse: 1 }), code: 'SCR_HOOK_RESULT' },
  ])('refuses when a handler $what', async ({ handler, code, ...more }) => {
    await using bench = await startBench([accepting(handler)]);
    const scamper = bench.dial();
    scamper.hello();
    await runOut(bench.clock);
    const { fields, message } = await refused(bench, scamper);
    expect(fields).toMatchObject({ code, plugin: 'door', hook: 'accept', step: 'accept' });
    if (code === 'SCR_HOOK_RESULT') expect(message).toContain('expected nothing, { stream } or { refuse: reason }: ');
    if ('cause' in more) expect(fields['cause']).toBe(more.cause);
    expect(scamper.received).toEqual([]);
  });

  test('closes the stream that an earlier handler made when a later one refuses', async () => {
    const made = new PassThrough();
    const one = accepting(() => ({ stream: made }), 'one');
    await using bench = await startBench([one, accepting(() => ({ refuse: 'no' }), 'two')]);
    bench.dial();
    await bench.log.waitFor('connection.refused');
    expect(made.destroyed).toBe(true);
  });

  test('closes a stream that comes too late', async () => {
    const answer = gate<{ stream: Duplex }>();
    await using bench = await startBench([accepting(() => answer.promise)]);
    const scamper = bench.dial();
    await runOut(bench.clock);
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_HOOK_TIMEOUT' });
    const made = new PassThrough();
    answer.open({ stream: made });
    await settle();
    expect(made.destroyed).toBe(true);
  });

  test.each([undefined, {}, { refuse: 'no' }, 'a text'])('takes %j that comes too late for nothing', async (value) => {
    const answer = gate<unknown>();
    await using bench = await startBench([accepting(() => answer.promise)]);
    const scamper = bench.dial();
    await runOut(bench.clock);
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_HOOK_TIMEOUT' });
    answer.open(value);
    await settle(); // a failure that nobody handled would fail this test
    expect(bench.log.of('connection.refused')).toHaveLength(1);
  });

  test('of one connection does not hold up another', async () => {
    const answers = [gate(), gate()];
    const waiting = [...answers];
    await using bench = await startBench([accepting(() => waiting.shift()?.promise)]);
    const first = bench.dial();
    first.hello();
    const second = bench.dial();
    second.hello();
    answers[1]?.open();
    await second.waitFor('id');
    expect(first.received).toEqual([]);
    answers[0]?.open();
    await first.waitFor('id');
  });
});
