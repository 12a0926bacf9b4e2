import type { Ending } from '../contract/views.js';
import { type HeldMessage, HeldMessages } from './held.js';
import {
  ControlType,
  type MasterRes,
  encodeAcks,
  encodeChannelControl,
  encodeKeepalive,
  encodeMasterOk,
} from '../protocol/control.js';
import { FRAME_HEADER, type FrameSink, writeFrameHeader } from '../protocol/frame.js';
import { advance, distance } from '../protocol/serial.js';

/** Who receives what an instance sends on one channel. */
export interface Receiver {
  /** Bytes of the channel: `buffer[start, end)`, valid during the call only. */
  data(buffer: Buffer, start: number, end: number): void;
  /**
   * Nothing more comes, and nothing may be sent.
   * @param why undefined where the instance sent its CHANNEL_FIN
   */
  end(why?: Ending): void;
}

/** Timers of the wire protocol, in milliseconds. */
export const KEEPALIVE_AFTER = 28_000;
export const SILENCE_LIMIT = 60_000;

/** The longest payload we send: reads of 64 KiB make two equal frames. */
const MAX_SENT = 32_768;
/** Above this many octets held, frames get memory of their own, so that they do not pin shared slabs. */
const OWN_MEMORY_ABOVE = 65_536;

/**
 * An orphan is finished when it was silent about its end for so many milliseconds: its last results and its CHANNEL_FIN
 * follow each other closely, and ours would cross the latter.
 */
const ORPHAN_WAIT = 2_000;
/** Orphans that are known at a time; others are found when these have been finished. */
const ORPHANS_AT_MOST = 1_024;

const DISCARD: Receiver = { data: () => undefined, end: () => undefined };

interface ChannelEntry {
  receiver: Receiver;
  /** `finishing`: the client sends no more, and our CHANNEL_FIN waits until its bytes are acknowledged. */
  state: 'open' | 'finishing' | 'finished';
  /** Data messages that the instance has not acknowledged. */
  unacknowledged: number;
}

/** Where a session begins. */
export interface SessionOrigin {
  /** Where both directions begin to count; other than 0 only to test the wrap-around. */
  readonly sequence?: number;
  /** The last channel that is not to be used. */
  readonly channel?: number;
  /** What the instance asks for, where another controller began the session. */
  readonly recalled?: MasterRes;
}

type ChannelControl = typeof ControlType.CHANNEL_NEW | typeof ControlType.CHANNEL_FIN;

function channelControl(sequence: number, type: ChannelControl, channel: number): HeldMessage {
  return { channel, frame: encodeChannelControl(sequence, type, channel), isData: false };
}

/**
 * One remote instance's side of the protocol: sequence numbers, acknowledgements, channels, resume, keepalive.
 * A state machine without I/O: frames go in through {@link frame}, bytes come out through {@link takeOutput},
 * time is an argument. It lives across connections. Rules such as [SEQ-5] are those of docs/protocol.md.
 */
export class Session implements FrameSink {
  readonly #held = new HeldMessages();
  readonly #channels = new Map<number, ChannelEntry>();
  #output: Buffer[] = [];
  #rcvNxt: number;
  #sndNxt: number;
  #ackFrom: number;
  #lastChannel: number;
  #lastHeard = 0;
  #lastSent = 0;
  /** Since when the instance has not acknowledged anything that it should. */
  #unansweredSince = 0;
  #answered = false;
  #fault: string | undefined;
  /** False between two connections: what is said then is held, and leaves at the resume. */
  #carried: boolean;
  #sent = 0;
  /** Messages that came and are owed no ACK any more. */
  #received = 0;
  /** Whether a message has been sent that waits to leave. */
  #fresh = false;
  /** The message whose ACK is being timed, and when it left. */
  #timed: number | undefined;
  #timedAt = 0;
  #roundTrip: number | undefined;
  /** After a resume, until the instance has sent again all it held: its number of the message after those. */
  #awaited: number | undefined;
  /** Channels whose last data message was acknowledged in the read being processed, and that are to be finished. */
  #due: number[] = [];
  /**
   * Of a recalled session: channels that clients of the controller before had, and when that was found out. Undefined where
   * the session was begun here: there are none.
   */
  readonly #orphans: Map<number, number> | undefined;

