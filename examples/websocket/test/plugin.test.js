import assert from 'node:assert/strict';
import { once } from 'node:events';
import { get } from 'node:http';
import { connect, createServer } from 'node:net';
import { test } from 'node:test';
import { definePlugin } from 'sc-remoted/plugin-sdk';
import { startBench } from 'sc-remoted/plugin-sdk/testing';
import websocket from '../index.js';
import { start } from '../support/bench.js';
import { fill } from '../support/fill.js';

/** How a WebSocket that cannot be opened is answered. */
async function status(socket) {
  const [, response] = await once(socket, 'unexpected-response');
  response.destroy();
  return response.statusCode;
}

/** What the log says of the last connection that did not become a WebSocket. */
const refusal = (log) => log.of('websocket.refused').at(-1)?.fields.reason;

/** Keeps an instance whose connection is lost. */
const keeper = definePlugin({
  name: 'keeper',
  schema: { type: 'object' },
  setup: ({ hooks }) => hooks.disconnect.tap(() => ({ keepFor: 60_000 })),
});

test('a scamper attaches, is named after its connection, and is measured with', async (t) => {
  const { attach, instance, client } = await start(t);
  await attach({}, { monitorName: 'ams-1' });
  const { name, peer, transport, tls } = instance();
  assert.match(name, /^ams-1-127\.0\.0\.1:\d+$/);
  assert.deepEqual([peer.address, transport, tls], ['127.0.0.1', 'websocket', undefined]);
  const local = client();
  await local.until('MORE');
  local.send('ping 192.0.2.1\n');
  assert.match(await local.until('MORE\nOK id-1'), /OK/);
  await local.until('`\nMORE');
  local.send('done\n');
  await local.end;
});

test('the path may be another one, and a query may follow', async (t) => {
  const { attach, open, url, log, port } = await start(t, { path: '/vp/in' });
  await attach();
  const socket = open({}, `${url}?from=ams`);
  await once(socket, 'open');
  assert.equal(await status(open({}, `ws://127.0.0.1:${port}/vp/in/more`)), 404);
  assert.equal(refusal(log), 'another path');
});

test('who asks for a page is told to upgrade', async (t) => {
  const { port } = await start(t);
  const answer = async (path) => {
    const [response] = await once(get({ port, path }), 'response');
    response.resume();
    return [response.statusCode, response.headers.upgrade, response.headers.connection];
  };
  assert.deepEqual(await answer('/'), [426, 'websocket', 'close']);
  assert.deepEqual(await answer('/other'), [404, undefined, 'close']);
});

test('a browser is refused, whatever page it shows', async (t) => {
  const { open, log } = await start(t);
  assert.equal(await status(open({ origin: 'https://example.org' })), 403);
  assert.equal(refusal(log), 'a browser');
});

test('the end of the WebSocket is the end of the connection; scamper may come back with another one', async (t) => {
  const { attach, dial, log, controller, instance } = await start(t, {}, { plugins: [keeper] });
  const scamper = await attach();
  scamper.stream.end();
  assert.equal((await log.waitFor('instance.disconnected')).fields.code, 'SCR_INSTANCE_ENDED');
  assert.equal(instance().state, 'zombie');
  assert.equal(await scamper.resume(dial().stream), true);
  assert.deepEqual(
    controller.instances.map(({ id, state }) => [id, state]),
    [[1, 'connected']],
  );
});

test('a connection that breaks without a word is told as such', async (t) => {
  const { attach, log } = await start(t);
  const scamper = await attach();
  scamper.cut();
  const { fields } = await log.waitFor('instance.disconnected');
  assert.deepEqual([fields.code, fields.cause], ['SCR_INSTANCE_ENDED', 'the connection broke']);
});

test('a text message ends the connection with 1003; the others go on', async (t) => {
  const { open, attach, controller, log } = await start(t);
  await attach();
  const socket = open();
  await once(socket, 'open');
  socket.send('hello');
  assert.equal((await once(socket, 'close'))[0], 1003);
  const { fields } = await log.waitFor('connection.refused');
  assert.equal(fields.code, 'SCR_HELLO_EARLY_END');
  assert.equal(fields.cause, 'a text message came; bytes travel in binary messages');
  assert.equal(controller.instances.length, 1);
});

test('a message longer than maxPayload ends the connection with 1009', async (t) => {
  const { open, log } = await start(t, { maxPayload: 2_048 });
  const socket = open();
  await once(socket, 'open');
  socket.send(Buffer.alloc(2_049));
  assert.equal((await once(socket, 'close'))[0], 1009);
  assert.equal((await log.waitFor('connection.refused')).fields.cause, 'Max payload size exceeded');
});

test('frames may be cut anywhere and gathered in one message', async (t) => {
  const { open, log } = await start(t);
  const socket = open();
  await once(socket, 'open');
  const hello = Buffer.from('0000000000000000000b0008aaaaaaaaaaaaaaaa00', 'hex');
  for (const byte of hello) socket.send(Buffer.of(byte));
  await log.waitFor('instance.attached');
});

