import { type Server, type Socket, createServer } from 'node:net';
import { type TlsOptions, createServer as createTlsServer } from 'node:tls';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished } from 'vitest';
import { patiently } from '../../../testing/patience.js';

/**
 * The controller's side of the mux, written from the rules of the protocol alone, and strict: whatever a client may not send is a
 * fault, and fails the test. It does nothing by itself but to say who is there.
 */

/** `[1, 'foo']` for the name, and so on. */
export type Said = readonly (readonly [attribute: number, text: string])[];

export interface MuxOptions {
  /** Who is there when a client comes. */
  readonly instances?: Readonly<Record<number, Said>>;
  /** Those that are away; told after GO, then a second GO. Without: a C controller, which says neither. */
  readonly away?: Readonly<Record<number, Said>>;
  /** Sent first, in the place of what is right. */
  readonly greeting?: Buffer;
  readonly tls?: TlsOptions;
  /** Of 127.0.0.1; a unix socket without. */
  readonly port?: number;
  /** Is told of each channel as it is opened. */
  readonly onOpen?: (channel: MuxChannel) => void;
}

function frame(channel: number, payload: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(channel, 0);
  head.writeUInt32BE(payload.length, 4);
  return Buffer.concat([head, payload]);
}

function number(value: number, octets: 2 | 4): Buffer {
  const bytes = Buffer.alloc(octets);
  bytes.writeUIntBE(value, 0, octets);
  return bytes;
}

function attributes(said: Said): Buffer {
  return Buffer.concat(said.flatMap(([attribute, text]) => [number(attribute, 2), Buffer.from(`${text}\0`)]));
}

/** A message on channel 0. */
export const message = (type: number, ...body: readonly Buffer[]): Buffer =>
  frame(0, Buffer.concat([number(type, 2), ...body]));

export const messages = {
  update: (id: number, said: Said): Buffer => message(0, number(id, 4), attributes(said)),
  depart: (id: number): Buffer => message(1, number(id, 4)),
  go: (): Buffer => message(2),
  close: (channel: number): Buffer => message(4, number(channel, 4)),
  away: (id: number, said: Said): Buffer => message(0x8000, number(id, 4), attributes(said)),
  back: (id: number): Buffer => message(0x8001, number(id, 4)),
  reason: (channel: number, text: string): Buffer => message(0x8002, number(channel, 4), Buffer.from(`${text}\0`)),
  data: (channel: number, text: string | Buffer): Buffer => frame(channel, Buffer.from(text)),
};

/** A mux that listens. */
export class StrictMux {
  /** What clients did that they may not. */
  readonly faults: string[] = [];
  readonly #server: Server;
  readonly #options: MuxOptions;
  readonly #clients: MuxClient[] = [];
  readonly #waiting = new Set<() => void>();
  #where: { readonly path: string } | { readonly host: string; readonly port: number } = { path: '' };

  constructor(options: MuxOptions) {
    this.#options = options;
    const greet = (socket: Socket): void => this.#greet(socket);
    const half = { allowHalfOpen: true, noDelay: true };
    this.#server = options.tls === undefined ? createServer(half, greet) : createTlsServer(options.tls, greet);
  }

  /** How a client reaches it. */
  get where(): { readonly path: string } | { readonly host: string; readonly port: number } {
    return this.#where;
  }

