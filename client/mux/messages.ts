import { brokenMux } from '../errors.js';
import { controlFrame } from './frames.js';

/** One thing that is said of an instance. */
export type Attribute = readonly [number: number, text: string];

/** What a controller says on channel 0. */
export type Message =
  /** `update`: it is connected. `away`: it lost its connection and is kept. */
  | { readonly type: 'update' | 'away'; readonly instance: number; readonly attributes: readonly Attribute[] }
  | { readonly type: 'depart' | 'back'; readonly instance: number }
  | { readonly type: 'go' }
  | { readonly type: 'close'; readonly channel: number }
  /** Why the channel is about to be closed. */
  | { readonly type: 'reason'; readonly channel: number; readonly text: string }
  /** Of a newer controller. */
  | { readonly type: 'unknown' };

const OPEN = 3;
const CLOSE = 4;
const HELLO = 0x8003;
const UNKNOWN: Message = { type: 'unknown' };

/** Opens a channel on an instance. */
export const openFrame = (instance: number, channel: number): Buffer => controlFrame(OPEN, instance, channel);

/** Says that this is a client, before it has anything else to say: a controller waits for that from the network. */
export const helloFrame = (): Buffer => controlFrame(HELLO);

/** Leaves a channel. */
export const closeFrame = (channel: number): Buffer => controlFrame(CLOSE, channel);

/** How each type is read: the first number of the body, then what stands behind it. */
const readers = new Map<number, (body: Buffer) => Message>([
  [0, (body) => ({ type: 'update', instance: numberIn(body), attributes: attributesIn(body.subarray(4)) })],
  [1, (body) => ({ type: 'depart', instance: numberIn(body) })],
  [2, () => ({ type: 'go' })],
  [CLOSE, (body) => ({ type: 'close', channel: numberIn(body) })],
  [0x8000, (body) => ({ type: 'away', instance: numberIn(body), attributes: attributesIn(body.subarray(4)) })],
  [0x8001, (body) => ({ type: 'back', instance: numberIn(body) })],
  [0x8002, (body) => ({ type: 'reason', channel: numberIn(body), text: textIn(body.subarray(4)) })],
]);

/** @throws ClientError SCR_MUX_BROKEN */
export function readMessage(payload: Buffer): Message {
  if (payload.length < 2) throw brokenMux('a message without a type');
  return readers.get(payload.readUInt16BE(0))?.(payload.subarray(2)) ?? UNKNOWN;
}

function numberIn(body: Buffer): number {
  if (body.length < 4) throw brokenMux('a message is cut off');
  return body.readUInt32BE(0);
}

function attributesIn(body: Buffer): Attribute[] {
  const found: Attribute[] = [];
  for (let at = 0; at < body.length;) {
    const end = body.indexOf(0, at + 2);
    if (end < 0) throw brokenMux('an attribute is cut off');
    found.push([body.readUInt16BE(at), utf8(body.subarray(at + 2, end))]);
    at = end + 1;
  }
  return found;
}

/** Up to its NUL, which a text at the end may do without. */
function textIn(body: Buffer): string {
  const end = body.indexOf(0);
  return utf8(end < 0 ? body : body.subarray(0, end));
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function utf8(bytes: Buffer): string {
  try {
    return decoder.decode(bytes);
  } catch {
    throw brokenMux('a text is not UTF-8');
  }
}
