import { Fault, must } from './fault.js';
import { type Flow, type Flows, Inbox } from './flow.js';
import type { FarEnd, Line } from './wire.js';

const HEADER = 10;
/** [FRAME-3] */
const LONGEST = 32_768;
/** The longest payload that it sends: scamper's has 8 KiB, and the protocol allows more. */
const SAID = 20_000;
/** [TIME-1], [TIME-2], in milliseconds. */
const KEEPALIVE_AFTER = 28_000;
const SILENCE = 60_000;

const NEW = 0;
const ID = 1;
const CHANNEL_NEW = 2;
const CHANNEL_FIN = 3;
const KEEPALIVE = 4;
const ACK = 5;
const RESUME = 6;
const REJECTED = 7;
const OK = 8;

/** A channel as scamper has it. */
export class Tail<Speaker> {
  finReceived = false;
  /** It has sent, or is to send, its CHANNEL_FIN. */
  finished = false;
  /** The controller that opened it is no more. */
  isOrphan = false;
  readonly down: Flow<Tail<Speaker>>;
  readonly inbox: Inbox<Speaker>;
  /** The client at the other end, once that is known. */
  client: Speaker | undefined;

  constructor(
    readonly scamper: Scamper<Speaker>,
    readonly number: number,
    up: Flows<Speaker>,
    down: Flows<Tail<Speaker>>,
  ) {
    this.down = down.begin(this);
    this.inbox = new Inbox(up, this.name, (client) => scamper.world.paired(client, this));
  }

  /** Its controller is no more. What that had finished the next one does not know, and may finish again [CHAN-9]. */
  orphan(): void {
    this.isOrphan = true;
    this.finReceived = false;
  }

  get name(): string {
    return `channel ${this.number} of VP ${this.scamper.vp}`;
  }
}

/** What scamper is told of by the world it is in, and tells it. */
export interface ScamperWorld<Speaker> {
  readonly up: Flows<Speaker>;
  readonly down: Flows<Tail<Speaker>>;
  now(): number;
  /** Something that was said by a client came to the channel, or the other way around. */
  paired(client: Speaker, tail: Tail<Speaker>): void;
  /** CHANNEL_NEW came. */
  opened(tail: Tail<Speaker>): void;
  /** Octets of its client came, and were the right ones. */
  heard?(tail: Tail<Speaker>): void;
  /** The controller's CHANNEL_FIN came. */
  finished(tail: Tail<Speaker>): void;
  rejected(scamper: Scamper<Speaker>): void;
}

interface Held {
  readonly sequence: number;
  readonly channel: number;
  readonly payload: Buffer;
}

/** A channel that it has finished: what comes for it breaks the connection [CHAN-6]. */
interface Forgotten {
  readonly sequence: number;
  /** Where its CHANNEL_FIN ends on the present connection; undefined where it was not sent there. */
  end: number | undefined;
}

/**
 * A remote scamper as docs/protocol.md has it, in its strictest reading. It shares no code with the controller, keeps books of its
 * own, and throws a Fault at whatever the controller may not do.
 */
export class Scamper<Speaker> implements FarEnd {
  phase: 'away' | 'hello' | 'resume' | 'on' = 'away';
  hasSession = false;
  readonly channels = new Map<number, Tail<Speaker>>();
  wire: Line | undefined;
  magic = Buffer.alloc(8);
  crossings = 0;
  #rcvNxt = 0;
  #sndNxt = 0;
  #held: Held[] = [];
  /** What it has to say and could not number yet [RES-7]. */
  #unsent: { readonly channel: number; readonly payload: Buffer }[] = [];
  readonly #forgotten = new Map<number, Forgotten>();
  #rest: Buffer = Buffer.alloc(0);
  /** Where on the connection the frame ends that is being looked at. */
  #place = 0;
  /** Where on the connection ends what it has sent again. */
  #resent = 0;
  #lastHeard = 0;
  #lastSent = 0;

  constructor(
    readonly vp: number,
    readonly world: ScamperWorld<Speaker>,
  ) {}

  get name(): string {
    return `vp-${this.vp}`;
  }

  /** Whether everything that it said was taken. */
  get isQuiet(): boolean {
    return this.#held.length === 0 && this.#unsent.length === 0;
  }

  // ---- its connections