  constructor({ sequence = 0, channel = 0, recalled }: SessionOrigin = {}) {
    this.#sndNxt = recalled?.rcvNxt ?? sequence;
    this.#rcvNxt = this.#ackFrom = recalled?.sndNxt ?? sequence;
    this.#lastChannel = channel;
    this.#carried = recalled === undefined;
    this.#orphans = recalled && new Map();
    if (recalled !== undefined) this.finish(this.open(DISCARD));
  }

  /** What the instance did wrong; once set, the connection must be dropped. */
  get fault(): string | undefined {
    return this.#fault;
  }

  /** Octets held for the instance until it acknowledges them, bookkeeping included. */
  get heldBytes(): number {
    return this.#held.bytes;
  }

  /** Channels that the instance has not finished, whether or not they still have a client. */
  get channelCount(): number {
    return this.#channels.size;
  }

  /** Reliable messages that were sent, those held included. */
  get sent(): number {
    return this.#sent;
  }

  /** Reliable messages that came. */
  get received(): number {
    return this.#received + this.#owed();
  }

  /** Whether anything came that is not acknowledged yet. */
  get owes(): boolean {
    return this.#owed() > 0;
  }

  /** Whether ACKs may wait no longer: as many are owed, or something waits for them to leave. */
  owesAtOnce(many: number): boolean {
    return this.#due.length > 0 || this.#awaited !== undefined || this.#owed() >= many;
  }

  /** Messages that came and are not acknowledged yet. */
  #owed(): number {
    return distance(this.#ackFrom, this.#rcvNxt);
  }

  /** The last time between a message and its ACK, in milliseconds; undefined before the first. */
  get roundTrip(): number | undefined {
    return this.#roundTrip;
  }

  /** Takes one frame of the established state. */
  frame(sequence: number, channel: number, buffer: Buffer, start: number, end: number): boolean {
    // [SEQ-5]: every frame, unreliable ones included, carries the number expected next.
    if (sequence !== this.#rcvNxt) {
      return this.#fail(`sequence ${sequence} where ${this.#rcvNxt} was due`);
    }
    if (channel === 0) return this.#control(buffer, start, end);
    this.#rcvNxt = (sequence + 1) >>> 0;
    const entry = this.#channels.get(channel);
    if (entry === undefined) this.#foundOrphan(channel);
    else entry.receiver.data(buffer, start, end);
    return true;
  }

  /** [REC-4]: data for a channel that is not ours is for one of a client that is no more. Its number is in use. */
  #foundOrphan(channel: number): void {
    if (this.#orphans === undefined || this.#orphans.size >= ORPHANS_AT_MOST) return;
    this.#orphans.set(channel, this.#lastHeard);
    this.#channels.set(channel, { receiver: DISCARD, state: 'open', unacknowledged: 0 });
  }

  /** Whether channels are known that nobody uses, and that the instance was not told to finish. */
  get hasOrphans(): boolean {
    return this.#orphans !== undefined && this.#orphans.size > 0;
  }

  /** Finishes those that had time enough to end by themselves. */
  finishOrphans(now: number): void {
    for (const [channel, since] of this.#orphans ?? []) {
      if (now - since < ORPHAN_WAIT) continue;
      this.#orphans?.delete(channel);
      this.finish(channel);
    }
  }

