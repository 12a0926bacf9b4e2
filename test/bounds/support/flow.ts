import { type SimScamper, settle } from '../../../testing/index.js';

/** Lets bytes flow until the measure stands still. @returns where it stands */
export async function atRest(measure: () => number): Promise<number> {
  let last = NaN;
  for (let same = 0; same < 3; same = measure() === last ? same + 1 : 0) {
    last = measure();
    await settle(16);
  }
  return last;
}

/** Messages that the controller has taken from the instance and acknowledged. */
export function taken(scamper: SimScamper): number {
  return scamper.received.filter(({ type }) => type === 'ack').length;
}

/** What came to the instance on a channel, joined. */
export function arrived(scamper: SimScamper, channel: number): Buffer {
  return Buffer.concat(
    scamper.received.flatMap((one) => (one.type === 'data' && one.channel === channel ? [one.bytes] : [])),
  );
}

/** Bytes whose loss, doubling or change of order shows. */
export function pattern(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let at = 0; at + 4 <= length; at += 4) bytes.writeUInt32BE(at, at);
  return bytes;
}
