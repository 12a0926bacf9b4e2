import { randomBytes } from 'node:crypto';
import type { Duplex } from 'node:stream';
import { ControlType, encodeAcks } from '../core/protocol/control.js';
import { FrameDecoder, MAX_PAYLOAD, encodeFrame } from '../core/protocol/frame.js';
import { advance } from '../core/protocol/serial.js';
import { PATIENCE, patiently } from './patience.js';

/** What a simulated scamper received, one entry a frame. */
export type Received =
  | { readonly type: 'id'; readonly id: string }
  | { readonly type: 'rejected' }
  | { readonly type: 'resumed'; readonly rcvNxt: number }
  | { readonly type: 'open'; readonly channel: number }
  | { readonly type: 'fin'; readonly channel: number }
  | { readonly type: 'keepalive' }
  | { readonly type: 'ack'; readonly sequence: number }
  | { readonly type: 'data'; readonly channel: number; readonly bytes: Buffer };

/** What a simulated scamper does with the lines of its clients. */
export interface Script {
  /** A channel was opened. */
  open?(scamper: SimScamper, channel: number): void;
  /** A whole line came, without its newline. */
  line?(scamper: SimScamper, channel: number, line: string): void;
  /** The client will send no more. */
  fin?(scamper: SimScamper, channel: number): void;
}

/** Answers as scamper does: MORE, then for each command OK, DATA with a uuencoded result, MORE; `done` ends the channel. */
export function answering(result: (command: string) => string = (command) => `result of ${command}`): Script {
  let id = 0;
  return {
    open: (scamper, channel) => scamper.send(channel, 'MORE\n'),
    line: (scamper, channel, line) => {
      if (line === 'done') return scamper.finish(channel);
      if (line.startsWith('halt')) return scamper.send(channel, 'OK halted\n');
      const data = uuencode(Buffer.from(result(line)));
      scamper.send(channel, `OK id-${++id}\n`);
      scamper.send(channel, `DATA ${data.length} id-${id}\n${data}MORE\n`);
    },
    fin: (scamper, channel) => scamper.finish(channel),
  };
}

/** Answers nothing by itself. */
export const silent: Script = {};

export interface SimScamperOptions {
  readonly magic?: Buffer;
  readonly monitorName?: string;
  /** Default: {@link answering}. */
  readonly script?: Script;
  /** Whether it acknowledges by itself. Default: true. */
  readonly acknowledges?: boolean;
  /** The sequence number to begin with, for wrap-around. It must agree with the controller's. Default: 0. */
  readonly sequence?: number;
}

/** So many frames are told of when another one did not come. */
const TOLD = 20;

/** What was received of one type. */
export type ReceivedOf<Type extends Received['type']> = Extract<Received, { readonly type: Type }>;

interface Waiter {
  /** @returns whether it was what is waited for */
  readonly take: (received: Received) => boolean;
  readonly reject: (why: Error) => void;
}

/**
 * A scamper for tests: speaks the remote protocol on a stream, answers by script, and can misbehave: cut, stall, resume, send
 * garbage, read slowly. As strict as the real one: what would make scamper drop the connection makes it drop too.
 */
export class SimScamper {
  readonly magic: Buffer;
  readonly received: Received[] = [];
  /** Why it dropped the connection; undefined while it had no reason to. */
  violation: string | undefined;
  rcvNxt: number;
  sndNxt: number;
  /** Channels it knows. */
  readonly channels = new Map<number, { line: string }>();
  #stream: Duplex;
  #decoder = new FrameDecoder();
  #held: { sequence: number; frame: Buffer }[] = [];
  #handled = 0;
  readonly #options: SimScamperOptions;
  readonly #script: Script;
  readonly #waiters = new Set<Waiter>();
  readonly #inbox: Buffer[] = [];
  #closed: Promise<void>;

  constructor(stream: Duplex, options: SimScamperOptions = {}) {
    this.magic = options.magic ?? randomBytes(8);
    this.rcvNxt = this.sndNxt = options.sequence ?? 0;
    this.#options = options;
    this.#script = options.script ?? answering();
    this.#stream = stream;
    this.#closed = this.#listen(stream);
  }

  /** Resolves when the present connection is over. */
  get closed(): Promise<void> {
    return this.#closed;
  }

  get stream(): Duplex {
    return this.#stream;
  }