  listen(): Promise<void> {
    const { port } = this.#options;
    const folder = mkdtempSync(join(tmpdir(), 'mux-'));
    onTestFinished(() => {
      this.#server.close();
      for (const { socket } of this.#clients) socket.destroy();
      rmSync(folder, { recursive: true });
    });
    return new Promise((resolve) => {
      const listening = (): void => {
        const address = this.#server.address();
        this.#where =
          typeof address === 'string' || address === null
            ? { path: join(folder, 'mux') }
            : { host: '127.0.0.1', port: address.port };
        resolve();
      };
      if (port === undefined) this.#server.listen(join(folder, 'mux'), listening);
      else this.#server.listen(port, '127.0.0.1', listening);
    });
  }

  /** The newest client, as soon as there is one. */
  client(): Promise<MuxClient> {
    return this.until('a client', () => this.#clients.at(-1));
  }

  /** Waits until `look` finds something in what clients have done. */
  until<T>(what: string, look: () => T | undefined): Promise<T> {
    return patiently<T>(
      5_000,
      () => `${what} did not come; faults: ${this.faults.join(', ')}`,
      ({ resolve }) => {
        const check = (): void => {
          const found = look();
          if (found !== undefined) resolve(found);
        };
        this.#waiting.add(check);
        queueMicrotask(check);
        return () => this.#waiting.delete(check);
      },
    );
  }

  readonly wake = (): void => {
    for (const check of this.#waiting) check();
  };

  #greet(socket: Socket): void {
    const { instances = {}, away, greeting, onOpen } = this.#options;
    const client = new MuxClient(this, socket, onOpen);
    this.#clients.push(client);
    for (const [id, said] of Object.entries(instances)) client.know(Number(id), said);
    for (const id of Object.keys(away ?? {})) client.know(Number(id), []);
    const told = greeting ?? Buffer.concat([...greetings(instances), messages.go()]);
    const more = away === undefined ? [] : [...aways(away), messages.go()];
    client.send(told, ...more);
    this.wake();
  }
}

function greetings(instances: Readonly<Record<number, Said>>): Buffer[] {
  return Object.entries(instances).map(([id, said]) => messages.update(Number(id), said));
}

function aways(instances: Readonly<Record<number, Said>>): Buffer[] {
  return Object.entries(instances).map(([id, said]) => messages.away(Number(id), said));
}

/** One client of the mux. */
export class MuxClient {
  readonly channels = new Map<number, MuxChannel>();
  /** It has shut down its writing side, or is gone. */
  left = false;
  #bytes = Buffer.alloc(0);
  #lastChannel = 0;
  readonly #known = new Set<number>();

  constructor(
    readonly mux: StrictMux,
    readonly socket: Socket,
    readonly onOpen: ((channel: MuxChannel) => void) | undefined,
  ) {
    const leaves = (): void => {
      this.left = true;
      if (this.#bytes.length > 0) this.#fault('a frame that is cut off');
      mux.wake();
      socket.end();
    };
    socket.on('end', leaves);
    socket.on('error', () => undefined);
    socket.on('close', leaves);
    socket.on('data', (chunk) => {
      this.#read(chunk);
      mux.wake();
    });
  }

  send(...octets: readonly Buffer[]): void {
    if (!this.socket.destroyed) this.socket.write(Buffer.concat(octets));
  }

  know(id: number, _said: Said): void {
    this.#known.add(id);
  }

  update(id: number, said: Said): void {
    this.know(id, said);
    this.send(messages.update(id, said));
  }

  /** The channel with this number, as soon as it is opened. */
  channel(channel: number): Promise<MuxChannel> {
    return this.mux.until(`channel ${channel}`, () => this.channels.get(channel));
  }

  #fault(what: string): void {
    this.mux.faults.push(what);
  }

  #read(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= 8) {
      const end = 8 + this.#bytes.readUInt32BE(4);
      if (this.#bytes.length < end) return;
      this.#frame(this.#bytes.readUInt32BE(0), this.#bytes.subarray(8, end));
      this.#bytes = this.#bytes.subarray(end);
    }
  }

  #frame(channel: number, payload: Buffer): void {
    if (channel === 0) this.#message(payload);
    else if (payload.length === 0) this.#fault('an empty frame');
    else if (this.channels.has(channel)) this.channels.get(channel)?.take(payload);
    else this.#fault(`data on channel ${channel}, which was never opened`);
  }

  #message(payload: Buffer): void {
    const type = payload.length < 2 ? -1 : payload.readUInt16BE(0);
    if (type === 3 && payload.length === 10) this.#open(payload.readUInt32BE(2), payload.readUInt32BE(6));
    else if (type === 4 && payload.length === 6) this.#close(payload.readUInt32BE(2));
    else if (type !== 0x8003 || payload.length !== 2) this.#fault(`message ${payload.toString('hex')}`); // HELLO
  }

  #open(instance: number, channel: number): void {
    if (channel !== this.#lastChannel + 1) this.#fault(`channel ${channel} after ${this.#lastChannel}`);
    if (!this.#known.has(instance)) this.#fault(`channel on instance ${instance}, which was never told`);
    this.#lastChannel = channel;
    const opened = new MuxChannel(this, instance, channel);
    this.channels.set(channel, opened);
    this.onOpen?.(opened);
  }

  #close(channel: number): void {
    const opened = this.channels.get(channel);
    if (opened === undefined || opened.left) this.#fault(`CLOSE of channel ${channel}, which is not open`);
    else opened.left = true;
  }
}

/** The instance's end of a channel. */
export class MuxChannel {
  /** What the client has said. */
  text = '';
  /** The client has left it. */
  left = false;
  /** Closed by the controller: what comes meanwhile is let pass. */
  closed = false;

  constructor(
    readonly client: MuxClient,
    readonly instance: number,
    readonly number: number,
  ) {}

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  /** The lines, as soon as there are so many. */
  async heard(count: number): Promise<string[]> {
    await this.client.mux.until(`line ${count} on channel ${this.number}: ${this.text}`, () =>
      this.lines.length >= count ? true : undefined,
    );
    return this.lines;
  }

  /** Resolves when the client has left. */
  gone(): Promise<true> {
    return this.client.mux.until(`CLOSE of channel ${this.number}`, () => this.left || undefined);
  }

  say(...texts: readonly string[]): void {
    this.client.send(messages.data(this.number, texts.join('')));
  }

  close(reason?: string): void {
    this.closed = true;
    const why = reason === undefined ? [] : [messages.reason(this.number, reason)];
    this.client.send(...why, messages.close(this.number));
  }

  /** Called when the client says something: {@link text} has it. */
  onText: () => void = () => undefined;

  take(octets: Buffer): void {
    const text = octets.toString('latin1');
    if (this.left) this.client.mux.faults.push(`data on channel ${this.number} after its CLOSE`);
    if (!/^[\x20-\x7e\n]+$/.test(text)) this.client.mux.faults.push(`unprintable: ${JSON.stringify(text)}`);
    this.text += text;
    if (/(^|\n)\n/.test(this.text)) this.client.mux.faults.push('an empty line');
    this.onText();
  }
}

/** Starts a mux; when the test is over, no client may have done what it may not. */
export async function startMux(options: MuxOptions = {}): Promise<StrictMux> {
  const mux = new StrictMux(options);
  await mux.listen();
  onTestFinished(() => expect(mux.faults).toEqual([]));
  return mux;
}
