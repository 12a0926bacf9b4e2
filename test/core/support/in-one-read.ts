import type { SimScamper } from '../../../testing/index.js';

/** What a scamper says comes in one read. */
export function inOneRead(scamper: SimScamper, say: () => void): void {
  const said: Uint8Array[] = [];
  const raw = scamper.raw.bind(scamper);
  scamper.raw = (bytes) => void said.push(bytes);
  say();
  scamper.raw = raw;
  raw(Buffer.concat(said));
}