  /** Says who it is. With a session it asks to go on with that, unless it is to begin afresh. */
  dial(wire: Line, afresh = false): void {
    this.wire = wire;
    this.#rest = Buffer.alloc(0);
    this.#place = 0;
    this.#lastHeard = this.world.now();
    this.#resent = 0;
    for (const forgotten of this.#forgotten.values()) forgotten.end = undefined;
    if (this.hasSession && !afresh) return this.#askToResume();
    this.forget();
    this.phase = 'hello';
    const name = Buffer.from(`${this.name}\0`);
    this.#control(0, NEW, Buffer.from([this.magic.length]), this.magic, Buffer.from([name.length]), name);
  }

  #askToResume(): void {
    this.phase = 'resume';
    const numbers = [this.#rcvNxt, this.#oldestHeld(), this.#sndNxt].map(u32);
    this.#control(0, RESUME, Buffer.from([this.magic.length]), this.magic, ...numbers);
  }

  #oldestHeld(): number {
    return this.#held[0]?.sequence ?? this.#sndNxt;
  }

  /** The session is over. */
  forget(): void {
    this.hasSession = false;
    this.channels.clear();
    this.#forgotten.clear();
    this.#held = [];
    this.#unsent = [];
    this.#rcvNxt = this.#sndNxt = 0;
  }

  /** Its connection is no more. */
  away(): void {
    this.phase = 'away';
    this.wire = undefined;
  }

  over(): void {
    this.wire?.break();
    this.away();
  }

  // ---- what it says

  say(tail: Tail<Speaker>, length: number): void {
    for (let left = length; left > 0 && !tail.finished; left -= SAID) {
      this.#reliable(tail.number, tail.down.say(Math.min(left, SAID)));
    }
  }

  finish(tail: Tail<Speaker>): void {
    if (tail.finished) return;
    tail.finished = true;
    this.channels.delete(tail.number);
    this.#forgotten.set(tail.number, { sequence: -1, end: undefined });
    this.#reliable(0, Buffer.concat([Buffer.from([CHANNEL_FIN]), u32(tail.number)]));
  }

  #reliable(channel: number, payload: Buffer): void {
    if (this.phase !== 'on') return void this.#unsent.push({ channel, payload });
    const held = { sequence: this.#sndNxt, channel, payload };
    this.#sndNxt = (this.#sndNxt + 1) >>> 0;
    this.#held.push(held);
    this.#send(held);
  }