  #listen(stream: Duplex): Promise<void> {
    stream.on('error', () => undefined); // `close` follows
    stream.on('data', (chunk: Buffer) => this.#read(stream, chunk));
    stream.on('end', () => stream.destroy());
    return new Promise((resolve) => {
      stream.once('close', () => {
        if (stream === this.#stream) this.#failWaiters();
        resolve();
      });
    });
  }

  #failWaiters(): void {
    for (const waiter of this.#waiters)
      waiter.reject(new Error(`the connection ended: ${this.violation ?? 'by the controller'}`));
    this.#waiters.clear();
  }

  // ---- what it says

  /** Sends MASTER_NEW. @returns the id that the controller answers with. Rejects when the connection ends first. */
  async attach(): Promise<string> {
    this.hello();
    return (await this.waitFor('id')).id;
  }

  /** Sends MASTER_NEW and does not wait. */
  hello(): void {
    const { monitorName } = this.#options;
    const name = monitorName === undefined ? Buffer.from([0]) : Buffer.from(`?${monitorName}\0`, 'latin1');
    if (monitorName !== undefined) name[0] = name.length - 1;
    this.control(0, Buffer.concat([Buffer.from([ControlType.MASTER_NEW, this.magic.length]), this.magic, name]));
  }

  /** Comes back on a new stream, or its first one, with MASTER_RES. @returns whether the controller accepted. */
  async resume(stream: Duplex, numbers: { rcvNxt?: number; sndUna?: number; sndNxt?: number } = {}): Promise<boolean> {
    this.violation = undefined;
    this.#handled = this.received.length;
    if (stream !== this.#stream) {
      this.#stream = stream;
      this.#decoder = new FrameDecoder();
      this.#closed = this.#listen(stream);
    }
    const body = Buffer.alloc(12);
    body.writeUInt32BE(numbers.rcvNxt ?? this.rcvNxt, 0);
    body.writeUInt32BE(numbers.sndUna ?? advance(this.sndNxt, -this.#held.length), 4);
    body.writeUInt32BE(numbers.sndNxt ?? this.sndNxt, 8);
    this.control(0, Buffer.concat([Buffer.from([ControlType.MASTER_RES, this.magic.length]), this.magic, body]));
    const answer = await this.#waitForAny(['resumed', 'rejected']);
    return answer.type === 'resumed';
  }

  /** Sends bytes on a channel, in as many messages as they need. */
  send(channel: number, bytes: string | Uint8Array): void {
    const all = typeof bytes === 'string' ? Buffer.from(bytes) : bytes;
    for (let at = 0; at < all.length; at += MAX_PAYLOAD) this.#reliable(channel, all.subarray(at, at + MAX_PAYLOAD));
  }

  /** Sends CHANNEL_FIN and forgets the channel. */
  finish(channel: number): void {
    this.channels.delete(channel);
    const payload = Buffer.alloc(5);
    payload[0] = ControlType.CHANNEL_FIN;
    payload.writeUInt32BE(channel, 1);
    this.#reliable(0, payload);
  }

  keepalive(): void {
    this.control(this.sndNxt, Buffer.from([ControlType.KEEPALIVE]));
  }

  /** Acknowledges `sequence`, right or wrong. */
  ack(sequence: number): void {
    this.raw(encodeAcks(this.sndNxt, sequence, 1));
  }

  /** Sends a control message with the sequence number given. */
  control(sequence: number, payload: Uint8Array): void {
    this.raw(encodeFrame(sequence, 0, payload));
  }

  /** Sends any bytes, garbage included. */
  raw(bytes: Uint8Array): void {
    if (!this.#stream.destroyed) this.#stream.write(bytes);
  }

  #reliable(channel: number, payload: Uint8Array): void {
    const frame = encodeFrame(this.sndNxt, channel, payload);
    this.#held.push({ sequence: this.sndNxt, frame });
    this.sndNxt = advance(this.sndNxt, 1);
    this.raw(frame);
  }

  // ---- how it fails

  /** Cuts the connection, as a dying network does. */
  cut(): void {
    this.#stream.destroy();
  }

  /** Stops reading until {@link readOn}. */
  stall(): void {
    this.#stream.pause();
  }

  readOn(): void {
    this.#stream.resume();
  }

  // ---- what it hears

  /**
   * The next frame of a type that was not waited for yet. Rejects when the connection ends first, or when none came in
   * `timeLimit` milliseconds, on the real clock.
   */
  waitFor<Type extends Received['type']>(type: Type, timeLimit = PATIENCE): Promise<ReceivedOf<Type>> {
    return this.#waitForAny([type], timeLimit);
  }

  #waitForAny<Type extends Received['type']>(types: readonly Type[], timeLimit = PATIENCE): Promise<ReceivedOf<Type>> {
    const matches = (received: Received): received is ReceivedOf<Type> => types.some((type) => type === received.type);
    const index = this.received.findIndex((received, position) => position >= this.#handled && matches(received));
    const found = this.received[index];
    if (found !== undefined && matches(found)) {
      this.#handled = index + 1;
      return Promise.resolve(found);
    }
    if (this.#stream.destroyed) return Promise.reject(new Error('the connection has ended'));
    const missing = (): string => {
      const came = this.received.map(({ type }) => type).slice(-TOLD);
      return `no ${types.join(' or ')} came; received last: ${came.join(', ') || 'nothing'}`;
    };
    return patiently(timeLimit, missing, ({ resolve, reject }) => {
      const take = (received: Received): boolean => {
        if (!matches(received)) return false;
        resolve(received);
        return true;
      };
      const waiter = { take, reject };
      this.#waiters.add(waiter);
      return () => this.#waiters.delete(waiter);
    });
  }

  #note(received: Received): void {
    this.received.push(received);
    for (const waiter of this.#waiters) {
      if (!waiter.take(received)) continue;
      this.#waiters.delete(waiter);
      this.#handled = this.received.length;
    }
  }

  #read(stream: Duplex, chunk: Buffer): void {
    // What it answers may be answered in turn before this is processed: a stream in memory waits for nobody.
    this.#inbox.push(chunk);
    if (this.#inbox.length > 1) return;
    for (let next = this.#inbox[0]; next !== undefined; next = this.#inbox[0]) {
      if (stream === this.#stream) this.#decode(next);
      this.#inbox.shift();
    }
  }

  #decode(chunk: Buffer): void {
    this.#decoder.push(chunk, {
      frame: (sequence, channel, buffer, start, end) => {
        this.#frame(sequence, channel, Buffer.from(buffer.subarray(start, end)));
        return this.violation === undefined;
      },
    });
  }

  #frame(sequence: number, channel: number, payload: Buffer): void {
    const type = channel === 0 ? payload[0] : undefined;
    if (type === ControlType.MASTER_ID)
      return this.#note({ type: 'id', id: payload.toString('latin1', 2, payload.length - 1) });
    if (type === ControlType.MASTER_REJ) return this.#note({ type: 'rejected' });
    if (type === ControlType.MASTER_OK) return this.#resumed(payload.readUInt32BE(1));
    if (sequence !== this.rcvNxt) return this.#drop(`sequence ${sequence} where ${this.rcvNxt} was due`);
    if (type === ControlType.KEEPALIVE) return this.#note({ type: 'keepalive' });
    if (type === ControlType.ACK) return this.#acknowledged(payload.readUInt32BE(1));
    if (channel === 0) this.#channelControl(type, payload.readUInt32BE(1));
    else this.#data(channel, payload);
  }

