import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, createServer as createTcpServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { SimScamper } from 'sc-remoted/plugin-sdk/testing';
import { WebSocketServer } from 'ws';
import { parseRelayArguments } from '../lib/relay-arguments.js';
import { Relay } from '../lib/relay.js';
import { WebSocketStream } from '../lib/stream.js';
import { start, temporaryFolder } from '../support/bench.js';
import { makeServerFiles } from '../support/certificates.js';
import { fill } from '../support/fill.js';
import { startRelay } from '../support/relay.js';

/** A WebSocket server of the test's own instead of a controller. */
async function startServer(t) {
  const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
  await once(server, 'listening');
  t.after(() => {
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return { server, url: `ws://127.0.0.1:${server.address().port}/` };
}

test('a scamper attaches through the relay, under the address of the relay', async (t) => {
  const { url, instance, client } = await start(t);
  const { dial, lines } = await startRelay(t, url);
  const scamper = new SimScamper(dial(), { monitorName: 'ams-1' });
  const id = await scamper.attach();
  assert.equal(instance().name, `ams-1-${id}`);
  assert.equal(instance().transport, 'websocket');
  assert.deepEqual(lines, [`connected to ${url}`]);
  const local = client();
  await local.until('MORE');
  local.send('ping 192.0.2.1\ndone\n');
  assert.match(await local.until('DATA'), /OK id-1\nDATA/);
  await local.end;
});

test('the end of one side is the end of the other, after everything that came before', async (t) => {
  const { server, url } = await startServer(t);
  const { dial, logged } = await startRelay(t, url);
  const scamper = dial();
  const [socket] = await once(server, 'connection');
  const messages = [];
  socket.on('message', (data) => messages.push(data));
  scamper.end('last words');
  const [code] = await once(socket, 'close');
  assert.deepEqual([Buffer.concat(messages).toString(), code], ['last words', 1000]);
  await logged('ended');

  const other = dial();
  const [another] = await once(server, 'connection');
  another.send(Buffer.from('last words'));
  another.close();
  assert.equal(Buffer.concat(await other.toArray()).toString(), 'last words');
});

test('a side that is cut cuts the other', async (t) => {
  const { server, url } = await startServer(t);
  const { dial, logged } = await startRelay(t, url);
  const scamper = dial();
  const [socket] = await once(server, 'connection');
  scamper.resetAndDestroy();
  assert.equal((await once(socket, 'close'))[0], 1006);

  const other = dial();
  const [another] = await once(server, 'connection');
  another.terminate();
  await once(other.resume(), 'end');
  await logged('the connection broke');
});

test('without a controller the connection is closed, and the log says why', async (t) => {
  const { dial, lines, logged } = await startRelay(t, 'ws://127.0.0.1:1/');
  await once(dial().resume(), 'end');
  await logged('ended');
  assert.deepEqual(lines, ['connect ECONNREFUSED 127.0.0.1:1', 'ended']);
});

test('who is refused is told the answer of the other side', async (t) => {
  const { url } = await start(t);
  const { dial, logged } = await startRelay(t, `${url}other`);
  await once(dial().resume(), 'end');
  await logged('Unexpected server response: 404');
});

for (const [direction, from, to] of [
  ['to the controller', 'scamper', 'controller'],
  ['to scamper', 'controller', 'scamper'],
]) {
  test(`bytes ${direction} wait at their sender while nobody reads; nothing is lost`, async (t) => {
    const { server, url } = await startServer(t);
    const { dial } = await startRelay(t, url);
    const scamper = dial();
    const [socket] = await once(server, 'connection');
    const controller = new WebSocketStream(socket);
    const ends = { scamper, controller };
    const sent = await fill(ends[from], (piece) => ends[from].write(piece));
    ends[from].end();
    let received = 0;
    for await (const chunk of ends[to]) received += chunk.length;
    assert.equal(received, sent);
  });
}

test('closing: each side is told goodbye, nobody new is let in', async (t) => {
  const { server, url } = await startServer(t);
  const { dial, relay, port } = await startRelay(t, url);
  const scamper = dial();
  const [socket] = await once(server, 'connection');
  const ended = Promise.all([once(socket, 'close'), once(scamper.resume(), 'end')]);
  await relay.close();
  assert.equal((await ended)[0][0], 1000);
  const [failure] = await once(connect(port, '127.0.0.1'), 'error');
  assert.equal(failure.code, 'ECONNREFUSED');
});

test('wss with an authority and a client certificate of their own', async (t) => {
  const directory = await temporaryFolder(t);
  const { authority } = await makeServerFiles(directory);
  const { url, instance } = await start(t, { cert: 'cert.pem', key: 'key.pem', ca: 'ca.pem' }, { directory });
  const pair = await authority.issue([{ type: 'dns', value: 'ams-1' }]);
  await writeFile(join(directory, 'vp.pem'), pair.cert);
  await writeFile(join(directory, 'vp-key.pem'), pair.key);
  const at = (name) => join(directory, name);
  const { tls } = parseRelayArguments([url, '--ca', at('ca.pem'), '--cert', at('vp.pem'), '--key', at('vp-key.pem')]);
  const { dial } = await startRelay(t, url, { tls });
  await new SimScamper(dial(), { monitorName: 'ams-1' }).attach();
  assert.deepEqual(instance().tls?.names, ['ams-1']);

  const { dial: dialUntrusted, logged } = await startRelay(t, url);
  await once(dialUntrusted().resume(), 'end');
  await logged('self-signed certificate in certificate chain');
});

test('headers from a file', async (t) => {
  const folder = await temporaryFolder(t);
  const file = join(folder, 'headers');
  await writeFile(file, '# for the proxy\nAuthorization: Bearer a b c \n\nX-VP: ams-1\r\n');
  const { server, url } = await startServer(t);
  const { dial } = await startRelay(t, url, { headers: parseRelayArguments([url, '--header-file', file]).headers });
  dial();
  const [, { headers }] = await once(server, 'connection');
  assert.deepEqual([headers.authorization, headers['x-vp']], ['Bearer a b c', 'ams-1']);
});

test('through an HTTP proxy', async (t) => {
  const asked = [];
  const proxy = createServer().listen(0, '127.0.0.1');
  t.after(() => proxy.close());
  await once(proxy, 'listening');
  proxy.on('connect', ({ url }, client) => {
    asked.push(url);
    const [host, port] = url.split(':');
    const onward = connect(Number(port), host, () => {
      client.write('HTTP/1.1 200 OK\r\n\r\n');
      client.pipe(onward).pipe(client);
    });
    client.on('error', () => onward.destroy());
    onward.on('error', () => client.destroy());
  });
  const { url, port, instance } = await start(t);
  const { dial } = await startRelay(t, url, { proxy: `http://127.0.0.1:${proxy.address().port}` });
  await new SimScamper(dial()).attach();
  assert.deepEqual(asked, [`127.0.0.1:${port}`]);
  assert.equal(instance().transport, 'websocket');
});

test('a port that is taken', async (t) => {
  const other = createTcpServer().listen(0, '127.0.0.1');
  t.after(() => other.close());
  await once(other, 'listening');
  const { port } = other.address();
  const relay = new Relay({ url: 'ws://127.0.0.1:1/', endpoint: { host: '127.0.0.1', port }, log: () => undefined });
  await assert.rejects(relay.open(), { code: 'EADDRINUSE' });
});
