import { Duplex } from 'node:stream';
import { inspect } from 'node:util';
import { ScrError, errors, reasonOf } from '../contract/errors.js';
import { errorFields } from '../contract/logger.js';
import type { RefusedConnection } from '../contract/observations.js';
import type { Announcement } from '../contract/plugin.js';
import { REFUSALS } from '../instance/sums.js';
import { networkOf } from '../protocol/networks.js';
import { type Peer, checkedPeer, peerName } from '../protocol/names.js';
import { Arrival, type ArrivalContext } from './arrival.js';
import { receive } from './pipeline.js';
import { Rates } from './rates.js';
import { Waiting } from './waiting.js';

/** Where the connections of all transports come in. */
export class Door {
  readonly #core: ArrivalContext;
  readonly #waiting: Waiting<Arrival>;
  readonly #rates: Rates;
  #opening: Promise<unknown> = Promise.resolve();
  #closed = false;
  #lastId = 0;

  constructor(core: ArrivalContext) {
    this.#core = core;
    this.#waiting = new Waiting(core);
    this.#rates = new Rates(core.clock, core.limits.addressRate);
  }

  /** Connections that are not attached yet. */
  get arriving(): number {
    return this.#waiting.size;
  }

  /** Connections that come before every plugin has started wait: TLS or an authentication may still be missing. */
  openWhen(started: Promise<unknown>): void {
    this.#opening = started.catch(() => undefined);
  }

  /** Refuses whoever comes from now on. */
  close(): void {
    this.#closed = true;
  }

  /** Ends all that are on their way. */
  empty(): void {
    for (const arrival of this.#waiting.all()) arrival.drop(new ScrError(errors.SCR_STOPPED));
  }

  /** Never throws, whatever it is given: what a transport does next is not for this to end. */
  announce(transport: string, announcement: Announcement): void {
    const stream = streamOf(announcement);
    try {
      if (stream === undefined) throw new ScrError(errors.SCR_ANNOUNCEMENT);
      this.#admit(transport, stream, announcement);
    } catch (cause) {
      const refusal = cause instanceof ScrError ? cause : new ScrError(errors.SCR_ANNOUNCEMENT, undefined, { cause });
      const told = announcedRefusal(transport, refusal, announcement, this.#core.clock.date());
      this.#log(told, refusal);
      this.#core.refused(told);
      destroyQuietly(stream);
    }
  }

  #log({ peer, transport, step, code }: RefusedConnection, why: ScrError): void {
    const { sums, limits, log } = this.#core;
    const event = 'connection.refused';
    const network = peer === undefined ? `transport ${transport}` : networkOf(peer, limits);
    if (!sums.writes({ event, code, level: 'warn' }, network, REFUSALS)) return;
    const at = { ...(peer !== undefined && { peer: peerName(peer) }), transport, step };
    log.warn({ event, ...at, ...errorFields(why) }, reasonOf(why));
  }

  /** @throws ScrError when the connection is refused, or anything else that the announcement throws when it is looked at */
  #admit(transport: string, stream: Duplex, { peer: named, tls }: Announcement): void {
    // A failure ends the connection, as `close` tells; without a listener it would end the process.
    stream.on('error', () => undefined);
    const peer = checkedPeer(named);
    if (peer === undefined) throw misnamed(named);
    const network = networkOf(peer, this.#core.limits);
    this.#assertRoom(peer, network);
    const nextId = (): number => ++this.#lastId;
    const arrival = new Arrival(this.#core, { transport, stream, peer, tls }, network, this.#waiting, nextId);
    this.#waiting.enter(arrival);
    void this.#opening.then(() => receive(arrival)).finally(() => this.#waiting.leave(arrival));
  }

  #assertRoom(peer: Peer, network: string): void {
    if (this.#closed) throw new ScrError(errors.SCR_STOPPED);
    if (!this.#rates.take(network)) throw new ScrError(errors.SCR_HELLO_RATE, peerName(peer));
    const room = this.#waiting.room(network);
    if (room === 'none') throw new ScrError(errors.SCR_HELLO_CROWD, peerName(peer));
    if (room !== 'free') this.#evict(room);
  }

  /** Its place is free at once, even where a handler of `accept` takes its time to notice. */
  #evict(arrival: Arrival): void {
    this.#waiting.leave(arrival);
    arrival.evict();
  }
}

/** Undefined where there is none, or where it cannot even be asked for. */
function streamOf(announcement: Announcement): Duplex | undefined {
  try {
    const { stream } = announcement;
    return stream instanceof Duplex ? stream : undefined;
  } catch {
    return undefined;
  }
}

function announcedRefusal(transport: string, why: ScrError, announcement: Announcement, at: Date): RefusedConnection {
  const { code, message: reason, plugin } = why;
  const who = { monitorName: undefined, fingerprint: undefined, subject: undefined };
  return { step: 'announce', code, reason, plugin, transport, peer: peerOf(announcement), ...who, at };
}

/** Undefined where it is none, or cannot even be asked for. */
function peerOf(announcement: Announcement): Peer | undefined {
  try {
    return checkedPeer(announcement.peer);
  } catch {
    return undefined;
  }
}

/** A stream of a transport may do anything when it is destroyed. */
function destroyQuietly(stream: Duplex | undefined): void {
  try {
    stream?.destroy();
  } catch {
    // It has been told that the connection is refused.
  }
}

function misnamed(peer: unknown): ScrError {
  return new ScrError(errors.SCR_PEER_NAME, inspect(peer, { breakLength: Infinity, maxStringLength: 250 }));
}
