import assert from 'node:assert/strict';
import { once } from 'node:events';
import { test } from 'node:test';
import { FakeClock } from 'sc-remoted/plugin-sdk/testing';
import { WebSocket, WebSocketServer } from 'ws';
import { WebSocketStream, keepAlive } from '../lib/stream.js';

/** Both ends of a WebSocket. */
async function pair(t, settings = {}) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1', perMessageDeflate: false });
  await once(server, 'listening');
  const far = new WebSocket(`ws://127.0.0.1:${server.address().port}`, { perMessageDeflate: false, ...settings });
  far.on('error', () => undefined); // `close` follows
  const [near] = await once(server, 'connection');
  if (far.readyState !== WebSocket.OPEN) await once(far, 'open');
  t.after(() => {
    far.terminate();
    near.terminate();
    server.close();
  });
  const stream = new WebSocketStream(near);
  stream.on('error', () => undefined); // `close` follows; the clean-up cuts what is left
  return { near, far, stream };
}

/** The messages that come, and the close code. */
function listen(socket) {
  const messages = [];
  socket.on('message', (data) => messages.push(data.toString()));
  return { messages, closed: once(socket, 'close').then(([code]) => code) };
}

test('a write is a binary message; what is written together is one', async (t) => {
  const { stream, far } = await pair(t);
  const { messages, closed } = listen(far);
  stream.write('one');
  await once(far, 'message');
  stream.cork();
  for (const word of ['two', 'three', 'four']) stream.write(word);
  stream.uncork();
  stream.end('five');
  assert.equal(await closed, 1000);
  assert.deepEqual(messages, ['one', 'twothreefour', 'five']);
});

test('what is written before the WebSocket is open waits for it', async (t) => {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  t.after(() => server.close());
  await once(server, 'listening');
  const stream = new WebSocketStream(new WebSocket(`ws://127.0.0.1:${server.address().port}`));
  stream.write('one');
  stream.end('two');
  const [socket] = await once(server, 'connection');
  const { messages, closed } = listen(socket);
  assert.equal(await closed, 1000);
  assert.equal(messages.join(''), 'onetwo');
});

test('what comes before the end is read before the end', async (t) => {
  const { stream, far } = await pair(t);
  far.send(Buffer.from('last words'));
  far.close(1001);
  const chunks = await stream.toArray();
  assert.equal(Buffer.concat(chunks).toString(), 'last words');
  assert.equal(stream.errored, null);
});

test('ending sends a goodbye and waits for the answer', async (t) => {
  const { stream, near, far } = await pair(t);
  stream.resume();
  const { closed } = listen(far);
  stream.end();
  await once(stream, 'finish');
  assert.equal(near.readyState, WebSocket.CLOSED);
  assert.equal(await closed, 1000);
});

test('destroying cuts the connection', async (t) => {
  const { stream, far } = await pair(t);
  const { closed } = listen(far);
  stream.destroy();
  assert.equal(await closed, 1006);
});

test('a WebSocket that cannot be opened destroys the stream with the reason', async () => {
  const stream = new WebSocketStream(new WebSocket('ws://127.0.0.1:1'));
  stream.end('never sent');
  const [failure] = await once(stream, 'error');
  assert.equal(failure.code, 'ECONNREFUSED');
});

test('who does not read pauses the connection; nothing is lost', async (t) => {
  const { stream, far } = await pair(t);
  const piece = Buffer.alloc(100_000, 'x');
  assert.equal(stream.paused, false);
  far.send(piece);
  await once(stream, 'readable');
  assert.equal(stream.paused, true);
  for (let count = 0; count < 100; count++) far.send(piece);
  far.close();
  assert.equal(stream.readableLength, piece.length);
  const chunks = await stream.toArray();
  assert.equal(Buffer.concat(chunks).length, 101 * piece.length);
});

test('pings: who answers stays, whatever else it says', async (t) => {
  const { stream, near } = await pair(t);
  const clock = new FakeClock();
  keepAlive(stream, clock, 1_000);
  for (let time = 0; time < 3; time++) {
    const answered = once(near, 'pong');
    await clock.advance(1_000);
    await answered;
  }
  assert.equal(stream.destroyed, false);
  stream.destroy();
  await once(stream, 'close');
  assert.equal(clock.pending, 0);
});

test('pings: who answers none until the next is cut off', async (t) => {
  const { stream, far } = await pair(t, { autoPong: false });
  const clock = new FakeClock();
  keepAlive(stream, clock, 1_000);
  const { closed } = listen(far);
  const failed = once(stream, 'error');
  await clock.advance(1_000);
  assert.equal(stream.destroyed, false);
  await clock.advance(1_000);
  assert.equal((await failed)[0].message, 'no answer to a ping');
  assert.equal(await closed, 1006);
});

test('pings: who cannot be heard because nobody reads is not blamed for it', async (t) => {
  const { stream, far } = await pair(t, { autoPong: false });
  const clock = new FakeClock();
  keepAlive(stream, clock, 1_000);
  far.send(Buffer.alloc(100_000));
  await once(stream, 'readable');
  await clock.advance(10_000);
  assert.equal(stream.destroyed, false);
  stream.resume();
  await once(stream, 'data');
  await clock.advance(1_000);
  assert.equal(stream.destroyed, false);
});
