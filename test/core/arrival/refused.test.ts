import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { encodeFrame } from '../../../core/protocol/frame.js';
import { type Announcement, type PluginController, ipPeer } from '../../../plugin-sdk/index.js';
import { type TestBench, memoryPair, startBench } from '../../../testing/index.js';
import { keeping, plugin } from '../support/plugins.js';
import { refused } from '../support/refused.js';

const masterNew = (magic: string, ...rest: number[]): Buffer =>
  Buffer.concat([Buffer.from([0, magic.length]), Buffer.from(magic), Buffer.from(rest)]);

describe('a peer that does not speak the protocol is refused', () => {
  test.each([
    ['something else entirely', Buffer.from('GET / HTTP/1.1\r\n\r\n'), 'a frame of 21584 octets is not allowed here'],
    ['a TLS client', Buffer.from('16030100f8010000f40303aabb', 'hex'), 'a frame of 62467 octets is not allowed here'],
    ['a length of 0', Buffer.alloc(10), 'a frame of 0 octets is not allowed here'],
    ['a hello that is too long', encodeFrame(0, 0, Buffer.alloc(514)), 'a frame of 514 octets is not allowed here'],
    ['data first', encodeFrame(0, 1, Buffer.from('MORE\n')), 'the first frame is not a control message'],
    [
      'a sequence other than 0',
      encodeFrame(1, 0, masterNew('8 octets', 0)),
      'the first frame is not a control message',
    ],
    [
      'a keepalive first',
      encodeFrame(0, 0, Buffer.from([4])),
      'the first message has type 4, not MASTER_NEW or MASTER_RES',
    ],
    ['no magic', encodeFrame(0, 0, Buffer.from([0, 0, 0])), 'the magic is missing or cut short'],
    [
      'half a name',
      encodeFrame(0, 0, masterNew('8 octets', 9, 65)),
      'the monitor name has another length than announced',
    ],
    ['half a resume', encodeFrame(0, 0, Buffer.from([6, 1, 1, 0, 0])), 'MASTER_RES has the wrong length'],
  ])('%s', async (_what, bytes, detail) => {
    await using bench = await startBench();
    const scamper = bench.dial();
    scamper.raw(bytes);
    const { level, fields, message } = await refused(bench, scamper);
    const cause = 'the peer does not speak the scamper remote protocol';
    expect(message).toBe(`192.0.2.1:1025 refused: ${detail}: ${cause}`);
    expect(level).toBe('warn');
    expect(fields).toMatchObject({
      code: 'SCR_HELLO_INVALID',
      step: 'hello',
      peer: '192.0.2.1:1025',
      transport: 'memory',
    });
    expect(scamper.received).toEqual([]);
    expect(bench.controller.instances).toEqual([]);
  });
});

test.each(['a/b', '../../etc', 'white space', 'under_score', 'é', 'a\0b', '--help', '.hidden'])(
  'the monitor name %j is refused',
  async (monitorName) => {
    await using bench = await startBench();
    const scamper = bench.dial({ monitorName });
    scamper.hello();
    const { fields, message } = await refused(bench, scamper);
    const cause = 'the monitor name has characters other than letters, digits, . and -, or begins with . or -';
    expect(message).toBe(`192.0.2.1:1025 refused: ${JSON.stringify(monitorName)}: ${cause}`);
    expect(fields).toMatchObject({ code: 'SCR_MONITOR_NAME', step: 'identify' });
  },
);

test('a second instance with a known magic is refused, the first goes on', async () => {
  await using bench = await startBench();
  const first = await bench.attach();
  const client = bench.client();
  const second = bench.dial({ magic: first.magic });
  second.hello();
  expect((await refused(bench, second)).fields).toMatchObject({ code: 'SCR_MAGIC_TAKEN', step: 'identify' });
  client.send('ping\n');
  await client.until('OK id-1');
  expect(bench.controller.instances).toHaveLength(1);
  expect(second.received).toEqual([]);
});

test('two instances cannot have the same name; the second may come back from another port', async () => {
  await using bench = await startBench();
  const peer = ipPeer('192.0.2.7', 4000);
  const first = await bench.attach({ peer });
  const second = bench.dial({ peer });
  second.hello();
  const { fields } = await refused(bench, second);
  expect(fields).toMatchObject({ code: 'SCR_NAME_TAKEN', step: 'attach' });
  expect(first.stream.destroyed).toBe(false);
  await bench.attach({ magic: second.magic, peer: ipPeer('192.0.2.7', 4001) });
  expect(bench.controller.instances.map(({ name }) => name)).toEqual(['192.0.2.7:4000', '192.0.2.7:4001']);
});

