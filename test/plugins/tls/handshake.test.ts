import { once } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { expect, test } from 'vitest';
import { definePlugin } from '../../../plugin-sdk/index.js';
import { SimScamper, memoryTransport, settle } from '../../../testing/index.js';
import { dial, tcp } from '../support/remote.js';
import {
  SERVER_NAME,
  authority,
  dialScamper,
  dialTls,
  handshakeFailed,
  handshakeTimedOut,
  refusal,
  secured,
} from '../support/tls.js';

/** The first bytes of a handshake: a record that announces more than comes. */
const HALF_A_HELLO = Buffer.from([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03, 0x03]);

/** Resolves when the other end has closed the stream. */
async function closed(stream: {
  destroyed: boolean;
  once: (event: string, listener: () => void) => unknown;
}): Promise<void> {
  if (!stream.destroyed) await new Promise<void>((resolve) => stream.once('close', resolve));
}

test.each(['TLSv1.3', 'TLSv1.2'] as const)('a scamper that speaks %s is attached and answers', async (version) => {
  const { bench, port } = await secured();
  const scamper = dialScamper(port, { minVersion: version, maxVersion: version, monitorName: 'foo' });
  expect(await scamper.attach()).toMatch(/^127\.0\.0\.1:\d+$/);
  expect(bench.instance().tls).toEqual({ authorized: false, names: [], fingerprint256: undefined, protocol: version });
  const client = bench.client();
  await client.until('MORE');
  client.send('ping 192.0.2.9\n');
  await client.until('OK id-1');
  client.send('done\n');
  await client.end;
  expect(scamper.violation).toBeUndefined();
});