test('who does not answer a ping until the next is cut off', async (t) => {
  const { attach, open, clock, log } = await start(t, { pingInterval: 10 }, { plugins: [keeper] });
  const mute = open({ autoPong: false });
  await once(mute, 'open');
  const pinged = once(mute, 'ping');
  await clock.advance(10_000);
  await pinged;
  const scamper = await attach();
  const closed = once(mute, 'close');
  await clock.advance(10_000);
  await closed;
  assert.equal((await log.waitFor('connection.refused')).fields.cause, 'no answer to a ping');
  assert.equal(scamper.stream.destroyed, false);
});

test('a connection that does not become a WebSocket in time is closed', async (t) => {
  const { port, clock, log, attach } = await start(t, { handshakeTime: 10 });
  const silent = connect(port, '127.0.0.1');
  const slow = connect(port, '127.0.0.1');
  slow.write('GET / HTTP/1.1\r\nHost: x\r\n');
  await Promise.all([once(silent, 'connect'), once(slow, 'connect')]);
  const scamper = await attach(); // connections are accepted in the order in which they came
  const closed = Promise.all([once(silent, 'close'), once(slow, 'close')]);
  await clock.advance(9_999);
  assert.deepEqual(log.of('websocket.refused'), []);
  await clock.advance(1);
  await closed;
  const reasons = log.of('websocket.refused').map(({ fields }) => fields.reason);
  assert.deepEqual(reasons, ['no WebSocket after 10 s', 'no WebSocket after 10 s']);
  assert.equal(scamper.stream.destroyed, false);
});

test('results for a client that does not read wait at scamper, and all of them arrive once it reads', async (t) => {
  const { attach, instance, client } = await start(t, {}, { limits: { clientBuffer: 65_536 } });
  const scamper = await attach({}, { script: {} });
  const local = client(instance());
  local.stream.pause();
  await scamper.waitFor('open');
  const sent = await fill(scamper.stream, (piece) => scamper.send(1, piece));
  let received = 0;
  local.stream.on('data', (chunk) => (received += chunk.length));
  local.stream.resume();
  scamper.finish(1);
  await local.end;
  assert.equal(received, sent);
});

test('commands for a scamper that does not read wait at the client, and all of them arrive once it reads', async (t) => {
  const { attach, instance, client } = await start(t, {}, { limits: { instanceBuffer: 65_536 } });
  const scamper = await attach({}, { script: {} });
  const local = client(instance());
  await scamper.waitFor('open');
  scamper.stall();
  const sent = await fill(local.stream, (piece) => local.stream.write(piece));
  scamper.readOn();
  local.finish();
  await scamper.waitFor('fin');
  const pieces = scamper.received.filter(({ type }) => type === 'data');
  assert.equal(
    pieces.reduce((sum, { bytes }) => sum + bytes.length, 0),
    sent,
  );
});

test('stopping: scampers are told goodbye, nobody new is let in', async (t) => {
  const { open, attach, stop, url } = await start(t);
  const scamper = await attach();
  const waiting = open();
  await once(waiting, 'open');
  const idle = connect(new URL(url).port, '127.0.0.1');
  await once(idle, 'connect');
  const ended = once(idle, 'close');
  await Promise.all([stop(), scamper.closed, ended]);
  assert.equal(scamper.stream.readableEnded, true);
  const [failure] = await once(open(), 'error');
  assert.equal(failure.code, 'ECONNREFUSED');
});

test('wrong options are told before anything is opened', async () => {
  const refused = (options, expected) => assert.rejects(startBench([[websocket, options]]), expected);
  const what = 'this is not an address to listen on';
  for (const listen of ['x', '127.0.0.1', '1.2.3:80', '::1:80', '[127.0.0.1]:80', '65536']) {
    await refused({ listen }, { code: 'SCR_WEBSOCKET_LISTEN', message: `${listen}: ${what}` });
  }
  for (const range of ['proxy', '10.0.0.0/33', '10/8', '']) {
    const message = `trustedProxies: ${range}: this is not an address or prefix`;
    await refused({ trustedProxies: [range] }, { code: 'SCR_WEBSOCKET_PROXY', message });
  }
  await refused({ cert: 'x.pem' }, /plugin websocket: key: missing; it goes with cert/);
  await refused({ path: 'vp' }, /plugin websocket: path: must match pattern/);
});

test('a port that is taken keeps the controller from starting', async (t) => {
  const other = createServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address();
  await assert.rejects(startBench([[websocket, { listen: `127.0.0.1:${port}` }]]), {
    code: 'SCR_WEBSOCKET_PORT',
    message: `127.0.0.1, port ${port}: the port cannot be listened on`,
  });
});
