import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { Duplex } from 'node:stream';
import { TLSSocket, connect as connectTls, createSecureContext } from 'node:tls';
import { expect, onTestFinished, test, vi } from 'vitest';
import { readFrom } from '../../../core/streams/sockets.js';
import { Authority } from '../../plugins/support/certificates.js';

/** Two ends of a TCP connection. */
async function pair(): Promise<[ours: Socket, theirs: Socket]> {
  const server = createServer({ allowHalfOpen: true });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const theirs = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [ours] = (await once(server, 'connection')) as [Socket];
  onTestFinished(() => {
    ours.destroy();
    theirs.destroy();
    server.close();
  });
  return [ours, theirs];
}

/** Reads a stream and remembers what it read; the memory is not its own, so it copies. */
function remembering(stream: Duplex): { readonly text: () => string; readonly ended: Promise<unknown> } {
  let text = '';
  readFrom(stream, (chunk) => (text += chunk.toString('latin1')));
  return { text: () => text, ended: once(stream, 'end') };
}

test('a socket is read without the stream’s own buffers: this Node has what that takes', async () => {
  const [ours, theirs] = await pair();
  const { text, ended } = remembering(ours);
  expect(ours.listenerCount('data')).toBe(0);
  theirs.end('hello');
  await ended;
  expect(text()).toBe('hello');
});

test('TLS is read in the same way', async () => {
  const [ours, theirs] = await pair();
  const credentials = (await Authority.create('test')).own();
  const secure = new TLSSocket(ours, { isServer: true, secureContext: createSecureContext(credentials) });
  const { text, ended } = remembering(secure);
  expect(secure.listenerCount('data')).toBe(0);
  const peer = connectTls({ socket: theirs, rejectUnauthorized: false }, () => peer.end('hello'));
  await ended;
  expect(text()).toBe('hello');
});

test('what came before a socket was handed over is read first', async () => {
  const [ours, theirs] = await pair();
  theirs.write('early ');
  await once(ours, 'readable');
  const { text, ended } = remembering(ours);
  theirs.end('late');
  await ended;
  expect(text()).toBe('early late');
});

test('all that came before a socket was handed over is read, in however many pieces', async () => {
  const [ours, theirs] = await pair();
  for (const [index, piece] of ['one ', 'two ', 'three '].entries()) {
    theirs.write(piece);
    await vi.waitFor(() => expect(ours.readableLength).toBeGreaterThan(4 * index));
    ours.read(0); // goes on reading, and takes nothing
  }
  const { text, ended } = remembering(ours);
  theirs.end('late');
  await ended;
  expect(text()).toBe('one two three late');
});

test('a socket that has come to its end already is read to the end, and ends after that', async () => {
  const [ours, theirs] = await pair();
  theirs.end('all of it');
  await once(ours, 'readable');
  const { text } = remembering(ours);
  const readBefore = await new Promise((resolve) => void ours.once('end', () => resolve(text())));
  expect(readBefore).toBe('all of it');
});

test('a socket that somebody reads already is read by its events', async () => {
  const [ours, theirs] = await pair();
  ours.resume();
  const { text, ended } = remembering(ours);
  theirs.end('hello');
  await ended;
  expect(text()).toBe('hello');
});

test('a socket whose handle reads in another way is read by its events, and nothing is lost', async () => {
  const [ours, theirs] = await pair();
  theirs.write('early ');
  await once(ours, 'readable');
  Object.defineProperty(Reflect.get(ours, '_handle'), 'useUserBuffer', { value: undefined });
  const { text, ended } = remembering(ours);
  theirs.end('late');
  await ended;
  expect(text()).toBe('early late');
});

test('a paused socket waits', async () => {
  const [ours, theirs] = await pair();
  const { text, ended } = remembering(ours);
  ours.pause();
  theirs.end('hello');
  await once(theirs, 'finish');
  await new Promise((resolve) => setImmediate(resolve));
  expect(text()).toBe('');
  ours.resume();
  await ended;
  expect(text()).toBe('hello');
});

test('any other stream is read by its events', async () => {
  const stream = Duplex.from(
    (async function* () {
      yield 'one ';
      yield 'two';
    })(),
  );
  const { text, ended } = remembering(stream);
  await ended;
  expect(text()).toBe('one two');
});
