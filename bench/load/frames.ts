/** The wire format, as far as the load needs it. Written for speed: no objects, no copies. */

export const HEADER = 10;
export const ACK = 15;

export const Type = {
  MASTER_NEW: 0,
  MASTER_ID: 1,
  CHANNEL_NEW: 2,
  CHANNEL_FIN: 3,
  KEEPALIVE: 4,
  ACK: 5,
  MASTER_RES: 6,
  MASTER_REJ: 7,
  MASTER_OK: 8,
} as const;

export function u32(bytes: Buffer, at: number): number {
  return bytes.readUInt32BE(at);
}

export function lengthAt(bytes: Buffer, at: number): number {
  return ((bytes[at + 8] ?? 0) << 8) | (bytes[at + 9] ?? 0);
}

export function header(target: Buffer, at: number, sequence: number, channel: number, length: number): void {
  target.writeUInt32BE(sequence, at);
  target.writeUInt32BE(channel, at + 4);
  target.writeUInt16BE(length, at + 8);
}

/** A control message with one number: ACK, CHANNEL_FIN. Takes {@link ACK} octets. */
export function numbered(target: Buffer, at: number, sequence: number, type: number, value: number): void {
  header(target, at, sequence, 0, 5);
  target[at + HEADER] = type;
  target.writeUInt32BE(value, at + HEADER + 1);
}

export function masterNew(magic: Buffer): Buffer {
  const frame = Buffer.alloc(HEADER + 3 + magic.length);
  header(frame, 0, 0, 0, frame.length - HEADER);
  frame[HEADER] = Type.MASTER_NEW;
  frame[HEADER + 1] = magic.length;
  frame.set(magic, HEADER + 2);
  return frame;
}

export function masterRes(magic: Buffer, rcvNxt: number, sndUna: number, sndNxt: number): Buffer {
  const frame = Buffer.alloc(HEADER + 14 + magic.length);
  header(frame, 0, 0, 0, frame.length - HEADER);
  frame[HEADER] = Type.MASTER_RES;
  frame[HEADER + 1] = magic.length;
  frame.set(magic, HEADER + 2);
  const at = HEADER + 2 + magic.length;
  frame.writeUInt32BE(rcvNxt, at);
  frame.writeUInt32BE(sndUna, at + 4);
  frame.writeUInt32BE(sndNxt, at + 8);
  return frame;
}
