import { type Socket, connect } from 'node:net';
import { readBuffer } from './instance.js';

/** Octets in front of each payload: u32 channel, u32 length. */
const HEADER = 8;
const Type = { VP_UPDATE: 0, GO: 2, CHANNEL_OPEN: 3 } as const;
/** The attribute that holds a name. */
const NAME = 1;

/** The name in a VP_UPDATE; it is the first attribute. */
function nameIn(message: Buffer): string {
  return message.readUInt16BE(6) === NAME ? message.toString('utf8', 8, message.indexOf(0, 8)) : '';
}

/** One program on the mux, as lean as it can be: it counts what comes, and looks at nothing but the frames. */
export class MuxClient {
  /** Octets that came on channels. */
  received = 0;
  /** Called for what comes on a channel, with its length. */
  onData: ((channel: number, length: number) => void) | undefined;
  readonly socket: Socket;
  /** By the names of the instances. */
  readonly numbers = new Map<string, number>();
  /** Resolves at GO. */
  readonly went: Promise<void>;
  #go: () => void = () => undefined;
  readonly #header = Buffer.alloc(HEADER);
  #headerLength = 0;
  #channel = 0;
  #left = 0;
  #control: Buffer[] = [];
  readonly #out = Buffer.alloc(65_536);
  #used = 0;

  constructor(path: string) {
    this.went = new Promise((resolve) => (this.#go = resolve));
    const onread = {
      buffer: readBuffer,
      callback: (length: number) => {
        this.#read(length);
        this.flush();
        return true;
      },
    };
    this.socket = connect({ path, onread });
    this.socket.on('error', () => undefined); // `close` follows
  }

  /** Resolves when connected. Rejects when nobody listens. */
  connected(): Promise<void> {
    return new Promise((resolve, reject) => {
      this.socket.once('connect', resolve);
      this.socket.once('error', reject);
    });
  }

  // ---- what it hears

  #read(length: number): void {
    let at = 0;
    while (at < length) {
      if (this.#headerLength < HEADER) {
        at = this.#readHeader(at, length);
        continue;
      }
      const end = Math.min(length, at + this.#left);
      this.#left -= end - at;
      this.#payload(at, end);
      at = end;
      if (this.#left === 0) this.#headerLength = 0;
    }
  }

  #readHeader(at: number, length: number): number {
    const end = Math.min(length, at + HEADER - this.#headerLength);
    readBuffer.copy(this.#header, this.#headerLength, at, end);
    this.#headerLength += end - at;
    this.#channel = this.#header.readUInt32BE(0);
    this.#left = this.#header.readUInt32BE(4);
    return end;
  }

  #payload(at: number, end: number): void {
    if (this.#channel !== 0) {
      this.received += end - at;
      this.onData?.(this.#channel, end - at);
      return;
    }
    this.#control.push(Buffer.from(readBuffer.subarray(at, end)));
    if (this.#left > 0) return;
    this.#message(Buffer.concat(this.#control));
    this.#control = [];
  }

  #message(message: Buffer): void {
    const type = message.readUInt16BE(0);
    if (type === Type.VP_UPDATE) this.numbers.set(nameIn(message), message.readUInt32BE(2));
    else if (type === Type.GO) this.#go();
  }

  // ---- what it says: all of it leaves with the next flush, or when a read is over

  /** Opens a channel on the instance of that name. */
  open(name: string, channel: number): void {
    const number = this.numbers.get(name);
    if (number === undefined) throw new Error(`the mux has not announced ${name}`);
    const at = this.#frame(0, 10);
    this.#out.writeUInt16BE(Type.CHANNEL_OPEN, at);
    this.#out.writeUInt32BE(number, at + 2);
    this.#out.writeUInt32BE(channel, at + 6);
  }

  send(channel: number, bytes: Buffer): void {
    this.#out.set(bytes, this.#frame(channel, bytes.length));
  }

  /** @returns where the payload goes */
  #frame(channel: number, length: number): number {
    if (this.#used + HEADER + length > this.#out.length) this.flush();
    this.#out.writeUInt32BE(channel, this.#used);
    this.#out.writeUInt32BE(length, this.#used + 4);
    const at = this.#used + HEADER;
    this.#used = at + length;
    return at;
  }

  flush(): void {
    if (this.#used === 0) return;
    this.socket.write(Buffer.from(this.#out.subarray(0, this.#used)));
    this.#used = 0;
  }
}
