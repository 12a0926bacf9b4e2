import { randomBytes } from 'node:crypto';
import { type Socket, connect as connectTcp } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { ACK, HEADER, Type, header, lengthAt, masterNew, masterRes, numbered, u32 } from './frames.js';

/** All sockets of the load are read into this one buffer: what is read is used up before the next read. */
export const readBuffer = Buffer.allocUnsafeSlow(262_144);
/** What an instance says within one turn is put together here; it is written before another instance has its turn. */
const SCRATCH = Buffer.allocUnsafeSlow(65_536);

/** What a simulated instance tells of. */
export interface Events {
  opened?(channel: number): void;
  /** The controller finished the channel, and so did the instance. */
  closed?(channel: number): void;
  /** A message came from a client. */
  message?(channel: number): void;
  /** Messages were acknowledged; once a read. */
  acknowledged?(): void;
  /** The connection ended, or the controller broke the protocol. */
  lost?(why: string): void;
}

/**
 * A simulated instance, as lean as it can be: it checks sequence numbers and ACKs, and little else, so that the load
 * takes less processor time than the controller.
 */
export class LoadInstance {
  readonly magic = randomBytes(8);
  /** As the controller names it. */
  name = '';
  /** Numbers as scamper keeps them: expected next, to be used next, oldest not acknowledged. */
  rcvNxt = 0;
  sndNxt = 0;
  sndUna = 0;
  events: Events = {};
  #socket: Socket | undefined;
  #rest: Buffer | undefined;
  #used = 0;
  #acknowledged = false;
  #answered: ((problem?: string) => void) | undefined;

  get socket(): Socket | undefined {
    return this.#socket;
  }

  get inFlight(): number {
    return (this.sndNxt - this.sndUna) >>> 0;
  }

  /** Connects and attaches. Rejects when the controller refuses. */
  attach(port: number, tls: boolean): Promise<void> {
    return this.#dial(port, tls, () => masterNew(this.magic));
  }

  /** Comes back after {@link cut}. */
  resume(port: number, tls: boolean): Promise<void> {
    return this.#dial(port, tls, () => masterRes(this.magic, this.rcvNxt, this.sndUna, this.sndNxt));
  }

  #dial(port: number, tls: boolean, hello: () => Buffer): Promise<void> {
    return new Promise((resolve, reject: (why: Error) => void) => {
      this.#answered = (problem) => {
        this.#answered = undefined;
        if (problem === undefined) resolve();
        else reject(new Error(problem));
      };
      this.#rest = undefined;
      this.#used = 0;
      const onread = {
        buffer: readBuffer,
        callback: (length: number) => {
          this.#read(readBuffer.subarray(0, length));
          return true;
        },
      };
      const target = { port, host: '127.0.0.1', noDelay: true, onread };
      const socket = tls
        ? connectTls({ ...target, rejectUnauthorized: false }, () => socket.write(hello()))
        : connectTcp(target, () => socket.write(hello()));
      this.#socket = socket;
      socket.on('error', (cause: Error) => this.#end(socket, cause.message));
      socket.on('close', () => this.#end(socket, 'the controller closed the connection'));
      socket.on('end', () => this.#end(socket, 'the controller ended the connection'));
    });
  }

  #end(socket: Socket, why: string): void {
    if (socket !== this.#socket) return;
    this.#socket = undefined;
    socket.destroy();
    if (this.#answered === undefined) this.events.lost?.(`${this.name}: ${why}`);
    else this.#answered(why);
  }

  /** Drops the connection without a word. */
  cut(): void {
    const socket = this.#socket;
    this.#socket = undefined;
    socket?.destroy();
  }

  // ---- what it hears

  #read(chunk: Buffer): void {
    const bytes = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    const limit = bytes.length;
    let at = 0;
    while (limit - at >= HEADER) {
      const end = at + HEADER + lengthAt(bytes, at);
      if (end > limit) break;
      this.#frame(bytes, at, end);
      at = end;
    }
    this.#rest = at < limit ? Buffer.from(bytes.subarray(at)) : undefined;
    if (this.#acknowledged) {
      this.#acknowledged = false;
      this.events.acknowledged?.();
    }
    this.flush();
  }

  #frame(bytes: Buffer, at: number, end: number): void {
    const sequence = u32(bytes, at);
    const channel = u32(bytes, at + 4);
    if (channel === 0) return this.#control(sequence, bytes, at + HEADER, end);
    if (!this.#take(sequence)) return;
    this.events.message?.(channel);
  }

  #control(sequence: number, bytes: Buffer, at: number, end: number): void {
    const type = bytes[at];
    if (type === Type.ACK) {
      if (u32(bytes, at + 1) !== this.sndUna) return this.#complain(`ACK of ${u32(bytes, at + 1)} for ${this.sndUna}`);
      this.sndUna = (this.sndUna + 1) >>> 0;
      this.#acknowledged = true;
    } else if (type === Type.CHANNEL_NEW) {
      if (this.#take(sequence)) this.events.opened?.(u32(bytes, at + 1));
    } else if (type === Type.CHANNEL_FIN) {
      if (!this.#take(sequence)) return;
      this.#finish(u32(bytes, at + 1));
    } else if (type === Type.MASTER_ID) {
      this.name = bytes.toString('latin1', at + 2, end - 1);
      this.#answered?.();
    } else if (type === Type.MASTER_OK) {
      this.#answered?.();
    } else if (type === Type.MASTER_REJ) {
      this.#answered?.('the controller rejected the resume');
    } else if (type !== Type.KEEPALIVE) {
      this.#complain(`control message ${type ?? 'none'}`);
    }
  }

  #complain(what: string): void {
    this.events.lost?.(`${this.name} was sent nonsense: ${what}`);
    this.cut();
  }

  /** Takes a reliable message. */
  #take(sequence: number): boolean {
    if (sequence !== this.rcvNxt) {
      this.#complain(`sequence ${sequence} for ${this.rcvNxt}`);
      return false;
    }
    this.rcvNxt = (sequence + 1) >>> 0;
    numbered(SCRATCH, this.#room(ACK), this.sndNxt, Type.ACK, sequence);
    return true;
  }

  #finish(channel: number): void {
    numbered(SCRATCH, this.#room(ACK), this.#next(), Type.CHANNEL_FIN, channel);
    this.events.closed?.(channel);
  }

  // ---- what it says

  #next(): number {
    const sequence = this.sndNxt;
    this.sndNxt = (sequence + 1) >>> 0;
    return sequence;
  }

  /** @returns where `length` octets may be put, to be written by the next flush */
  #room(length: number): number {
    if (this.#used + length > SCRATCH.length) this.flush();
    const at = this.#used;
    this.#used += length;
    return at;
  }

  /** Sends a message of `length` octets, with whatever else is to be said. */
  say(channel: number, length: number): void {
    header(SCRATCH, this.#room(HEADER + length), this.#next(), channel, length);
  }

  /** Writes what was said. */
  flush(): void {
    if (this.#used === 0) return;
    this.#socket?.write(Buffer.from(SCRATCH.subarray(0, this.#used)));
    this.#used = 0;
  }

  /** Writes bytes that hold whole frames, after what was said before. They must stay as they are until acknowledged. */
  write(frames: Buffer): void {
    this.flush();
    this.#socket?.write(frames);
  }

  /** Numbers and addresses the frame at `at`, whose payload stands already. */
  stamp(target: Buffer, at: number, channel: number, length: number): void {
    header(target, at, this.#next(), channel, length);
  }
}
