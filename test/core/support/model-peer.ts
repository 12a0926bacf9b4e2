import { ControlType, encodeAcks, encodeChannelControl } from '../../../core/protocol/control.js';
import { FrameDecoder, encodeFrame } from '../../../core/protocol/frame.js';
import { resumeRequest } from './session.js';

/** What the peer knows of one channel. */
interface PeerChannel {
  received: string;
  sent: string;
  finReceived: boolean;
  finished: boolean;
}

/** A scamper as the protocol's page describes it, strict and synchronous: bytes in, bytes out. */
export class ModelPeer {
  readonly channels = new Map<number, PeerChannel>();
  /** Why it dropped the connection. */
  violation: string | undefined;
  #output: Buffer[] = [];
  #held: { sequence: number; frame: Buffer }[] = [];
  #established = true;
  #decoder = new FrameDecoder();
  #rcvNxt: number;
  #sndNxt: number;

  constructor(origin: number) {
    this.#rcvNxt = this.#sndNxt = origin;
  }

  get heldCount(): number {
    return this.#held.length;
  }

  takeOutput(): Buffer {
    const output = Buffer.concat(this.#output);
    this.#output = [];
    return output;
  }

  feed(chunk: Buffer): void {
    this.#decoder.push(chunk, {
      frame: (sequence, channel, buffer, start, end) => {
        this.#frame(sequence, channel, Buffer.from(buffer.subarray(start, end)));
        return this.violation === undefined;
      },
    });
  }

  send(channel: number, text: string): void {
    const known = this.channels.get(channel);
    if (known === undefined || known.finished) return;
    known.sent += text;
    this.#reliable((sequence) => encodeFrame(sequence, channel, Buffer.from(text, 'latin1')));
  }

  finish(channel: number): void {
    const known = this.channels.get(channel);
    if (known === undefined || known.finished) return;
    known.finished = true;
    this.#reliable((sequence) => encodeChannelControl(sequence, ControlType.CHANNEL_FIN, channel));
  }

  /** The connection is gone; what it says next is held. */
  cut(): void {
    this.#output = [];
    this.#established = false;
    this.violation = undefined;
    this.#decoder = new FrameDecoder();
  }

  /** Asks to go on, as MASTER_RES does. */
  resume(): ReturnType<typeof resumeRequest> {
    return resumeRequest(this.#rcvNxt, this.#held[0]?.sequence ?? this.#sndNxt, this.#sndNxt);
  }

  #reliable(encode: (sequence: number) => Buffer): void {
    const sequence = this.#sndNxt;
    const frame = encode(sequence);
    this.#sndNxt = (sequence + 1) >>> 0;
    this.#held.push({ sequence, frame });
    if (this.#established) this.#output.push(frame);
  }

  #frame(sequence: number, channel: number, payload: Buffer): void {
    const type = channel === 0 ? payload[0] : undefined;
    if (type === ControlType.MASTER_OK) return this.#goOn(payload.readUInt32BE(1));
    if (!this.#established) return this.#drop('something came before MASTER_OK');
    if (sequence !== this.#rcvNxt) return this.#drop(`sequence ${sequence} where ${this.#rcvNxt} was due`);
    if (type === ControlType.KEEPALIVE) return;
    if (type === ControlType.ACK) return this.#acknowledged(payload.readUInt32BE(1));
    this.#take(sequence, channel, payload, type);
  }

  #goOn(rcvNxt: number): void {
    this.#held = this.#held.filter(({ sequence }) => ((sequence - rcvNxt) | 0) >= 0);
    this.#established = true;
    for (const { frame } of this.#held) this.#output.push(frame);
  }

  #acknowledged(sequence: number): void {
    const oldest = this.#held.shift()?.sequence;
    if (oldest !== sequence) this.#drop(`ACK of ${sequence} where ${oldest ?? 'none'} was due`);
  }

  #take(sequence: number, channel: number, payload: Buffer, type: number | undefined): void {
    const named = channel === 0 ? payload.readUInt32BE(1) : channel;
    const known = this.channels.get(named);
    if (type === ControlType.CHANNEL_NEW) {
      if (known !== undefined) return this.#drop(`channel ${named} was opened twice`);
      this.channels.set(named, { received: '', sent: '', finReceived: false, finished: false });
    } else if (known === undefined || known.finished) {
      return this.#drop('forgotten channel');
    } else if (type === ControlType.CHANNEL_FIN) {
      if (known.finReceived) return this.#drop(`channel ${named} was finished twice`);
      known.finReceived = true;
    } else {
      if (known.finReceived) return this.#drop(`data on channel ${named} after its FIN`);
      known.received += payload.toString('latin1');
    }
    this.#rcvNxt = (sequence + 1) >>> 0;
    this.#output.push(encodeAcks(this.#sndNxt, sequence, 1));
  }

  #drop(why: string): void {
    this.violation = why;
  }
}
