import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peerOf, trust } from '../lib/forwarded.js';
import { start } from '../support/bench.js';

/** Who is behind a request from `from` with this header. */
function peer(from, header, trusted) {
  const socket = { remoteAddress: from, remotePort: 4_711 };
  const found = peerOf({ socket, headers: { 'x-forwarded-for': header } }, trust(trusted));
  return found && `${found.address} ${found.port}`;
}

const proxies = ['127.0.0.1', '10.0.0.0/8', '2001:db8:1::/48'];

test('without trusted proxies the header is not looked at', () => {
  assert.equal(peer('192.0.2.1', '203.0.113.5', []), '192.0.2.1 4711');
  assert.equal(peer('127.0.0.1', 'nonsense', []), '127.0.0.1 4711');
});

test('who is no proxy of ours is not believed', () => {
  assert.equal(peer('192.0.2.1', '203.0.113.5', proxies), '192.0.2.1 4711');
});

test('a proxy is believed about whom it saw, and nobody about more', () => {
  assert.equal(peer('127.0.0.1', '203.0.113.5', proxies), '203.0.113.5 4711');
  assert.equal(peer('127.0.0.1', '198.51.100.1, 203.0.113.5', proxies), '203.0.113.5 4711');
  assert.equal(peer('127.0.0.1', 'nonsense, 203.0.113.5', proxies), '203.0.113.5 4711');
  assert.equal(peer('127.0.0.1', '203.0.113.5,10.1.2.3 , 10.9.9.9', proxies), '203.0.113.5 4711');
  assert.equal(peer('2001:db8:1::7', '2001:DB8:2::1', proxies), '2001:db8:2::1 4711');
});

test('a proxy that came by itself, or a chain of proxies only', () => {
  assert.equal(peer('127.0.0.1', undefined, proxies), '127.0.0.1 4711');
  assert.equal(peer('127.0.0.1', ' ', proxies), '127.0.0.1 4711');
  assert.equal(peer('127.0.0.1', '10.0.0.1, 10.0.0.2', proxies), '10.0.0.1 4711');
});

test('the forms that proxies write', () => {
  assert.equal(peer('::ffff:10.0.0.1', '::ffff:203.0.113.5', proxies), '203.0.113.5 4711');
  assert.equal(peer('10.0.0.1', '203.0.113.5:1234', proxies), '203.0.113.5 4711');
  assert.equal(peer('10.0.0.1', '[2001:db8:2::1]:1234', proxies), '2001:db8:2::1 4711');
  assert.equal(peer('10.0.0.1', '[2001:db8:2::1]', proxies), '2001:db8:2::1 4711');
});

test('an IPv4 address at the end of an IPv6 address is not that IPv4 address', () => {
  assert.equal(peer('::10.0.0.1', '203.0.113.5', proxies), '::a00:1 4711');
  assert.equal(peer('2001:db8:3::1', '203.0.113.5', ['2001:db8:3::0.0.0.0/112']), '203.0.113.5 4711');
});

for (const header of ['unknown', '203.0.113.5, unknown', '203.0.113.500', '203.0.113.5:x']) {
  test(`what makes no sense is refused: ${header}`, () => assert.equal(peer('10.0.0.1', header, proxies), undefined));
}

test('the instance has the address behind the proxy and the port of the connection', async (t) => {
  const { attach, instance, dial, log } = await start(t, { trustedProxies: ['127.0.0.0/8'] });
  await attach({ headers: { 'X-Forwarded-For': '203.0.113.5' } });
  const { port } = instance().peer;
  assert.equal(instance().name, `203.0.113.5:${port}`);
  await attach({ headers: { 'X-Forwarded-For': '203.0.113.5' } });
  assert.notEqual(instance().peer.port, port);
  await assert.rejects(dial({ headers: { 'X-Forwarded-For': 'unknown' } }).attach());
  assert.equal(log.of('websocket.refused')[0].fields.reason, 'X-Forwarded-For makes no sense');
});
