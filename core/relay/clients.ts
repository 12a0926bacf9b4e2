import type { Clock } from '../contract/clock.js';
import { endingOf, errors } from '../contract/errors.js';
import type { ChannelView, Ending } from '../contract/views.js';
import type { Departure } from '../contract/observations.js';

/** How long clients may take at stop to receive what was already sent to them, in milliseconds. */
const STOP_GRACE = 2_000;

/** A client with its channel. */
export interface Client {
  readonly channel: ChannelView;
  /** When it is disconnected unless it takes what waits; clock time. Undefined while it keeps pace. */
  readonly deadline: number | undefined;
  /** The deadline has passed: disconnects it. */
  expire(): void;
  /** Lets it go as soon as it has taken everything. */
  dismiss(): void;
  /** Ends it at once. @param why what it is told; by default that it left, or that it had everything */
  close(why?: Ending): void;
}

/** Who is told of clients that come and go. */
export interface ClientListener {
  attached(client: ChannelView): void;
  gone(departure: Departure): void;
}

/** Every client of the controller, and those that have a deadline to take what waits for them. */
export class Clients {
  readonly #all = new Set<Client>();
  readonly #watched = new Set<Client>();
  readonly #listener: ClientListener;
  #emptied: (() => void) | undefined;

  constructor(listener: ClientListener) {
    this.#listener = listener;
  }

  attached(client: Client): void {
    this.#all.add(client);
    this.#listener.attached(client.channel);
  }

  gone(client: Client, departure: Departure): void {
    if (!this.#all.delete(client)) return;
    this.#listener.gone(departure);
    if (this.#all.size === 0) this.#emptied?.();
  }

  watch(client: Client): void {
    this.#watched.add(client);
  }

  unwatch(client: Client): void {
    this.#watched.delete(client);
  }

  /** Disconnects those whose time is up. */
  sweep(now: number): void {
    for (const client of this.#watched) {
      if (client.deadline !== undefined && now >= client.deadline) client.expire();
    }
  }

  /** Resolves when all have left: each with what was already its own, or cut off when it does not take that in time. */
  async dismiss(clock: Clock): Promise<void> {
    if (this.#all.size === 0) return;
    const left = new Promise<void>((resolve) => (this.#emptied = resolve));
    const stopped = endingOf(errors.SCR_STOPPED); // it may not have had everything, though its instance said it all
    const limit = clock.after(STOP_GRACE, () => this.#all.forEach((client) => client.close(stopped)));
    for (const client of this.#all) client.dismiss();
    await left;
    limit.cancel();
  }
}
