import type { Duplex } from 'node:stream';
import type { ClientOrigin, PluginController, Release } from '../../plugin-sdk/index.js';
import { Client, type ClientContext } from './client.js';
import type { Directory } from './directory.js';
import { errors } from './errors.js';

const SECOND = 1000;
/** How long clients may take to receive the last words when the controller stops, in milliseconds: they had time for their channels before. */
const FAREWELL = 1_000;

/** What bounds clients. */
export interface ClientBounds {
  /** How many there may be. */
  readonly clients: number;
  /** How many channels each may have. */
  readonly channels: number;
  /** Seconds that one from the network has for its first frame. */
  readonly helloTime: number;
}

/** All clients of the mux. */
export class Clients {
  readonly #controller: PluginController;
  readonly #bounds: ClientBounds;
  readonly #context: ClientContext;
  readonly #all = new Set<Client>();
  /** Those from the network that have sent nothing yet. */
  readonly #silent = new Set<Client>();
  #emptied: (() => void) | undefined;

  constructor(controller: PluginController, directory: Directory, bounds: ClientBounds) {
    this.#controller = controller;
    this.#bounds = bounds;
    this.#context = { controller, directory, channels: bounds.channels, left: (client) => this.#left(client) };
  }

  /** A program has connected. @param isRemote whether it came over the network */
  admit(stream: Duplex, origin: ClientOrigin, isRemote: boolean): void {
    const client = new Client(this.#context, stream, origin);
    this.#all.add(client);
    if (isRemote) this.#silent.add(client);
    client.begin();
    if (this.#all.size > this.#bounds.clients) client.drop(errors.SCR_MUX_CROWD);
  }

  #left(client: Client): void {
    this.#all.delete(client);
    this.#silent.delete(client);
    if (this.#all.size === 0) this.#emptied?.();
  }

  /** Begins to look after those that do not read, and those that say nothing. @returns what ends all clients */
  begin(): Release {
    const timer = this.#controller.clock.every(SECOND, () => this.#sweep());
    return () => {
      timer.cancel();
      return this.#sayGoodbye();
    };
  }

  #sweep(): void {
    const { clock, limits } = this.#controller;
    const now = clock.now();
    for (const client of [...this.#all]) {
      if (now - (client.blockedSince ?? now) >= limits.clientStall * SECOND) client.drop(errors.SCR_MUX_STALLED);
    }
    for (const client of [...this.#silent]) {
      if (client.hasSpoken) this.#silent.delete(client);
      else if (now - client.since >= this.#bounds.helloTime * SECOND) client.drop(errors.SCR_MUX_HELLO);
    }
  }

  /** The instances are let go already, and each channel has had its end. */
  async #sayGoodbye(): Promise<void> {
    if (this.#all.size === 0) return;
    const { clock } = this.#controller;
    await new Promise<void>((resolve) => {
      const limit = clock.after(FAREWELL, () => {
        for (const client of [...this.#all]) client.end({ code: 'SCR_STOPPED', reason: 'the controller stops' });
      });
      this.#emptied = () => {
        limit.cancel();
        resolve();
      };
      for (const client of [...this.#all]) client.bye();
    });
  }
}