  #control(buffer: Buffer, start: number, end: number): boolean {
    const type = buffer.readUInt8(start);
    if (type === ControlType.KEEPALIVE) return true;
    if (end - start < 5) return this.#fail(`control message ${type} is cut short or out of place`);
    const value = buffer.readUInt32BE(start + 1);
    if (type === ControlType.ACK) return this.#acknowledged(value);
    if (type === ControlType.CHANNEL_FIN) return this.#finished(value);
    return this.#fail(`control message ${type} is out of place`);
  }

  /** [ACK-1]: an ACK names exactly one message, the oldest unacknowledged one. */
  #acknowledged(sequence: number): boolean {
    const oldest = this.#oldestHeld();
    if (this.#held.count === 0 || sequence !== oldest) {
      return this.#fail(`ACK of ${sequence} where ${this.#held.count === 0 ? 'none' : oldest} was due`);
    }
    if (sequence === this.#timed) this.#timeAck();
    this.#dropOldest();
    return true;
  }

  /** How long the instance took, read when its ACK was. */
  #timeAck(): void {
    this.#roundTrip = this.#lastHeard - this.#timedAt;
    this.#timed = undefined;
  }

  #dropOldest(): void {
    const message = this.#held.shift();
    this.#answered = true;
    if (!message.isData) return;
    const entry = this.#channels.get(message.channel);
    if (entry === undefined || --entry.unacknowledged > 0) return;
    if (entry.state === 'finishing') this.#due.push(message.channel);
  }

  /** [CHAN-6]: after its CHANNEL_FIN the instance has forgotten the channel, so we forget it too. */
  #finished(channel: number): boolean {
    this.#rcvNxt = advance(this.#rcvNxt, 1);
    const entry = this.#channels.get(channel);
    if (entry === undefined) return true;
    // No FIN in answer: any frame for a channel it has forgotten makes scamper drop the connection.
    this.#channels.delete(channel);
    this.#orphans?.delete(channel);
    entry.receiver.end();
    return true;
  }

  #fail(fault: string): false {
    this.#fault ??= fault;
    return false;
  }

  #oldestHeld(): number {
    return advance(this.#sndNxt, -this.#held.count);
  }

  /**
   * Acknowledges everything that came, one ACK each, in order, in one buffer, and finishes channels whose turn has come.
   */
  acknowledge(): void {
    // Stryker disable next-line ConditionalExpression: it saves a call
    if (this.#due.length > 0) this.#finishDue();
    const count = this.#owed();
    if (count === 0) return;
    this.#output.push(encodeAcks(this.#nextOnWire(), this.#ackFrom, count));
    this.#settle(count);
    if (this.#awaited !== undefined && distance(this.#awaited, this.#rcvNxt) >= 0) this.#sendAgain();
  }

  /** So many are no longer owed. */
  #settle(count: number): void {
    this.#received += count;
    this.#ackFrom = this.#rcvNxt;
  }

  /** [SEQ-6]: unreliable messages carry the sender's next number; while everything held waits, that is the oldest's. */
  #nextOnWire(): number {
    return this.#awaited === undefined ? this.#sndNxt : this.#oldestHeld();
  }

  /** Opens the next free channel. @returns its number, from 1. */
  open(receiver: Receiver): number {
    const channel = this.#nextChannel();
    this.#channels.set(channel, { receiver, state: 'open', unacknowledged: 0 });
    this.#sendChannelControl(ControlType.CHANNEL_NEW, channel);
    return channel;
  }

  /** [CHAN-1]: from 1, skipping 0 and any number still in use on wrap. */
  #nextChannel(): number {
    do this.#lastChannel = advance(this.#lastChannel, 1);
    while (this.#lastChannel === 0 || this.#channels.has(this.#lastChannel));
    return this.#lastChannel;
  }

  /**
   * Sends client bytes on a channel. They are held until acknowledged, so they are copied.
   * @returns false when the channel takes nothing more
   */
  send(channel: number, bytes: Buffer): boolean {
    const entry = this.#channels.get(channel);
    if (entry?.state !== 'open') return false;
    const parts = Math.ceil(bytes.length / MAX_SENT);
    const size = Math.ceil(bytes.length / parts);
    for (let at = 0; at < bytes.length; at += size) {
      this.#sendData(channel, bytes.subarray(at, at + size));
      entry.unacknowledged++;
    }
    return true;
  }

  #sendData(channel: number, payload: Buffer): void {
    const frame = this.#allocate(FRAME_HEADER + payload.length);
    writeFrameHeader(frame, 0, this.#sndNxt, channel, payload.length);
    frame.set(payload, FRAME_HEADER);
    this.#sendReliable({ channel, frame, isData: true });
  }

  #allocate(size: number): Buffer {
    // Stryker disable next-line EqualityOperator: an octet more or less is of no account
    return this.#held.bytes > OWN_MEMORY_ABOVE ? Buffer.allocUnsafeSlow(size) : Buffer.allocUnsafe(size);
  }

  /**
   * Tells the instance that the client sends no more. Nothing is sent where the instance has finished already, or is
   * about to: a client that says `done` and leaves at once would have our CHANNEL_FIN cross scamper's, and scamper
   * drops the connection for that. So ours waits until the client's bytes are acknowledged and what came with
   * the last ACK was looked at; scamper sends its CHANNEL_FIN right behind it.
   */
  finish(channel: number): void {
    const entry = this.#channels.get(channel);
    if (entry?.state !== 'open') return;
    entry.state = 'finishing';
    if (entry.unacknowledged === 0) this.#sendFin(channel, entry);
  }

  #finishDue(): void {
    const due = this.#due;
    this.#due = [];
    for (const channel of due) {
      const entry = this.#channels.get(channel);
      if (entry?.state === 'finishing') this.#sendFin(channel, entry);
    }
  }

  #sendFin(channel: number, entry: ChannelEntry): void {
    // Stryker disable next-line StringLiteral: any but the other two
    entry.state = 'finished';
    this.#sendChannelControl(ControlType.CHANNEL_FIN, channel);
  }

  /** Finishes every channel, whatever is under way on it: nobody is there for it any more. */
  finishAll(): void {
    for (const [channel, entry] of this.#channels) if (entry.state !== 'finished') this.#sendFin(channel, entry);
  }

  /** The client is gone: finishes the channel and drops whatever still comes on it. */
  abandon(channel: number): void {
    this.finish(channel);
    const entry = this.#channels.get(channel);
    if (entry !== undefined) entry.receiver = DISCARD;
  }

  #sendChannelControl(type: ChannelControl, channel: number): void {
    this.#sendReliable(channelControl(this.#sndNxt, type, channel));
  }

  #sendReliable(message: HeldMessage): void {
    this.#held.push(message);
    this.#sndNxt = advance(this.#sndNxt, 1);
    this.#sent++;
    if (!this.#carried || this.#awaited !== undefined) return;
    this.#output.push(message.frame);
    this.#fresh = true;
  }

  /** What is to be written to the connection now; the caller owns it. ACKs that are owed go with it. */
  takeOutput(now: number): Buffer[] {
    if (this.#output.length === 0) return this.#output;
    this.acknowledge();
    const output = this.#output;
    this.#output = [];
    this.#lastSent = now;
    if (this.#fresh && this.#timed === undefined) this.#time(now);
    this.#fresh = false;
    return output;
  }

  /** One message at a time is timed: the newest of those that leave now. */
  #time(now: number): void {
    this.#timed = advance(this.#sndNxt, -1);
    this.#timedAt = now;
  }

  /** A connection carries the session from now on. */
  connected(now: number): void {
    this.#fault = undefined;
    this.#lastHeard = this.#lastSent = this.#unansweredSince = now;
    for (const orphan of this.#orphans?.keys() ?? []) this.#orphans?.set(orphan, now);
  }

  /** The connection is lost: what waited for it is held anyway, or worth nothing on the next one. */
  disconnected(): void {
    this.#output = [];
    this.#settle(this.#owed());
    this.#awaited = this.#timed = undefined;
    this.#carried = this.#fresh = false;
  }

  /** Something was received. */
  heard(now: number): void {
    this.#lastHeard = now;
  }

  /** We did not read it: neither silence nor missing ACKs are the instance's fault. */
  excuse(now: number): void {
    this.#lastHeard = this.#unansweredSince = now;
  }

  /**
   * [TIME-1], [TIME-2], [ACK-6]. @returns `silent` when nothing was heard for too long, `deaf` when nothing was acknowledged for as long though
   * something should be, `keepalive` when one is to be sent now
   */
  tick(now: number): 'silent' | 'deaf' | 'keepalive' | 'well' {
    if (now - this.#lastHeard >= SILENCE_LIMIT) return 'silent';
    if (this.#answered || this.#held.count === 0) this.#unansweredSince = now;
    this.#answered = false;
    if (now - this.#unansweredSince >= SILENCE_LIMIT) return 'deaf';
    if (now - this.#lastSent < KEEPALIVE_AFTER) return 'well';
    this.#output.push(encodeKeepalive(this.#nextOnWire()));
    return 'keepalive';
  }

  /** [RES-2]: whether the two ends agree, so that the session can go on. */
  canResume(request: MasterRes): boolean {
    const received = distance(this.#oldestHeld(), request.rcvNxt);
    return (
      received >= 0 &&
      received <= this.#held.count &&
      distance(request.sndUna, this.#rcvNxt) >= 0 &&
      distance(this.#rcvNxt, request.sndNxt) >= 0
    );
  }

  /**
   * Goes on after {@link canResume}: drops what arrived, answers MASTER_OK, sends the rest again with its old numbers. What the
   * instance sends again is awaited first: a CHANNEL_FIN may be in it, and nothing may be sent on that channel then.
   */
  resume(request: MasterRes): void {
    for (let arrived = distance(this.#oldestHeld(), request.rcvNxt); arrived > 0; arrived--) this.#dropOldest();
    this.disconnected();
    this.#carried = true;
    this.#output.push(encodeMasterOk(this.#rcvNxt));
    if (request.sndNxt === this.#rcvNxt) this.#sendAgain();
    else this.#awaited = request.sndNxt;
  }

  /**
   * Sends held messages again. One for a channel that the instance has forgotten since would make it drop the
   * connection, at every resume anew; its number must be used all the same. So one such number opens a channel for nobody,
   * and the next one finishes it. Only where their count is odd a number is added, so that what is held does
   * not grow however often an instance finishes those channels and comes back.
   */
  #sendAgain(): void {
    this.#awaited = undefined;
    let sequence = this.#oldestHeld();
    let nobody: number | undefined;
    for (const message of this.#held.takeAll()) {
      let again = message;
      if (!this.#channels.has(message.channel)) {
        again = nobody === undefined ? this.#openForNobody(sequence) : this.#finishNobody(sequence, nobody);
        nobody = nobody === undefined ? again.channel : undefined;
      }
      this.#held.push(again);
      this.#output.push(again.frame);
      sequence = advance(sequence, 1);
    }
    this.#finishDue();
    // Stryker disable next-line ConditionalExpression: nothing would be finished
    if (nobody !== undefined) this.finish(nobody);
  }

  #openForNobody(sequence: number): HeldMessage {
    const channel = this.#nextChannel();
    this.#channels.set(channel, { receiver: DISCARD, state: 'open', unacknowledged: 0 });
    return channelControl(sequence, ControlType.CHANNEL_NEW, channel);
  }

  #finishNobody(sequence: number, channel: number): HeldMessage {
    // Stryker disable next-line StringLiteral: any but the other two
    this.#channels.set(channel, { receiver: DISCARD, state: 'finished', unacknowledged: 0 });
    return channelControl(sequence, ControlType.CHANNEL_FIN, channel);
  }

  /** The session is over: every channel ends. */
  close(why: Ending): void {
    const entries = [...this.#channels.values()];
    this.#channels.clear();
    this.#held.takeAll();
    this.disconnected();
    for (const entry of entries) entry.receiver.end(why);
  }
}
