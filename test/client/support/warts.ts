/** A record of a warts file. */
export function record(kind: number, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16BE(0x1205, 0);
  head.writeUInt16BE(kind, 2);
  head.writeUInt32BE(body.length, 4);
  return Buffer.concat([head, body]);
}

function u32(...numbers: number[]): Buffer {
  const octets = Buffer.alloc(4 * numbers.length);
  for (const [index, number] of numbers.entries()) octets.writeUInt32BE(number, 4 * index);
  return octets;
}

export const list = (number = 1, name = 'default'): Buffer =>
  record(1, Buffer.concat([u32(number, 0), Buffer.from(`${name}\0\0`)]));

export const cycleStart = (number = 1, inList = 1): Buffer =>
  record(2, Buffer.concat([u32(number, inList, 1, 1_000), Buffer.from([0])]));

export const cycleStop = (number = 1): Buffer => record(4, Buffer.concat([u32(number, 2_000), Buffer.from([0])]));

/** A result that belongs to a list and a cycle; `text` stands for what was found. */
export function result(text: string, kind = 7, inList = 1, inCycle = 1): Buffer {
  // Three octets of flags as a ping has them, of which the first two are followed by others.
  const head = Buffer.from([0x83, 0x80, 0x00, 0, 8]);
  return record(kind, Buffer.concat([head, u32(inList, inCycle), Buffer.from(text)]));
}

/** The texts of results. */
export function textsIn(warts: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at < warts.length; at += 8 + warts.readUInt32BE(at + 4))
    found.push(warts.toString('latin1', at + 8 + 13, at + 8 + warts.readUInt32BE(at + 4)));
  return found;
}

/** @param zero the digit for zero: scamper writes backticks */
export function uuencode(octets: Uint8Array, zero = '`'): string {
  const digit = (value: number): string => (value === 0 ? zero : String.fromCharCode(32 + value));
  let text = '';
  for (let at = 0; at < octets.length; at += 45) {
    const line = octets.subarray(at, at + 45);
    text += digit(line.length);
    for (let index = 0; index < line.length; index += 3) {
      const bits = ((line[index] ?? 0) << 16) | ((line[index + 1] ?? 0) << 8) | (line[index + 2] ?? 0);
      text += [bits >> 18, bits >> 12, bits >> 6, bits].map((value) => digit(value & 63)).join('');
    }
    text += '\n';
  }
  return `${text}${zero}\n`;
}

/** A DATA message. @param about what stands behind the length: ` id-1`, ` id-1 inprog` */
export function dataMessage(warts: Buffer, about = ''): string {
  const text = uuencode(warts);
  return `DATA ${text.length}${about}\n${text}`;
}
