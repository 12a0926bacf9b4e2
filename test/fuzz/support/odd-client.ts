import { ScrError } from '../../../core/contract/errors.js';
import type { Ending, InstanceView, Port, Sink } from '../../../core/contract/views.js';
import { allowing, holds } from './target.js';

/** What clients send, as much of it as they like. */
const SENT = Buffer.alloc(262_144, 0x62);

/** A client that takes what it gets, or does not, and sees to it that it is called as is promised. */
export class OddClient implements Sink {
  port: Port | undefined;
  ending: Ending | undefined;
  #takes = true;
  #full = false;
  #ended = false;
  /** Whether it may send: whoever sends all the same is taken at its word. */
  #open = true;

  /** @returns undefined where it is refused, as it may be */
  static open(open: (sink: Sink) => Port): OddClient | undefined {
    const client = new OddClient();
    client.port = allowing(
      (failure) => failure instanceof ScrError,
      () => open(client),
    );
    return client.port === undefined ? undefined : client;
  }

  static on(instance: InstanceView): OddClient | undefined {
    return OddClient.open((sink) => instance.open(sink));
  }

  data(pieces: readonly Buffer[]): boolean {
    holds(this.ending === undefined && !this.#ended, 'data behind the end');
    holds(!this.#full, 'data for a client that is full');
    holds(
      pieces.every(({ length }) => length > 0),
      'data without octets',
    );
    this.#full = !this.#takes;
    return this.#takes;
  }

  end(): void {
    holds(this.ending === undefined && !this.#ended, 'two ends');
    this.#ended = true;
    if (this.#takes) this.port?.ready();
  }

  pace(open: boolean): void {
    holds(this.ending === undefined, 'a pace behind the end');
    this.#open = open;
  }

  send(octets: number): void {
    if (this.#open && this.port !== undefined) this.#open = this.port.send(SENT.subarray(0, octets));
  }

  closed(ending: Ending): void {
    holds(this.ending === undefined, 'closed twice');
    this.ending = ending;
  }

  /** Stops to take, or goes on. */
  toggle(): void {
    this.#takes = !this.#takes;
    if (!this.#takes) return;
    this.#full = false;
    this.port?.ready();
  }
}