  #drop(violation: string): void {
    this.violation = violation;
    this.#stream.destroy();
  }

  #resumed(rcvNxt: number): void {
    this.#held = this.#held.filter(({ sequence }) => ((sequence - rcvNxt) | 0) >= 0);
    this.#note({ type: 'resumed', rcvNxt });
    for (const { frame } of this.#held) this.raw(frame);
  }

  #acknowledged(sequence: number): void {
    const oldest = this.#held.shift();
    if (oldest?.sequence !== sequence)
      return this.#drop(`ACK of ${sequence} where ${oldest?.sequence ?? 'none'} was due`);
    this.#note({ type: 'ack', sequence });
  }

  /** A reliable message was taken. */
  #take(): void {
    const sequence = this.rcvNxt;
    this.#count();
    if (this.#options.acknowledges !== false) this.ack(sequence);
  }

  #count(): void {
    this.rcvNxt = advance(this.rcvNxt, 1);
  }

  /** Drops the connection at a reliable message. It is counted, so a resume does not bring it again. */
  #dropCounted(violation: string): void {
    this.#count();
    this.#drop(violation);
  }

  #channelControl(type: number | undefined, channel: number): void {
    if (type === ControlType.CHANNEL_NEW) {
      if (this.channels.has(channel)) return this.#dropCounted(`channel ${channel} was opened twice`);
      this.#take();
      this.channels.set(channel, { line: '' });
      this.#note({ type: 'open', channel });
      this.#script.open?.(this, channel);
    } else if (type === ControlType.CHANNEL_FIN) {
      if (!this.channels.has(channel))
        return this.#dropCounted(`CHANNEL_FIN for channel ${channel}, which is not open`);
      this.#take();
      this.#note({ type: 'fin', channel });
      this.#script.fin?.(this, channel);
    } else {
      this.#drop(`control message ${String(type)} is out of place`);
    }
  }

  #data(channel: number, bytes: Buffer): void {
    const known = this.channels.get(channel);
    if (known === undefined) return this.#dropCounted(`data for channel ${channel}, which is not open`);
    this.#take();
    this.#note({ type: 'data', channel, bytes });
    const lines = (known.line + bytes.toString('latin1')).split('\n');
    known.line = lines.pop() ?? '';
    for (const line of lines) this.#script.line?.(this, channel, line);
  }
}

/** Encodes as scamper does its results: lines of 45 octets, the last one a single grave accent. */
function uuencode(data: Buffer): string {
  const digit = (value: number): string => (value === 0 ? '`' : String.fromCharCode(32 + value));
  let text = '';
  for (let at = 0; at < data.length; at += 45) {
    const line = data.subarray(at, at + 45);
    text += digit(line.length);
    for (let index = 0; index < line.length; index += 3) {
      const [a = 0, b = 0, c = 0] = line.subarray(index, index + 3);
      text += digit(a >> 2) + digit(((a & 3) << 4) | (b >> 4)) + digit(((b & 15) << 2) | (c >> 6)) + digit(c & 63);
    }
    text += '\n';
  }
  return `${text}\`\n`;
}
