import { Duplex } from 'node:stream';
import { StrictMux, frame } from '../../plugins/mux/support/strict-mux.js';
import type { Client, Outlet } from './client.js';
import { must } from './fault.js';
import type { FarEnd, Line } from './wire.js';

/** The attribute that names a VP. */
const NAME = 1;

/** The far end of a wire as a stream. */
class FarStream extends Duplex {
  wire: Line | undefined;

  override _read(): void {
    // What comes is pushed.
  }

  override _write(bytes: Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.wire?.write(Buffer.from(bytes));
    done();
  }
}

/** A program on the mux, with a client on each of its channels. */
export class MuxProgram implements FarEnd {
  readonly strict: StrictMux;
  readonly channels = new Map<number, Client>();
  state: 'open' | 'finished' | 'over' = 'open';
  wasSlow = false;
  wire: Line | undefined;
  readonly #stream = new FarStream();
  #last = 0;
  #heard = 0;

  constructor(readonly id: number) {
    this.strict = new StrictMux(this.#stream);
    this.strict.onData = (number, bytes) => this.channels.get(number)?.take(bytes);
  }

  begin(wire: Line): void {
    this.wire = this.#stream.wire = wire;
  }

  /** Opens a channel, whether or not the VP is there. */
  open(client: Client): void {
    const { strict } = this;
    const number = ++this.#last;
    this.channels.set(number, client);
    const found = [...strict.vps.values()].find(({ attributes }) => attributes.get(NAME)?.[0] === `vp-${client.vp}`);
    strict.open(found?.id ?? 0, number);
    client.out = this.#outletOf(number);
  }

  #outletOf(number: number): Outlet {
    return {
      write: (bytes) => this.strict.raw(frame(number, bytes)),
      leave: () => this.strict.close(number),
    };
  }

  read(bytes: Buffer): void {
    this.#stream.push(bytes);
    must(this.strict.violation === undefined, () => `mux ${this.id}: ${String(this.strict.violation)}`);
    for (const told of this.strict.told.slice(this.#heard)) {
      if (told.type === 'close') this.#closed(told.channel, told.reason);
    }
    this.#heard = this.strict.told.length;
  }

  #closed(number: number, reason: string | undefined): void {
    const client = this.channels.get(number);
    this.channels.delete(number);
    client?.endedFor(reason?.split(':')[0] ?? 'SCR_CHANNEL_FINISHED');
    client?.end();
  }

  /** It says no more, and still reads. */
  finish(): void {
    if (this.state !== 'open') return;
    this.state = 'finished';
    for (const client of this.channels.values()) client.saysNoMore();
    this.wire?.finish();
  }

  leave(): void {
    if (this.state === 'over') return;
    for (const client of this.channels.values()) client.hasLeft = true;
    this.over();
  }

  over(): void {
    this.state = 'over';
    this.wire?.break();
    for (const client of this.channels.values()) {
      client.endedFor('mux');
      client.end();
    }
    this.channels.clear();
  }
}
