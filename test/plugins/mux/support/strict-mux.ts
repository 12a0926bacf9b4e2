import type { Duplex } from 'node:stream';
import { isIPv4, isIPv6 } from 'node:net';
import { eventually } from './eventually.js';

/** What a client of a mux was told of an instance. */
export interface ToldVp {
  readonly id: number;
  /** Texts by the number of their attribute, in the order in which they came. */
  readonly attributes: ReadonlyMap<number, readonly string[]>;
  readonly order: readonly number[];
}

/** Something that was told, by its name. */
export type Told =
  | { readonly type: 'update' | 'away'; readonly vp: ToldVp }
  | { readonly type: 'depart' | 'back'; readonly id: number }
  | { readonly type: 'go' }
  | { readonly type: 'close'; readonly channel: number; readonly reason: string | undefined };

interface OpenChannel {
  text: string;
  closed: boolean;
}

/**
 * A client of a mux as the protocol asks for it, and nothing of the plugin's code: what a library would hang, crash or end its
 * connection on is a violation here.
 */
export class StrictMux {
  /** The first thing that a client could not have lived with. */
  violation: string | undefined;
  readonly told: Told[] = [];
  readonly vps = new Map<number, ToldVp>();
  readonly channels = new Map<number, OpenChannel>();
  /** Takes what comes on channels, in place of their texts. */
  onData: ((channel: number, bytes: Buffer) => void) | undefined;
  /** The connection has ended. */
  ended = false;
  #buffer = Buffer.alloc(0);
  #reasons = new Map<number, string>();
  #goes = 0;

