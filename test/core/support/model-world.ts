import { expect } from 'vitest';
import { ControlType } from '../../../core/protocol/control.js';
import { FrameDecoder } from '../../../core/protocol/frame.js';
import { Session } from '../../../core/session/session.js';
import { frames } from './frames.js';
import { ModelPeer } from './model-peer.js';
import { Collected } from './session.js';

/** A local client of the session under test. */
interface ModelClient {
  readonly channel: number;
  readonly sink: Collected;
  sent: string;
  finished: boolean;
}

const NOTHING = Buffer.alloc(0);

/** A session and a strict peer with a wire between them that holds bytes up, cuts anywhere, and breaks. */
export class ModelWorld {
  readonly session: Session;
  readonly peer: ModelPeer;
  readonly clients: ModelClient[] = [];
  #connected = true;
  #toPeer = NOTHING;
  #toSession = NOTHING;
  #decoder = new FrameDecoder();

  /** @param lastWords whether what the peer said before it dropped the connection still arrives. */
  constructor(
    origin: number,
    readonly lastWords: boolean,
  ) {
    this.session = new Session({ sequence: origin });
    this.peer = new ModelPeer(origin);
    this.session.connected(0);
  }

  open(): void {
    const sink = new Collected();
    const channel = this.session.open(sink);
    this.clients.push({ channel, sink, sent: '', finished: false });
    this.#flush();
  }

  clientSends(index: number, text: string): void {
    const client = this.#client(index);
    if (client !== undefined && this.session.send(client.channel, Buffer.from(text, 'latin1'))) client.sent += text;
    this.#flush();
  }

  clientFinishes(index: number): void {
    const client = this.#client(index);
    if (client === undefined) return;
    this.session.finish(client.channel);
    client.finished = true;
    this.#flush();
  }

  peerSends(index: number, text: string): void {
    const client = this.#client(index);
    if (client !== undefined) this.peer.send(client.channel, text);
    this.#flush();
  }

  peerFinishes(index: number): void {
    const client = this.#client(index);
    if (client !== undefined) this.peer.finish(client.channel);
    this.#flush();
  }

  #client(index: number): ModelClient | undefined {
    return this.clients[index % Math.max(1, this.clients.length)];
  }

  /** Some of what is on its way arrives, however frames lie. */
  carry(partToPeer: number, partToSession: number): void {
    const [here, there] = [part(this.#toPeer, partToPeer), part(this.#toSession, partToSession)];
    this.#toPeer = this.#toPeer.subarray(here.length);
    this.#toSession = this.#toSession.subarray(there.length);
    if (here.length > 0) this.peer.feed(here);
    if (there.length > 0) this.#read(there);
    this.#flush();
    if (this.peer.violation !== undefined) this.#dropped(this.peer.violation);
  }

  /** What the instance does with a read. */
  #read(chunk: Buffer): void {
    this.#decoder.push(chunk, this.session);
    expect(this.session.fault).toBeUndefined();
    this.session.acknowledge();
  }

  /** A peer may only complain of what was on its way when it forgot the channel. */
  #dropped(violation: string): void {
    expect(violation).toBe('forgotten channel');
    if (this.lastWords && this.#toSession.length > 0) this.#read(this.#toSession);
    this.cut();
    this.resume();
  }

  cut(): void {
    this.#connected = false;
    this.#toPeer = this.#toSession = NOTHING;
    this.session.disconnected();
    this.peer.cut();
  }

  resume(): void {
    if (this.#connected) return;
    const request = this.peer.resume();
    expect(this.session.canResume(request)).toBe(true);
    this.session.resume(request);
    this.session.connected(0);
    this.#connected = true;
    this.#decoder = new FrameDecoder();
    this.#flush();
  }

  #flush(): void {
    if (!this.#connected) return this.session.disconnected();
    const output = this.session.takeOutput(0);
    this.#checkForgotten(output);
    this.#toPeer = Buffer.concat([this.#toPeer, ...output]);
    this.#toSession = Buffer.concat([this.#toSession, this.peer.takeOutput()]);
  }

  /** Nothing leaves for a channel after its FIN came. */
  #checkForgotten(output: readonly Buffer[]): void {
    for (const { channel, payload } of frames(output)) {
      const type = channel === 0 ? payload[0] : undefined;
      const named = type === ControlType.CHANNEL_FIN ? Buffer.from(payload).readUInt32BE(1) : channel;
      const client = this.clients.find((each) => each.channel === named);
      expect(client?.sink.ended ?? false, `channel ${named} has ended`).toBe(false);
    }
  }

  /** Lets everything arrive. */
  finish(): void {
    this.resume();
    for (let turn = 0; turn < 60; turn++) {
      if (this.#toPeer.length === 0 && this.#toSession.length === 0) return;
      this.carry(1, 1);
    }
    throw new Error('the two ends never come to rest');
  }
}

function part(bytes: Buffer, share: number): Buffer {
  return bytes.subarray(0, Math.ceil(share * bytes.length));
}
