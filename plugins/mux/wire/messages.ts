/**
 * The frames of a mux, as docs/protocol.md has them: u32 channel, u32 length, payload; on channel 0 a payload begins with a u16
 * type. Those from 0x8000 on are ours: programs that do not know them pass them over [MUX-13].
 */

/** Octets in front of each payload. */
export const HEADER = 8;

/** The longest payload before GO [MUX-2]. */
export const LONGEST_BEFORE_GO = 65_536;

export const Type = {
  VP_UPDATE: 0,
  VP_DEPART: 1,
  GO: 2,
  CHANNEL_OPEN: 3,
  CHANNEL_CLOSE: 4,
  VP_AWAY: 0x8000,
  VP_BACK: 0x8001,
  CHANNEL_REASON: 0x8002,
} as const;

/** A frame on channel 0 with its type; the body is zeros. */
function control(type: number, body: number): Buffer {
  const frame = Buffer.alloc(HEADER + 2 + body);
  frame.writeUInt32BE(2 + body, 4);
  frame.writeUInt16BE(type, HEADER);
  return frame;
}

function withNumber(type: number, number: number, more: Uint8Array = new Uint8Array()): Buffer {
  const frame = control(type, 4 + more.length);
  frame.writeUInt32BE(number, HEADER + 2);
  frame.set(more, HEADER + 6);
  return frame;
}

/** The instance can be opened. */
export function vpUpdate(instance: number, attributes: Uint8Array): Buffer {
  return withNumber(Type.VP_UPDATE, instance, attributes);
}

/** The instance is gone, or is about to be announced anew [MUX-6]. */
export function vpDepart(instance: number): Buffer {
  return withNumber(Type.VP_DEPART, instance);
}

/** The instance has lost its connection, and is kept. */
export function vpAway(instance: number, attributes: Uint8Array): Buffer {
  return withNumber(Type.VP_AWAY, instance, attributes);
}

/** The instance is connected again, and is as it was announced. */
export function vpBack(instance: number): Buffer {
  return withNumber(Type.VP_BACK, instance);
}

export function go(): Buffer {
  return control(Type.GO, 0);
}

export function channelClose(channel: number): Buffer {
  return withNumber(Type.CHANNEL_CLOSE, channel);
}

/** Why CHANNEL_CLOSE follows. */
export function channelReason(channel: number, reason: string): Buffer {
  return withNumber(Type.CHANNEL_REASON, channel, text(reason));
}

/** A text with its NUL; one inside would end it early. */
function text(value: string): Buffer {
  return Buffer.from(`${value.replaceAll('\0', '')}\0`);
}

/** u16 number of the attribute, text with NUL. */
export function attribute(number: number, value: string): Buffer {
  const head = Buffer.alloc(2);
  head.writeUInt16BE(number);
  return Buffer.concat([head, text(value)]);
}
