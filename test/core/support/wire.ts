import type { Duplex } from 'node:stream';
import { encodeFrame } from '../../../core/protocol/frame.js';
import type { PluginEntry } from '../../../plugin-sdk/index.js';
import { type TestBench, memoryTransport, startBench } from '../../../testing/index.js';
import { frames } from './frames.js';

/** MASTER_NEW with a magic of eight octets and no monitor name. */
export const hello = encodeFrame(0, 0, Buffer.from(`\x00\x088 octets\x00`, 'latin1'));

/** A peer that is nothing but a stream, for bytes that no scamper would send, or would not send together. */
export interface Wire {
  readonly bench: TestBench;
  readonly stream: Duplex;
  /** What the controller sent, one line a frame: the sequence number and the octets of the payload. */
  readonly heard: () => string[];
}

export async function wired(plugins: readonly PluginEntry[] = []): Promise<Wire> {
  const transport = memoryTransport('wire');
  const bench = await startBench([transport.plugin, ...plugins]);
  const stream = transport.dial();
  const chunks: Buffer[] = [];
  stream.on('data', (chunk: Buffer) => chunks.push(chunk));
  const heard = (): string[] => frames(chunks).map(({ sequence, payload }) => `#${sequence} ${payload.join(' ')}`);
  return { bench, stream, heard };
}
