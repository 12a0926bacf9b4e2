import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import access from '../../../plugins/access/index.js';
import mux from '../../../plugins/mux/index.js';
import { startBench } from '../../../testing/index.js';
import { Authority } from '../support/certificates.js';
import { SERVER_NAME, writePair } from '../support/tls.js';
import { clients, listening, plain, secure, tls } from './support/network.js';
import { openFrame } from './support/strict-mux.js';
import { eventually } from './support/eventually.js';

test('over TCP the same bytes pass [MUX-16]', async () => {
  const { bench, port } = await listening({});
  await bench.attach({ monitorName: 'a' });
  const client = await plain(port).ready();
  client.open(1, 1);
  await client.untilText(1, 'MORE\n');
  client.send(1, 'ping 192.0.2.1\n');
  await client.untilText(1, 'OK id-1\n');
  expect(bench.instance().channels()[0]?.origin.peer).toMatchObject({ kind: 'ip', address: '127.0.0.1' });
});

test('a port alone is on loopback, over both families', async () => {
  const { bench } = await listening({ listen: 0 });
  const addresses = bench.log.of('mux.listening').map(({ fields }) => fields['address']);
  expect(['127.0.0.1', '::1'].slice(0, addresses.length)).toEqual(addresses);
});

test.each([{ listen: '0.0.0.0:0' }, { listen: '[::]:0' }, { listen: '192.0.2.1:1' }])(
  '$listen needs TLS, or to be called insecure',
  async ({ listen }) => {
    await expect(startBench([[mux, { listen }]])).rejects.toThrow(/without TLS/);
  },
);

test('it says so where it is told to be insecure', async () => {
  const { port } = await listening({ listen: '0.0.0.0:0', insecure: true });
  await plain(port).ready();
});

test('it must be told where to listen', async () => {
  await expect(startBench([[mux, {}]])).rejects.toThrow(/not told where/);
});

test('over TLS, whoever shows a certificate is known by its names', async () => {
  const { bench, port } = await listening({ tls: { ...tls, ca: 'ca.pem' } }, [
    [access, { rules: [{ match: 'ucsd-*', certificates: ['*.ucsd.example'] }] }],
  ]);
  await bench.attach({ monitorName: 'ucsd-1' });
  await bench.attach({ monitorName: 'other' });
  const client = await secure(port, await clients.issue({ subject: 'CN=x', dns: ['a.ucsd.example'] })).ready();
  client.open(1, 1);
  client.open(2, 2);
  await client.untilText(1, 'MORE\n');
  expect(await client.untilClosed(2)).toContain('SCR_CLIENT_DENIED');
  const origin = bench.instance(0).channels()[0]?.origin;
  expect(origin?.tls).toMatchObject({ authorized: true, names: ['a.ucsd.example'] });
});

test('without a certificate of the authority nobody is let in', async () => {
  const { bench, port } = await listening({ tls: { ...tls, ca: 'ca.pem' } });
  const nobody = secure(port);
  await nobody.until(() => nobody.ended, 'the end');
  await eventually(() => bench.log.of('mux.refused').length === 1, 'mux.refused');
  expect(bench.log.of('mux.refused')[0]?.fields).toMatchObject({ code: 'SCR_TLS_NO_CERTIFICATE' });
});

test('a client that speaks no TLS is refused, and others come in', async () => {
  const { bench, port } = await listening({ tls });
  const stranger = plain(port);
  stranger.raw(openFrame(1, 1));
  await stranger.until(() => stranger.ended, 'the end');
  await eventually(() => bench.log.of('mux.refused').length === 1, 'mux.refused');
  await secure(port).ready();
});

test('who leaves before the handshake is over leaves nothing behind', async () => {
  const { bench, port } = await listening({ tls });
  const stranger = connect({ port, host: '127.0.0.1' });
  stranger.end();
  await eventually(() => bench.log.of('mux.refused').length === 1, 'mux.refused');
  expect(bench.log.of('mux.refused')[0]?.fields).toMatchObject({ code: 'SCR_TLS_HANDSHAKE' });
  await eventually(() => stranger.destroyed, 'the end');
});

test('bulk and slow readers over TLS: nothing is lost', async () => {
  const { bench, port } = await listening({ tls }, []);
  const scamper = await bench.attach({ script: {} });
  const client = await secure(port).ready();
  client.open(1, 1);
  await scamper.waitFor('open');
  client.stream.pause();
  for (let sent = 0; sent < 3_000_000; sent += 10_000) scamper.send(1, Buffer.alloc(10_000, 120));
  scamper.finish(1);
  await eventually(() => bench.instance().figures().isPaused, 'the instance to wait');
  client.stream.resume();
  await client.untilClosed(1);
  expect(client.text(1)).toHaveLength(3_000_000);
});

test('a reload takes the certificate anew', async () => {
  const { bench, directory, port } = await listening({ tls });
  const other = await Authority.create('Another CA');
  writePair(directory, await other.issue({ subject: `CN=${SERVER_NAME}`, dns: [SERVER_NAME] }));
  const before = await secure(port).ready();
  await bench.controller.reload();
  const late = secure(port);
  await late.until(() => late.ended, 'the end: it trusts the authority from before');
  expect(before.ended).toBe(false);
  writeFileSync(join(directory, 'cert.pem'), 'nothing');
  await bench.controller.reload();
  expect(bench.log.of('reload.failed')[0]?.fields).toMatchObject({ code: 'SCR_TLS_PAIR' });
  expect(readFileSync(join(directory, 'cert.pem'), 'utf8')).toBe('nothing');
});

test.each([
  { before: {}, fresh: { tls } },
  { before: { tls }, fresh: {} },
])('a reload cannot turn TLS on or off, and says so: $fresh', async ({ before, fresh }) => {
  const { bench } = await listening(before);
  await bench.controller.reload([[mux, { listen: '127.0.0.1:0', ...fresh }]]);
  expect(bench.log.of('reload.partial').map(({ fields }) => fields['option'])).toContain('tls');
  expect(bench.log.of('reload.failed')).toHaveLength(0);
});

test('who says nothing for too long is let go; who has spoken stays', async () => {
  const { bench, port } = await listening({ helloTime: 5 });
  await bench.attach();
  const talker = await plain(port).ready();
  const silent = await plain(port).ready();
  talker.open(1, 1);
  await talker.untilText(1, 'MORE\n');
  for (let second = 0; second < 6; second++) await bench.clock.advance(1_000);
  await silent.until(() => silent.ended, 'the end');
  expect(bench.log.of('mux.dropped').map(({ fields }) => fields['code'])).toEqual(['SCR_MUX_HELLO']);
  talker.send(1, 'ping 192.0.2.1\n');
  await talker.untilText(1, 'OK id-1\n');
});

test.each([
  { options: {}, lets: false },
  { options: { allowOther: true }, lets: false },
  { options: { allowNetwork: true }, lets: true },
  { options: { rules: [{ match: 'a', allowNetwork: true }] }, lets: true },
])('with access $options a client without certificate may use an instance: $lets', async ({ options, lets }) => {
  const { bench, port } = await listening({}, [[access, options]]);
  await bench.attach({ monitorName: 'a' });
  const client = await plain(port).ready();
  client.open(1, 1);
  if (lets) await client.untilText(1, 'MORE\n');
  else expect(await client.untilClosed(1)).toContain('allowNetwork');
});
