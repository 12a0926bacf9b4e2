import { ControlType, type MasterRes } from '../../../core/protocol/control.js';
import { FrameDecoder, type FrameSink, encodeFrame } from '../../../core/protocol/frame.js';
import { advance } from '../../../core/protocol/serial.js';
import type { Script } from './script.js';

/** What a script asks for next. */
export type Action =
  /** The network brings octets. */
  | { readonly type: 'bytes'; readonly bytes: Buffer }
  | { readonly type: 'cut' }
  /** It comes back: MASTER_RES with these numbers. */
  | { readonly type: 'resume'; readonly rcvNxt: number; readonly sndUna: number; readonly sndNxt: number }
  | { readonly type: 'wait'; readonly ms: number }
  /** A client comes, sends, finishes, leaves, or stops and goes on to take what it gets. */
  | { readonly type: 'open' | 'finish' | 'leave' | 'toggle'; readonly client: number }
  | { readonly type: 'send'; readonly client: number; readonly octets: number };

/** What does as a script says. */
export interface Player {
  read(bytes: Buffer): void;
  cut(): void;
  comeBack(request: MasterRes): void;
  wait(ms: number): void;
  client(action: Extract<Action, { client: number }>): void;
}

/** The magic of the scamper. */
export const MAGIC = Buffer.from('magic');

/** Has the player do it. */
export function play(action: Action, player: Player): void {
  switch (action.type) {
    case 'bytes':
      return player.read(action.bytes);
    case 'cut':
      return player.cut();
    case 'resume':
      return player.comeBack({ ...action, type: ControlType.MASTER_RES, magic: MAGIC });
    case 'wait':
      return player.wait(action.ms);
    default:
      return player.client(action);
  }
}

/** How far a number is from the right one: most are right, so that a script comes far. */
const OFF: readonly [number, ...number[]] = [
  0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, -1, 2, -2, 1000, 0x7fffffff, 0x80000000,
  0xffff,
];
const WAITS: readonly [number, ...number[]] = [1, 1_000, 2_000, 15_000, 28_000, 60_000];
/** Most are small: so more of them are tried. */
const SIZES: readonly [number, ...number[]] = [1, 5, 10, 100, 1, 5, 10, 100, 1, 5, 10, 100, 1, 5, 4_096, 65_535];
const SENT: readonly [number, ...number[]] = [
  1, 100, 5, 7, 1, 100, 5, 7, 1, 100, 0, 7, 32_768, 32_769, 65_536, 262_144,
];

/** A scamper that does what a script says. It keeps count, so that a script can be right, or wrong by as much as it likes. */
export class OddScamper implements FrameSink {
  rcvNxt: number;
  sndNxt: number;
  /** Channels that it was told of. */
  readonly channels: number[] = [];
  readonly #script: Script;
  #decoder = new FrameDecoder();
  /** What it has said, as the controller takes it apart. */
  #said = new FrameDecoder();
  /** Channels that it has finished, as the controller knows. */
  readonly #finished = new Set<number>();
  /** Messages that it has not acknowledged. */
  #owed: number[] = [];

  constructor(script: Script, rcvNxt = 0, sndNxt = 0) {
    this.#script = script;
    this.rcvNxt = rcvNxt;
    this.sndNxt = sndNxt;
  }

  /** The next connection begins. */
  connected(): void {
    this.#decoder = new FrameDecoder();
    this.#said = new FrameDecoder();
  }