test('TLS 1.1 is refused', async () => {
  const { bench, port } = await secured();
  const scamper = dialScamper(port, { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT:@SECLEVEL=0' });
  await expect(scamper.attach()).rejects.toThrow('the connection ended');
  expect(await refusal(bench)).toEqual(handshakeFailed('unsupported protocol'));
});

test('with minVersion TLSv1.3, TLS 1.2 is refused', async () => {
  const { bench, port } = await secured({ options: { minVersion: 'TLSv1.3' } });
  await expect(dialScamper(port, { maxVersion: 'TLSv1.2' }).attach()).rejects.toThrow('the connection ended');
  expect(await refusal(bench)).toEqual(handshakeFailed('unsupported protocol'));
  await dialScamper(port).attach();
});

test('the chain in the certificate file is sent', async () => {
  const middle = await authority.intermediate('In between');
  const pair = await middle.issue({ dns: [SERVER_NAME] });
  const { port } = await secured({ pair: { cert: pair.cert + middle.cert, key: pair.key } });
  await dialScamper(port).attach();
});

test.each(['TLSv1.3', 'TLSv1.2'] as const)(
  'a peer that does not trust the certificate is not attached: %s',
  async (version) => {
    const middle = await authority.intermediate('In between');
    const { bench, port } = await secured({ pair: await middle.issue({ dns: [SERVER_NAME] }) });
    const scamper = dialScamper(port, { minVersion: version, maxVersion: version });
    await expect(scamper.attach()).rejects.toThrow('the connection ended');
    expect((await refusal(bench)).message).toMatch(/^the TLS handshake failed|^the peer left before it was attached/);
    expect(bench.controller.instances).toEqual([]);
  },
);

test.each([
  { name: 'nothing', bytes: Buffer.alloc(0) },
  { name: 'half a hello', bytes: HALF_A_HELLO },
])('a peer that sends $name is let go when the time is up', async ({ bytes }) => {
  const { bench, port } = await secured();
  const socket = await tcp(port);
  socket.write(bytes);
  await bench.clock.advance(14_999);
  expect(bench.log.of('connection.refused')).toEqual([]);
  expect(socket.destroyed).toBe(false);
  await bench.clock.advance(1);
  socket.resume();
  await closed(socket);
  expect(await refusal(bench)).toEqual(handshakeTimedOut);
});

test('the time a handshake may take is an option, and a reload changes it', async () => {
  const { bench, port, entry } = await secured({ options: { handshakeTime: 2 } });
  const early = await tcp(port);
  await bench.clock.advance(2_000);
  early.resume();
  await closed(early);
  await bench.controller.reload([entry({ handshakeTime: 300 })]);
  const late = await tcp(port);
  await bench.clock.advance(299_999);
  expect(late.destroyed).toBe(false);
  await bench.clock.advance(1);
  late.resume();
  await closed(late);
  const told = bench.log.of('connection.refused').map(({ fields }) => fields['code']);
  expect(told).toEqual(['SCR_TLS_HANDSHAKE_TIMEOUT', 'SCR_TLS_HANDSHAKE_TIMEOUT']);
});

test('a handshake that succeeded is not touched by its time limit', async () => {
  const { bench, port } = await secured();
  const scamper = dialScamper(port);
  await once(scamper.stream, 'secureConnect');
  await bench.clock.advance(16_000);
  await scamper.attach();
  expect(bench.controller.instances).toHaveLength(1);
});

test.each([
  { name: 'a web browser', bytes: Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'), cause: 'http request' },
  {
    name: 'a scamper without TLS',
    bytes: Buffer.from('000000000000000000120008a1a2a3a4a5a6a7a8', 'hex'),
    cause: 'wrong version number',
  },
  { name: 'zeros', bytes: Buffer.alloc(4096), cause: 'wrong version number' },
  { name: 'noise', bytes: Buffer.alloc(100_000, 'noise'), cause: 'wrong version number' },
  { name: 'an alert out of turn', bytes: Buffer.from([0x15, 3, 3, 0, 2, 2, 48]), cause: 'unexpected message' },
  {
    name: 'a record that is too long',
    bytes: Buffer.from([0x16, 3, 1, 0xff, 0xff, ...Buffer.alloc(100)]),
    cause: 'length too long', // of a packet, says OpenSSL 3.0; of data, says 3.5
  },
])('$name is told apart: $cause', async ({ bytes, cause }) => {
  const { bench, port } = await secured();
  const socket = await tcp(port);
  socket.on('error', () => undefined).resume();
  socket.write(bytes);
  await closed(socket);
  expect(await refusal(bench)).toEqual({ ...handshakeFailed(cause), cause: expect.stringContaining(cause) });
  await dialScamper(port).attach();
});

test('an alert of the peer is told in its words', async () => {
  const wires = memoryTransport('wires');
  const { bench, port } = await secured({ plugins: [wires.plugin] });
  const wire = wires.dial();
  wire.once('data', () => wire.write(Buffer.from([0x15, 3, 3, 0, 2, 2, 48])));
  const scamper = dialScamper(port, { wire, maxVersion: 'TLSv1.2' });
  await expect(scamper.attach()).rejects.toThrow('the connection ended');
  expect(await refusal(bench)).toEqual(handshakeFailed('tlsv1 alert unknown ca'));
});

test('a scamper without TLS gets no answer', async () => {
  const { bench, port } = await secured();
  const scamper = await dial(port, { monitorName: 'plain' });
  await expect(scamper.attach()).rejects.toThrow('the connection ended');
  expect(scamper.received).toEqual([]);
  expect(bench.controller.instances).toEqual([]);
});

test.each([
  { name: 'before its first byte', bytes: Buffer.alloc(0), reset: false, cause: 'the peer closed the connection' },
  { name: 'in the middle of its hello', bytes: HALF_A_HELLO, reset: false, cause: 'the peer closed the connection' },
  { name: 'with a reset before its first byte', bytes: Buffer.alloc(0), reset: true, cause: 'read ECONNRESET' },
  { name: 'with a reset in the middle of its hello', bytes: HALF_A_HELLO, reset: true, cause: 'read ECONNRESET' },
])('a peer that leaves $name is told of at once', async ({ bytes, reset, cause }) => {
  const { bench, port } = await secured();
  const socket = await tcp(port);
  await settle();
  if (bytes.length > 0) await new Promise((resolve) => socket.write(bytes, resolve));
  await settle();
  if (reset) socket.resetAndDestroy();
  else socket.end();
  expect(await refusal(bench)).toEqual(handshakeFailed(cause));
  await dialScamper(port).attach();
});

test('resets at any time do no harm', async () => {
  const { bench, port } = await secured();
  const leave = async (after: (socket: TLSSocket) => Promise<unknown>): Promise<void> => {
    const raw = await tcp(port);
    const socket = dialTls(port, { wire: raw });
    await after(socket);
    raw.resetAndDestroy();
    await closed(socket);
  };
  for (let round = 0; round < 10; round++) {
    await Promise.all([
      leave(() => Promise.resolve()),
      leave(() => settle(1)),
      leave(() => settle(2)),
      leave(() => settle(3)),
      leave((socket) => once(socket, 'secureConnect')),
      leave((socket) => new SimScamper(socket).attach()),
    ]);
  }
  await dialScamper(port, { monitorName: 'well' }).attach();
  expect(bench.log.lines.filter(({ level }) => level === 'error')).toEqual([]);
  expect(bench.instance().monitorName).toBe('well');
});

test('a connection whose TLS breaks after the handshake ends at once', async () => {
  const { bench, port } = await secured();
  const raw = await tcp(port);
  const scamper = new SimScamper(dialTls(port, { wire: raw }));
  await scamper.attach();
  const client = bench.client();
  raw.write(Buffer.concat([Buffer.from([0x17, 0x03, 0x03, 0x00, 0x20]), Buffer.alloc(32, 'forged')]));
  const { fields } = await bench.log.waitFor('instance.disconnected');
  expect(fields).toMatchObject({ code: 'SCR_INSTANCE_ENDED', cause: 'decryption failed or bad record mac' });
  await client.end;
  expect(client.ended).toBe(true);
});

test('a peer that says goodbye by TLS alone has left', async () => {
  const { bench, port } = await secured();
  const scamper = dialScamper(port);
  await scamper.attach();
  scamper.stream.end();
  await bench.log.waitFor('instance.gone');
  await scamper.closed;
});

test('the keys of a connection are never renegotiated', async () => {
  const { bench, port } = await secured();
  const socket = dialTls(port, { maxVersion: 'TLSv1.2' });
  const scamper = new SimScamper(socket);
  await scamper.attach();
  const failure = await new Promise((resolve) => {
    socket.once('error', resolve);
    socket.renegotiate({}, resolve);
  });
  expect(String(failure)).toContain('no renegotiation');
  await bench.log.waitFor('instance.gone');
});

test.each(['TLSv1.3', 'TLSv1.2'] as const)(
  'nothing is taken over from an earlier connection: %s sessions are not resumed',
  async (version) => {
    for (const ca of [undefined, authority.cert]) {
      const shows = await authority.issue({ dns: ['foo'] });
      const { port } = await secured(ca === undefined ? {} : { ca });
      const options = { minVersion: version, maxVersion: version, shows };
      const first = dialTls(port, options);
      const sessions: Buffer[] = [];
      first.on('session', (session) => sessions.push(session));
      const scamper = new SimScamper(first, { monitorName: 'foo' });
      await scamper.attach();
      const session = sessions.at(-1) ?? first.getSession();
      scamper.cut();
      const again = dialTls(port, { ...options, ...(session !== undefined && { session }) });
      await new SimScamper(again, { monitorName: 'foo' }).attach();
      expect(again.isSessionReused()).toBe(false);
    }
  },
);

test('a whole fleet may come at once', async () => {
  const { bench, port } = await secured();
  const fleet = Array.from({ length: 50 }, (_, index) => dialScamper(port, { monitorName: `vp-${index}` }));
  await Promise.all(fleet.map((scamper) => scamper.attach()));
  expect(bench.controller.instances).toHaveLength(50);
  expect(bench.log.of('connection.refused')).toEqual([]);
});

test('a connection that ended before its turn is refused at once', async () => {
  const wires = memoryTransport('wires');
  const cutter = definePlugin({
    name: 'cutter',
    schema: { type: 'object' },
    setup: (controller) =>
      controller.hooks.accept.tap(async ({ stream }) => {
        stream.destroy();
        await once(stream, 'close');
      }),
  });
  const { bench, port } = await secured({ plugins: [wires.plugin, cutter] });
  wires.dial();
  expect(await refusal(bench)).toEqual(handshakeFailed('the peer closed the connection'));
  await tcp(port);
  await bench.log.waitFor('connection.refused', { transport: 'tcp' });
});

test('over another transport too, a refused connection is closed', async () => {
  const wires = memoryTransport('wires');
  const { bench } = await secured({ plugins: [wires.plugin] });
  const garbage = wires.dial();
  garbage.write('GET / HTTP/1.1\r\n\r\n');
  garbage.resume();
  await closed(garbage);
  const silent = wires.dial();
  silent.resume();
  await bench.clock.advance(15_000);
  await closed(silent);
  const told = bench.log
    .of('connection.refused')
    .map(({ fields }) => [fields['transport'], fields['code'], fields['cause']]);
  expect(told).toEqual([
    ['wires', 'SCR_TLS_HANDSHAKE', 'http request'],
    ['wires', 'SCR_TLS_HANDSHAKE_TIMEOUT', undefined],
  ]);
});

test('a stop ends handshakes that are under way', async () => {
  const { bench, port } = await secured();
  const socket = await tcp(port);
  socket.write(HALF_A_HELLO);
  await settle();
  socket.resume();
  await bench.stop();
  await closed(socket);
  expect(bench.controller.state).toBe('stopped');
});
