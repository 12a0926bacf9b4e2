/** Control messages: the payloads of channel 0. The first octet is the type. */
import { FRAME_HEADER, encodeFrame, writeFrameHeader } from './frame.js';

export const ControlType = {
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

/** The longest control payload that scamper can send before it is attached: MASTER_NEW with magic and name of 255 octets. */
export const MAX_HELLO = 1 + 1 + 255 + 1 + 255;

/** MASTER_NEW: scamper says who it is. */
export interface MasterNew {
  readonly type: typeof ControlType.MASTER_NEW;
  /** 1 to 255 octets, chosen by scamper; names the session, so it is a secret. */
  readonly magic: Buffer;
  /** As given to `scamper -M`; undefined when there is none. */
  readonly monitorName: string | undefined;
}

/** MASTER_RES: scamper asks to go on with a session. */
export interface MasterRes {
  readonly type: typeof ControlType.MASTER_RES;
  readonly magic: Buffer;
  /** The sequence number scamper expects from us next. */
  readonly rcvNxt: number;
  /** The oldest of scamper's messages that we have not acknowledged. */
  readonly sndUna: number;
  /** The sequence number scamper will use next. */
  readonly sndNxt: number;
}

export type Hello = MasterNew | MasterRes;

/** Thrown when a control message is malformed. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
}

/** Reads MASTER_NEW or MASTER_RES. @throws ControlError for anything else. */
export function decodeHello(payload: Buffer): Hello {
  const type = payload[0];
  if (type === ControlType.MASTER_NEW) return decodeMasterNew(payload);
  if (type === ControlType.MASTER_RES) return decodeMasterRes(payload);
  throw new ControlError(`the first message has type ${type ?? 'none'}, not MASTER_NEW or MASTER_RES`);
}

function decodeMagic(payload: Buffer): { magic: Buffer; rest: Buffer } {
  const length = payload[1] ?? 0;
  if (length === 0 || payload.length < 2 + length) throw new ControlError('the magic is missing or cut short');
  return { magic: Buffer.from(payload.subarray(2, 2 + length)), rest: payload.subarray(2 + length) };
}

function decodeMasterNew(payload: Buffer): MasterNew {
  const { magic, rest } = decodeMagic(payload);
  return { type: ControlType.MASTER_NEW, magic, monitorName: decodeMonitorName(rest) };
}

/** The name's length counts its NUL; 0, or nothing at all (old scampers), means no name. */
function decodeMonitorName(rest: Buffer): string | undefined {
  const length = rest[0] ?? 0;
  if (length === 0) {
    if (rest.length > 1) throw new ControlError('octets follow the empty monitor name');
    return undefined;
  }
  if (rest.length !== 1 + length) throw new ControlError('the monitor name has another length than announced');
  if (rest[length] !== 0) throw new ControlError('the monitor name does not end with a NUL');
  return length === 1 ? undefined : rest.toString('latin1', 1, length);
}

function decodeMasterRes(payload: Buffer): MasterRes {
  const { magic, rest } = decodeMagic(payload);
  if (rest.length !== 12) throw new ControlError('MASTER_RES has the wrong length');
  return {
    type: ControlType.MASTER_RES,
    magic,
    rcvNxt: rest.readUInt32BE(0),
    sndUna: rest.readUInt32BE(4),
    sndNxt: rest.readUInt32BE(8),
  };
}

/**
 * Whether a monitor name is safe to become the beginning of a file name: letters, digits, `.` and `-` only. One that begins
 * with `-` would be an option to many programs, one that begins with `.` is hidden.
 */
export function isMonitorName(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9.-]*$/.test(name);
}

/** MASTER_ID: tells scamper its name. @throws RangeError when `id` is longer than 254 octets. */
export function encodeMasterId(id: string): Buffer {
  const text = Buffer.from(`${id}\0`, 'latin1');
  if (text.length > 255) throw new RangeError(`the id ${id} is too long`);
  return encodeFrame(0, 0, Buffer.concat([Buffer.from([ControlType.MASTER_ID, text.length]), text]));
}

/** MASTER_REJ: the session cannot go on. */
export function encodeMasterRej(): Buffer {
  return encodeFrame(0, 0, Buffer.from([ControlType.MASTER_REJ]));
}

/** MASTER_OK: the session goes on; `rcvNxt` is the number expected from scamper next. */
export function encodeMasterOk(rcvNxt: number): Buffer {
  return encodeWithNumber(0, ControlType.MASTER_OK, rcvNxt);
}

/** CHANNEL_NEW or CHANNEL_FIN for `channel`. */
export function encodeChannelControl(
  sequence: number,
  type: typeof ControlType.CHANNEL_NEW | typeof ControlType.CHANNEL_FIN,
  channel: number,
): Buffer {
  return encodeWithNumber(sequence, type, channel);
}

/** KEEPALIVE; `sequence` is the sender's next number, not consumed. */
export function encodeKeepalive(sequence: number): Buffer {
  return encodeFrame(sequence, 0, Buffer.from([ControlType.KEEPALIVE]));
}

const ACK_PAYLOAD = 5;
const ACK_FRAME = FRAME_HEADER + ACK_PAYLOAD;

/** `count` ACKs in order from `first`, in one buffer: an ACK names exactly one message, and they are not cumulative. */
export function encodeAcks(sequence: number, first: number, count: number): Buffer {
  const acks = Buffer.allocUnsafe(count * ACK_FRAME);
  for (let index = 0, at = 0; index < count; index++, at += ACK_FRAME) {
    writeFrameHeader(acks, at, sequence, 0, ACK_PAYLOAD);
    acks[at + FRAME_HEADER] = ControlType.ACK;
    acks.writeUInt32BE((first + index) >>> 0, at + FRAME_HEADER + 1);
  }
  return acks;
}

function encodeWithNumber(sequence: number, type: number, value: number): Buffer {
  const payload = Buffer.allocUnsafe(5);
  payload[0] = type;
  payload.writeUInt32BE(value, 1);
  return encodeFrame(sequence, 0, payload);
}