  /** The controller has heard these octets, and found nothing wrong. */
  wasHeard(bytes: Buffer): void {
    this.#said.push(bytes, {
      frame: (_sequence, channel, buffer, start) => {
        // Data behind its own CHANNEL_FIN would be of another channel with that number.
        if (channel !== 0) this.#finished.delete(channel);
        else if (buffer[start] === ControlType.CHANNEL_FIN) this.#finished.add(buffer.readUInt32BE(start + 1));
        return true;
      },
    });
  }

  /** What the controller says. @throws FrameLengthError where that are no frames */
  hear(bytes: Buffer): void {
    this.#decoder.push(bytes, this);
  }

  frame(sequence: number, channel: number, buffer: Buffer, start: number, end: number): boolean {
    const type = channel === 0 ? buffer[start] : undefined;
    const value = end - start >= 5 ? buffer.readUInt32BE(start + 1) : 0;
    if (type === ControlType.MASTER_OK) this.sndNxt = value;
    else if (type === undefined || type === ControlType.CHANNEL_NEW || type === ControlType.CHANNEL_FIN) {
      this.rcvNxt = advance(sequence, 1);
      this.#owed.push(sequence);
      if (type === ControlType.CHANNEL_NEW) this.#opened(value);
      else this.#mustNotBeFinished(type === undefined ? channel : value);
    }
    return true;
  }

  #opened(channel: number): void {
    this.channels.push(channel);
    this.#finished.delete(channel);
  }

  /** A scamper drops the connection for it. */
  #mustNotBeFinished(channel: number): void {
    if (this.#finished.has(channel)) throw new Error(`a frame for channel ${channel}, which was finished before`);
  }

  next(): Action {
    const script = this.#script;
    const choice = script.u8() % 24;
    if (choice < 4) return this.#say(this.#channel(), Buffer.alloc(script.pick(SIZES), 0x61));
    if (choice < 6) return this.#say(0, numbered(ControlType.CHANNEL_FIN, this.#channel()));
    if (choice < 10) return this.#acknowledge(1 + (script.u8() % 8));
    if (choice === 10) return this.#say(0, Buffer.from([ControlType.KEEPALIVE]), false);
    if (choice === 11) return this.#say(0, numbered(script.u8(), script.u32()), false);
    if (choice === 12) return { type: 'bytes', bytes: script.take(script.u8()) };
    if (choice === 13) return this.#say(script.u32(), script.take(1 + (script.u8() % 32)));
    if (choice === 14) return { type: 'cut' };
    if (choice === 15) return this.#resume();
    if (choice === 16) return { type: 'wait', ms: script.pick(WAITS) };
    if (choice < 19) return { type: 'open', client: script.u8() };
    if (choice < 21) return { type: 'send', client: script.u8(), octets: script.pick(SENT) };
    return { type: (['finish', 'leave', 'toggle'] as const)[choice - 21] ?? 'leave', client: script.u8() };
  }

  #off(): number {
    return this.#script.pick(OFF);
  }

  #channel(): number {
    const choice = this.#script.u8();
    if (choice >= 240 || this.channels.length === 0) return choice;
    return this.channels[choice % this.channels.length] ?? 0;
  }

  /** A number that is not right is not counted: the controller will not go on. */
  #say(channel: number, payload: Buffer, isReliable = true): Action {
    const off = this.#off();
    const sequence = advance(this.sndNxt, off);
    if (off === 0 && isReliable) this.sndNxt = advance(sequence, 1);
    return { type: 'bytes', bytes: encodeFrame(sequence, channel, payload.length === 0 ? Buffer.of(0) : payload) };
  }

  #acknowledge(count: number): Action {
    const acks = Array.from({ length: count }, () => {
      const value = advance(this.#owed.shift() ?? this.rcvNxt, this.#off());
      return encodeFrame(this.sndNxt, 0, numbered(ControlType.ACK, value));
    });
    return { type: 'bytes', bytes: Buffer.concat(acks) };
  }

  #resume(): Action {
    this.#owed = [];
    const rcvNxt = advance(this.rcvNxt, this.#off());
    const sndNxt = advance(this.sndNxt, this.#off());
    return { type: 'resume', rcvNxt, sndUna: advance(this.sndNxt, this.#off()), sndNxt };
  }
}

function numbered(type: number, value: number): Buffer {
  const payload = Buffer.alloc(5);
  payload[0] = type;
  payload.writeUInt32BE(value >>> 0, 1);
  return payload;
}

/** Scripts that come far: clients, results, ACKs, endings, cuts and resumes. */
export const scripts: readonly [Buffer, ...Buffer[]] = [
  // clients come, send, are acknowledged, get results, and the channel is finished
  Buffer.from([0, 0, 17, 0, 6, 0, 0, 19, 0, 2, 6, 0, 0, 0, 0, 0, 3, 4, 0, 0]),
  // two clients, one finishes, one leaves; all is acknowledged late
  Buffer.from([
    0, 0, 17, 0, 17, 1, 19, 0, 3, 19, 1, 3, 21, 0, 22, 1, 6, 7, 0, 0, 0, 0, 0, 0, 0, 0, 6, 7, 0, 0, 0, 0, 0, 0,
  ]),
  // data held, cut, resume, more data, ACKs, FIN, cut, resume
  Buffer.from([0, 0, 17, 0, 19, 0, 4, 14, 15, 0, 0, 0, 6, 3, 0, 0, 0, 0, 0, 0, 2, 0, 4, 0, 0, 14, 15, 0, 0, 0, 10, 0]),
  // recalled: data of orphans, time, FINs
  Buffer.from([1, 0, 13, 0, 0, 0, 9, 4, 1, 2, 3, 4, 0, 16, 2, 16, 2, 6, 3, 0, 0, 0, 0, 14, 15, 0, 0, 0, 4, 0, 0]),
  // a slow client, much data, it goes on
  Buffer.from([0, 0, 17, 0, 23, 0, 0, 0, 5, 0, 0, 0, 5, 0, 0, 0, 5, 0, 23, 0, 16, 3, 4, 0, 0]),
  // resumes that name what was not sent yet
  Buffer.from([2, 0, 17, 0, 19, 0, 2, 14, 15, 0, 0, 23, 0, 0, 2, 0, 10, 0, 14, 15, 0, 0, 23]),
  // silence
  Buffer.from([0, 0, 17, 0, 16, 4, 10, 0, 16, 4, 16, 5, 16, 5]),
];
