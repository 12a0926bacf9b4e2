import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { type TLSSocket, connect as connectTls } from 'node:tls';
import { ControlType } from '../../../core/protocol/control.js';
import { encodeFrame } from '../../../core/protocol/frame.js';
import { openFrame } from '../../../client/mux/messages.js';
import { dataFrame } from '../../../client/mux/frames.js';
import { inputOf } from '../support/mutate.js';
import type { Random } from '../support/random.js';

/** Where a stranger connects. */
export interface Place {
  readonly port: number;
  readonly speaks: 'tcp' | 'tls' | 'mux over tls';
}

/** Does one thing on a connection, and returns when it is done with it: the connection is then ended. */
type Stranger = (socket: Socket, random: Random, place: Place) => Promise<void> | void;

/** A ClientHello's beginning: a TLS record that announces more than comes. */
const HALF_HELLO = Buffer.from('1603010200010001fc0303', 'hex');
/** A record of a handshake inside a session, as for a renegotiation, with nothing right in it. */
const RENEGOTIATION = Buffer.from('160303002801000024030300000000', 'hex');

function junk(random: Random, most = 2_000): Buffer {
  return Buffer.from(Array.from({ length: 1 + random.below(most) }, () => random.below(256)));
}

function text(random: Random): Buffer {
  const odd = ['../../etc/passwd', '-rf', '.hidden', 'a'.repeat(254), 'a\0b', '\u001b[31m', 'con', 'é', ' ', 'a/b'];
  return Buffer.from(odd[random.below(odd.length)] ?? '', 'latin1');
}

function masterNew(random: Random): Buffer {
  const magic = junk(random, 254);
  const name = Buffer.concat([text(random), Buffer.of(0)]);
  const head = Buffer.of(ControlType.MASTER_NEW, magic.length);
  return encodeFrame(0, 0, Buffer.concat([head, magic, Buffer.of(name.length), name]));
}

function masterRes(random: Random): Buffer {
  const magic = junk(random, 16);
  return encodeFrame(0, 0, Buffer.concat([Buffer.of(ControlType.MASTER_RES, magic.length), magic, junk(random, 12)]));
}

/** It is open from now on, or was refused already. */
async function connected(socket: Socket, event: string): Promise<void> {
  await Promise.race([once(socket, event), once(socket, 'close')]).catch(() => undefined);
}

/** A turn of the network. */
async function heard(socket: Socket): Promise<void> {
  if (socket.destroyed) return;
  await Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => undefined);
}

/** What the place speaks, as far as its TLS goes; the handshake is done. */
async function inside(socket: Socket, { speaks }: Place): Promise<Socket> {
  if (speaks === 'tcp') return socket;
  const secured: TLSSocket = connectTls({ socket, rejectUnauthorized: false });
  secured.on('error', () => undefined);
  await connected(secured, 'secureConnect');
  return secured;
}

async function says(socket: Socket, place: Place, ...pieces: readonly Buffer[]): Promise<void> {
  const stream = await inside(socket, place);
  for (const piece of pieces) if (!stream.destroyed) stream.write(piece);
}

const muxWords = [
  Buffer.concat([openFrame(1, 1), dataFrame(1, 'ping 192.0.2.1\n')]),
  Buffer.concat([openFrame(1, 1), openFrame(1, 2), dataFrame(2, 'done\n')]),
] as const;
const helloWords = [
  encodeFrame(0, 0, Buffer.from('\x00\x088 octets\x00', 'latin1')),
  encodeFrame(0, 0, Buffer.from('\x06\x05magic\0\0\0\x01\0\0\0\x02\0\0\0\x03', 'latin1')),
] as const;

/** All that strangers do. */
export const strangers: Readonly<Record<string, Stranger>> = {
  'says nothing': () => undefined,
  'begins TLS': (socket) => void socket.write(HALF_HELLO),
  'sends junk': (socket, random) => void socket.write(junk(random)),
  'sends junk inside': (socket, random, place) => says(socket, place, junk(random)),
  'sends a frame that is too long': (socket, random, place) =>
    says(socket, place, Buffer.concat([Buffer.alloc(8), Buffer.of(255, 255), junk(random)])),
  'has an odd name': (socket, random, place) => says(socket, place, masterNew(random)),
  'resumes what never was': (socket, random, place) => says(socket, place, masterRes(random)),
  'attaches and goes on with junk': (socket, random, place) => says(socket, place, masterNew(random), junk(random)),
  'resets in the middle': async (socket, random, place) => {
    await says(socket, place, masterNew(random).subarray(0, 1 + random.below(20)));
    socket.resetAndDestroy();
  },
  'sends octet by octet': async (socket, random, place) => {
    const stream = await inside(socket, place);
    for (const octet of masterNew(random).subarray(0, 64)) {
      if (stream.destroyed) return;
      stream.write(Buffer.of(octet));
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
  'renegotiates with junk': async (socket, random, place) => {
    await inside(socket, place);
    if (!socket.destroyed) socket.write(Buffer.concat([RENEGOTIATION, junk(random, 60)]));
  },
  'sends what is nearly right': (socket, random, place) =>
    says(socket, place, inputOf(place.speaks === 'mux over tls' ? muxWords : helloWords, random.next(), 0)),
  'ends at once': (socket) => void socket.end(),
};

/** One hostile connection, from its beginning to its end. */
export async function call(place: Place, stranger: Stranger, random: Random): Promise<void> {
  const socket = connect({ port: place.port, host: '127.0.0.1' });
  socket.on('error', () => undefined);
  await connected(socket, 'connect');
  await stranger(socket, random, place);
  const lingers = random.below(4) === 0;
  if (lingers) await Promise.race([heard(socket), new Promise((resolve) => setTimeout(resolve, 50))]);
  if (socket.destroyed) return;
  socket.destroy();
  await once(socket, 'close');
}