  #send({ sequence, channel, payload }: Held): void {
    this.#write(sequence, channel, payload);
    if (channel !== 0) return;
    this.#forgotten.set(payload.readUInt32BE(1), { sequence, end: this.wire?.written });
  }

  #control(sequence: number, type: number, ...body: Buffer[]): void {
    this.#write(sequence, 0, Buffer.concat([Buffer.from([type]), ...body]));
  }

  #write(sequence: number, channel: number, payload: Buffer): void {
    this.#lastSent = this.world.now();
    const length = Buffer.from([payload.length >> 8, payload.length & 255]);
    this.wire?.write(Buffer.concat([u32(sequence), u32(channel), length, payload]));
  }

  /** Time has passed. */
  tick(): void {
    if (this.phase !== 'on') return;
    const now = this.world.now();
    if (now - this.#lastHeard >= SILENCE) this.#drop();
    else if (now - this.#lastSent >= KEEPALIVE_AFTER) this.#control(this.#sndNxt, KEEPALIVE);
  }

  // ---- what it hears

  read(chunk: Buffer): void {
    this.#lastHeard = this.world.now();
    const { wire } = this;
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    let at = 0;
    while (bytes.length - at >= HEADER && this.wire === wire) {
      const length = bytes.readUInt16BE(at + 8);
      must(length > 0, () => `VP ${this.vp} was sent a frame of length 0`);
      const end = at + HEADER + length;
      if (end > bytes.length) break;
      this.#place += end - at;
      this.#frame(bytes.readUInt32BE(at), bytes.readUInt32BE(at + 4), bytes.subarray(at + HEADER, end));
      at = end;
    }
    if (this.wire === wire) this.#rest = Buffer.from(bytes.subarray(at));
  }

  #frame(sequence: number, channel: number, payload: Buffer): void {
    if (this.phase === 'hello') return this.#welcomed(sequence, channel, payload);
    if (this.phase === 'resume') return this.#answered(sequence, channel, payload);
    this.#must(sequence === this.#rcvNxt, `number ${sequence} where ${this.#rcvNxt} was due`);
    if (channel !== 0) return this.#data(channel, payload);
    const type = payload[0];
    if (type === KEEPALIVE) return this.#must(payload.length === 1, 'a long KEEPALIVE');
    this.#must(payload.length === 5, `a control message of ${payload.length} octets`);
    const value = payload.readUInt32BE(1);
    if (type === ACK) this.#acknowledged(value);
    else if (type === CHANNEL_NEW) this.#opened(value);
    else if (type === CHANNEL_FIN) this.#finReceived(value);
    else throw this.#fault(`control message ${String(type)}`);
  }

  /** [HELLO-3] */
  #welcomed(sequence: number, channel: number, payload: Buffer): void {
    const isId = payload[0] === ID && payload[1] === payload.length - 2 && payload.at(-1) === 0;
    this.#must(sequence === 0 && channel === 0 && isId, 'something else in place of MASTER_ID');
    this.hasSession = true;
    this.#begin();
  }

  #answered(sequence: number, channel: number, payload: Buffer): void {
    this.#must(sequence === 0 && channel === 0, 'something else in place of MASTER_OK');
    if (payload[0] === REJECTED) return this.#rejected();
    this.#must(payload[0] === OK && payload.length === 5, 'something else in place of MASTER_OK');
    const rcvNxt = payload.readUInt32BE(1);
    const isInWindow = before(this.#oldestHeld(), rcvNxt) >= 0 && before(rcvNxt, this.#sndNxt) >= 0;
    this.#must(isInWindow, `MASTER_OK with ${rcvNxt}, not from ${this.#oldestHeld()} to ${this.#sndNxt}`);
    this.#held = this.#held.filter((held) => before(rcvNxt, held.sequence) >= 0);
    this.#forgetKnown();
    for (const held of this.#held) this.#send(held);
    this.#resent = this.#held.length > 0 ? (this.wire?.written ?? 0) : 0;
    this.#begin();
  }

  /** The controller knows of CHANNEL_FINs that are not held any more: nothing can cross them. */
  #forgetKnown(): void {
    const oldest = this.#oldestHeld();
    for (const [number, { sequence }] of this.#forgotten) {
      if (sequence >= 0 && before(sequence, oldest) > 0) this.#forgotten.delete(number);
    }
  }

  #rejected(): void {
    this.world.rejected(this);
    this.forget();
    this.over();
  }

  #begin(): void {
    this.phase = 'on';
    for (const { channel, payload } of this.#unsent.splice(0)) this.#reliable(channel, payload);
  }

  /** [ACK-1] */
  #acknowledged(sequence: number): void {
    const oldest = this.#held.shift();
    this.#must(oldest?.sequence === sequence, `ACK of ${sequence} where ${String(oldest?.sequence)} was due`);
  }

  /** Every reliable message is acknowledged [ACK-2]. */
  #take(): void {
    const sequence = this.#count();
    this.#control(this.#sndNxt, ACK, u32(sequence));
  }

  /** Counts a reliable message. [RES-11]: none comes before what it has sent again was read. */
  #count(): number {
    this.#must(
      (this.#read ?? Infinity) >= this.#resent,
      'a message before the controller had read what was sent again',
    );
    const sequence = this.#rcvNxt;
    this.#rcvNxt = (sequence + 1) >>> 0;
    return sequence;
  }

  #opened(number: number): void {
    this.#must(number !== 0, 'CHANNEL_NEW for 0');
    this.#must(!this.channels.has(number), `CHANNEL_NEW for ${number}, which is in use`);
    this.#take();
    const { up, down } = this.world;
    const tail = new Tail(this, number, up, down);
    this.channels.set(number, tail);
    this.world.opened(tail);
  }

  #finReceived(number: number): void {
    const tail = this.channels.get(number);
    if (tail === undefined) return this.#crossed(number);
    this.#must(!tail.finReceived, `a second CHANNEL_FIN for ${number}`);
    tail.finReceived = true;
    this.#take();
    this.world.finished(tail);
  }

  #data(number: number, payload: Buffer): void {
    const tail = this.channels.get(number);
    if (tail === undefined) return this.#crossed(number);
    this.#must(!tail.finReceived, `data behind CHANNEL_FIN on ${number}`);
    this.#must(payload.length <= LONGEST, `data of ${payload.length} octets`);
    this.#take();
    tail.inbox.take(payload);
    this.world.heard?.(tail);
  }

  /** How much the controller had read when it said what is being looked at; undefined where nobody can know. */
  get #read(): number | undefined {
    return this.wire?.readWhenSaid(this.#place);
  }

  /** [CHAN-7]: only what was on its way when its CHANNEL_FIN came may still arrive; it is counted. */
  #crossed(number: number): void {
    const forgotten = this.#forgotten.get(number);
    if (forgotten === undefined) throw this.#fault(`something for channel ${number}, which is not open`);
    const isKnown = forgotten.end !== undefined && (this.#read ?? 0) >= forgotten.end;
    this.#must(!isKnown, `something for channel ${number}, of which it had sent CHANNEL_FIN`);
    this.crossings++;
    this.#count();
    this.#drop();
  }

  #drop(): void {
    this.wire?.break();
    this.away();
  }

  #must(isSo: boolean, otherwise: string): void {
    if (!isSo) throw this.#fault(otherwise);
  }

  #fault(what: string): Fault {
    return new Fault(`VP ${this.vp} was sent ${what}`);
  }
}

/** By how much the second number is behind the first. */
function before(first: number, second: number): number {
  return (second - first) | 0;
}

function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}
