import { createHash } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { expect, test } from 'vitest';
import { SimScamper, memoryTransport } from '../../../testing/index.js';
import { tcp } from '../support/remote.js';
import { dialTls, secured } from '../support/tls.js';

const SIZE = 6_000_000;

function digest(pieces: readonly Uint8Array[]): string {
  const hash = createHash('sha256');
  for (const piece of pieces) hash.update(piece);
  return hash.digest('hex');
}

/** Bytes that repeat nowhere near a multiple of a record's or a frame's size. */
function pattern(seed: number): Buffer {
  const bytes = Buffer.alloc(SIZE);
  for (let at = 0; at < SIZE; at += 4) bytes.writeUInt32LE((at * 2_654_435_761 + seed) >>> 0, at);
  return bytes;
}

const memory = memoryTransport('wires');

test.each<{ name: string; dial: (port: number) => Promise<Duplex> }>([
  { name: 'TCP', dial: (port) => tcp(port) },
  { name: 'an in-memory transport', dial: () => Promise.resolve(memory.dial()) },
])('many megabytes pass both ways at once over $name', async ({ dial }) => {
  const { bench, port } = await secured({ plugins: [memory.plugin] });
  const scamper = new SimScamper(dialTls(port, { wire: await dial(port) }), { script: {} });
  await scamper.attach();
  const client = bench.client();
  await scamper.waitFor('open');
  const up = pattern(1);
  const down = pattern(2);
  client.send(up);
  for (let at = 0; at < SIZE; at += 50_000) scamper.send(1, down.subarray(at, at + 50_000));
  client.finish();
  await scamper.waitFor('fin');
  scamper.finish(1);
  await client.end;
  expect(digest([Buffer.from(client.text, 'latin1')])).toBe(digest([down]));
  const received = scamper.received.flatMap((frame) => (frame.type === 'data' ? [frame.bytes] : []));
  expect(digest(received)).toBe(digest([up]));
  expect(scamper.violation).toBeUndefined();
});