  constructor(readonly stream: Duplex) {
    stream.on('data', (chunk: Buffer) => this.#read(chunk));
    stream.on('error', () => undefined);
    stream.on('close', () => (this.ended = true));
    stream.on('end', () => (this.ended = true));
  }

  // ---- to the controller

  raw(bytes: Uint8Array): void {
    this.stream.write(bytes);
  }

  open(instance: number, channel: number): void {
    this.channels.set(channel, { text: '', closed: false });
    this.raw(openFrame(instance, channel));
  }

  send(channel: number, text: string): void {
    this.raw(dataFrame(channel, text));
  }

  close(channel: number): void {
    this.raw(frame(0, u16(4), u32(channel)));
  }

  // ---- from the controller

  /** What came on a channel. */
  text(channel: number): string {
    return this.channels.get(channel)?.text ?? '';
  }

  closing(channel: number): Extract<Told, { type: 'close' }> | undefined {
    return this.told.filter((one) => one.type === 'close').find((one) => one.channel === channel);
  }

  /** Waits until it was told all that is there: VPs, GO, those that are away, the second GO. */
  async ready(): Promise<this> {
    await this.until(() => this.#goes === 2, 'GO and GO');
    return this;
  }

  /** Waits for a condition, and fails at once where the protocol was violated. */
  until(condition: () => boolean, what: string): Promise<void> {
    return eventually(() => {
      if (this.violation !== undefined) throw new Error(`${this.violation}, while waiting for ${what}`);
      return condition();
    }, what);
  }

  untilText(channel: number, text: string): Promise<void> {
    return this.until(() => this.text(channel).includes(text), `${text} on channel ${channel}`);
  }

  async untilClosed(channel: number): Promise<string | undefined> {
    await this.until(() => this.closing(channel) !== undefined, `CLOSE of channel ${channel}`);
    return this.closing(channel)?.reason;
  }

  #read(chunk: Buffer): void {
    this.#buffer = Buffer.concat([this.#buffer, chunk]);
    while (this.#buffer.length >= 8) {
      const length = this.#buffer.readUInt32BE(4);
      if (this.#buffer.length < 8 + length) return;
      const channel = this.#buffer.readUInt32BE(0);
      const payload = this.#buffer.subarray(8, 8 + length);
      this.#buffer = this.#buffer.subarray(8 + length);
      if (channel === 0) this.#control(payload);
      else this.#data(channel, payload);
    }
  }

  #data(number: number, payload: Buffer): void {
    const channel = this.channels.get(number);
    if (channel === undefined || channel.closed) return this.#violated(`data on channel ${number}, which is not open`);
    if (this.onData !== undefined) this.onData(number, payload);
    else channel.text += payload.toString('latin1');
  }

  #control(payload: Buffer): void {
    if (payload.length < 2) return this.#violated('a message without a type');
    const type = payload.readUInt16BE(0);
    const body = payload.subarray(2);
    if (this.#goes === 0 && type !== 0 && type !== 2) return this.#violated(`type ${type} before GO`);
    if (this.#goes === 0 && payload.length > 65_536) return this.#violated('a long message before GO');
    switch (type) {
      case 0:
        return this.#update(body);
      case 1:
        return this.#depart(body);
      case 2:
        if (body.length > 0) return this.#violated('GO with a body');
        this.#goes++;
        this.told.push({ type: 'go' });
        return;
      case 4:
        return this.#closed(body);
      case 0x8000:
        this.told.push({ type: 'away', vp: this.#vpOf(body) });
        return;
      case 0x8001:
        this.told.push({ type: 'back', id: body.readUInt32BE(0) });
        return;
      case 0x8002:
        this.#reasons.set(body.readUInt32BE(0), this.#textIn(body.subarray(4)));
        return;
      default:
        this.#violated(`type ${type}`);
    }
  }

  #update(body: Buffer): void {
    const vp = this.#vpOf(body);
    if (this.vps.has(vp.id)) return this.#violated(`instance ${vp.id} is announced twice`);
    const only = (number: number): string => vp.attributes.get(number)?.join() ?? '';
    if (only(1) === '') return this.#violated('a VP without a name');
    if (!isIPv4(only(3)) && !isIPv6(only(12))) return this.#violated('a VP without an address');
    if (!/^\d+\.\d{6}$/.test(only(2))) return this.#violated(`arrival ${only(2)}`);
    this.vps.set(vp.id, vp);
    this.told.push({ type: 'update', vp });
  }

  #depart(body: Buffer): void {
    if (body.length !== 4) return this.#violated('VP_DEPART of another length');
    const id = body.readUInt32BE(0);
    this.vps.delete(id);
    this.told.push({ type: 'depart', id });
  }

  #closed(body: Buffer): void {
    if (body.length !== 4) return this.#violated('CHANNEL_CLOSE of another length');
    const channel = body.readUInt32BE(0);
    const open = this.channels.get(channel);
    if (open?.closed === true) return this.#violated(`channel ${channel} is closed twice`);
    if (open !== undefined) open.closed = true;
    this.told.push({ type: 'close', channel, reason: this.#reasons.get(channel) });
    this.#reasons.delete(channel);
  }

  #vpOf(body: Buffer): ToldVp {
    const id = body.readUInt32BE(0);
    const attributes = new Map<number, string[]>();
    const order: number[] = [];
    for (let at = 4; at < body.length;) {
      const number = body.readUInt16BE(at);
      const end = body.indexOf(0, at + 2);
      if (end < 0) this.#violated('an attribute without NUL');
      const text = this.#utf8(body.subarray(at + 2, end));
      attributes.set(number, [...(attributes.get(number) ?? []), text]);
      order.push(number);
      if (end < 0) break;
      at = end + 1;
    }
    return { id, attributes, order };
  }

  #textIn(bytes: Buffer): string {
    if (bytes.at(-1) !== 0) this.#violated('a text without NUL');
    return this.#utf8(bytes.subarray(0, -1));
  }

  #utf8(bytes: Buffer): string {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    } catch {
      this.#violated('a text that is not UTF-8');
      return '';
    }
  }

  #violated(what: string): void {
    this.violation ??= what;
  }
}

export function frame(channel: number, ...parts: Buffer[]): Buffer {
  const payload = Buffer.concat(parts);
  return Buffer.concat([u32(channel), u32(payload.length), payload]);
}

export function openFrame(instance: number, channel: number): Buffer {
  return frame(0, u16(3), u32(instance), u32(channel));
}

export function dataFrame(channel: number, text: string): Buffer {
  return frame(channel, Buffer.from(text, 'latin1'));
}

export function u32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

export function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(value);
  return bytes;
}