test('the name of an instance is free again when it has gone', async () => {
  await using bench = await startBench();
  const peer = ipPeer('192.0.2.7', 4000);
  const first = await bench.attach({ peer });
  first.cut();
  await bench.log.waitFor('instance.gone');
  await bench.attach({ peer });
  expect(bench.controller.instances).toHaveLength(1);
});

test.each(['', '..', 'a/b', 'me@host', '-x', 'x'.repeat(201)])(
  'a transport that calls its peer %j is refused',
  async (label) => {
    await using bench = await startBench();
    const scamper = bench.dial({ peer: { kind: 'label', label } });
    scamper.hello();
    expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_PEER_NAME', transport: 'memory' });
    expect(bench.controller.instances).toEqual([]);
  },
);

test.each([
  { kind: 'ip', address: '../../tmp/x', port: 1 },
  { kind: 'ip', address: 'localhost', port: 1 },
  { kind: 'ip', address: '192.0.2.1', port: 70_000 },
] as const)('a transport that names its peer by $address and $port is refused: no name is made of it', async (peer) => {
  await using bench = await startBench();
  const scamper = bench.dial({ peer });
  scamper.hello();
  expect((await refused(bench, scamper)).fields).toMatchObject({ code: 'SCR_PEER_NAME', transport: 'memory' });
  expect(bench.controller.instances).toEqual([]);
});

describe('announce never throws, and says what it was given:', () => {
  const peer = ipPeer('192.0.2.1', 1);
  const failing = (name: string, more: object): object =>
    Object.defineProperty({ ...more }, name, {
      get() {
        throw new Error('no such thing');
      },
    });

  test.each([
    ['nothing', () => undefined, 'SCR_ANNOUNCEMENT'],
    ['null', () => null, 'SCR_ANNOUNCEMENT'],
    ['no stream', () => ({ peer }), 'SCR_ANNOUNCEMENT'],
    ['what is no stream', () => ({ stream: { destroy: () => undefined }, peer }), 'SCR_ANNOUNCEMENT'],
    ['a stream that cannot be asked for', () => failing('stream', { peer }), 'SCR_ANNOUNCEMENT'],
    ['a peer that cannot be asked for', (stream: Duplex) => failing('peer', { stream }), 'SCR_ANNOUNCEMENT'],
    [
      'a certificate that cannot be asked for',
      (stream: Duplex) => failing('tls', { stream, peer }),
      'SCR_ANNOUNCEMENT',
    ],
    ['no peer', (stream: Duplex) => ({ stream }), 'SCR_PEER_NAME'],
    ['null for a peer', (stream: Duplex) => ({ stream, peer: null }), 'SCR_PEER_NAME'],
    ['a label that is no text', (stream: Duplex) => ({ stream, peer: { kind: 'label', label: 7n } }), 'SCR_PEER_NAME'],
    [
      'a peer that cannot be shown',
      (stream: Duplex) => ({ stream, peer: { [inspect.custom]: () => assert.fail('no such thing') } }),
      'SCR_ANNOUNCEMENT',
    ],
  ])('%s', async (what, make, code) => {
    const announced = await announcing();
    const [ours] = memoryPair();
    const announcement = make(ours);
    announced.announce(announcement as Announcement);
    const { fields, level } = await announced.bench.log.waitFor('connection.refused');
    expect([level, fields['code'], fields['transport']]).toEqual(['warn', code, 'odd']);
    const fails = /cannot be (asked for|shown)$/.test(what) && what !== 'a stream that cannot be asked for';
    expect(fields['cause']).toBe(fails ? 'no such thing' : undefined);
    if (make.length > 0) expect(ours.destroyed).toBe(true);
    await announced.bench.attach(); // the others go on
  });

  test('a peer that is no peer is shown on one line, cut short', async () => {
    const announced = await announcing();
    const label = 'x'.repeat(1_000);
    announced.announce({ stream: memoryPair()[0], peer: { kind: 'label', label } });
    const { message } = await announced.bench.log.waitFor('connection.refused');
    expect(message).toContain(`{ kind: 'label', label: '${label.slice(0, 250)}'... 750 more characters }: `);
  });

  test('a stream that fails before anybody looks at it', async () => {
    const announced = await announcing();
    const [ours] = memoryPair();
    announced.announce({ stream: ours, peer });
    expect(() => ours.emit('error', new Error('reset'))).not.toThrow();
    ours.destroy();
    const { fields } = await announced.bench.log.waitFor('connection.refused');
    expect(fields).toMatchObject({ code: 'SCR_HELLO_EARLY_END', step: 'accept' });
  });

  test('a stream that cannot be read is a fault of ours, and closed', async () => {
    const announced = await announcing();
    const [ours] = memoryPair();
    ours.resume = () => assert.fail('no such thing');
    announced.announce({ stream: ours, peer });
    const { level, fields } = await announced.bench.log.waitFor('connection.refused');
    expect(level).toBe('error');
    expect(fields).toMatchObject({ code: 'SCR_INTERNAL', step: 'accept', cause: 'no such thing' });
    expect(ours.destroyed).toBe(true);
  });

  test('a stream whose end has a cause: it is told', async () => {
    const announced = await announcing();
    const [ours] = memoryPair();
    announced.announce({ stream: ours, peer });
    await expect.poll(() => ours.listenerCount('end')).toBeGreaterThan(0);
    ours.destroy(new Error('reset'));
    const { fields } = await announced.bench.log.waitFor('connection.refused');
    expect(fields).toMatchObject({ code: 'SCR_HELLO_EARLY_END', step: 'hello', cause: 'reset' });
  });

  test('a stream that cannot be destroyed', async () => {
    const announced = await announcing();
    const [ours] = memoryPair();
    ours.destroy = () => assert.fail('no such thing');
    announced.announce({ stream: ours, peer: { kind: 'label', label: '@' } });
    expect((await announced.bench.log.waitFor('connection.refused')).fields['code']).toBe('SCR_PEER_NAME');
  });

  /** A transport in the test's own hands. */
  async function announcing(): Promise<{ readonly bench: TestBench; announce(what: Announcement): void }> {
    let face: PluginController | undefined;
    const bench = await startBench([plugin('odd', (controller) => void (face = controller))]);
    onTestFinished(() => bench.stop());
    return { bench, announce: (what) => face?.announce(what) };
  }
});

describe('who was refused is told, as far as it is known', () => {
  const tls = { authorized: true, names: [], fingerprint256: 'AB:CD', protocol: 'TLSv1.3', subject: 'CN=ams-nl' };

  test.each([
    ['a new one', false],
    ['one that resumes', true],
  ])('%s: its monitor name, its fingerprint, its certificate', async (_what, resumes) => {
    const door = plugin('door', ({ hooks }) =>
      hooks.authenticate.tap(({ kind }) => ((kind === 'resume') === resumes ? { deny: 'not now' } : undefined)),
    );
    await using bench = await startBench([keeping(60), door]);
    const scamper = bench.dial({ monitorName: 'ams-nl', tls });
    scamper.hello();
    if (resumes) {
      await scamper.waitFor('id');
      scamper.cut();
      await bench.log.waitFor('instance.zombie');
      await expect(bench.resume(scamper, { tls })).rejects.toThrow('the connection ended');
    }
    const { fields } = await bench.log.waitFor('connection.refused');
    const fingerprint = createHash('sha256').update(scamper.magic).digest('hex').slice(0, 8);
    expect(fields).toMatchObject({ code: 'SCR_DENIED', monitorName: 'ams-nl', fingerprint, subject: 'CN=ams-nl' });
  });

  test('one whose magic is known already, and one whose state is not there any more', async () => {
    await using bench = await startBench();
    const first = await bench.attach({ monitorName: 'ams-nl' });
    const { fingerprint } = bench.instance();
    const second = bench.dial({ magic: first.magic, monitorName: 'san-us' });
    second.hello();
    const taken = await refused(bench, second);
    expect(taken.fields).toMatchObject({ code: 'SCR_MAGIC_TAKEN', monitorName: 'san-us', fingerprint });
    first.cut();
    await bench.log.waitFor('instance.gone');
    expect(await bench.resume(first)).toBe(false);
    const unknown = await bench.log.waitFor('connection.refused', { code: 'SCR_RESUME_UNKNOWN' });
    expect(unknown.fields).toMatchObject({ fingerprint });
    expect(unknown.fields).not.toHaveProperty('monitorName');
  });

  test('a monitor name that is not allowed is told once, where it is quoted; nobody who said nothing is named', async () => {
    await using bench = await startBench();
    const rude = bench.dial({ monitorName: 'a\u0085b' });
    rude.hello();
    expect((await refused(bench, rude)).fields).not.toHaveProperty('monitorName');
    const silent = bench.dial();
    silent.cut();
    const { fields } = await bench.log.waitFor('connection.refused', { code: 'SCR_HELLO_EARLY_END' });
    for (const field of ['monitorName', 'fingerprint', 'subject']) expect(fields).not.toHaveProperty(field);
  });
});
