import { connect } from 'node:net';
import { join } from 'node:path';
import type { Client } from '../../model/support/client.js';
import { Scamper, type ScamperWorld } from '../../model/support/scamper.js';
import type { FarEnd } from '../../model/support/wire.js';
import type { Counts } from './counts.js';
import type { Daemon } from './daemon.js';
import { SocketLine } from './socket-line.js';

/** Milliseconds until one that nobody let in knocks again. */
const KNOCK = 500;
/** Milliseconds for which one is away at least. */
const AT_ONCE = 100;

/** What a vantage point is in. */
export interface Surroundings {
  readonly world: ScamperWorld<Client>;
  readonly daemon: Daemon;
  readonly counts: Counts;
  /** Calls what may find a fault. */
  readonly guard: (task: () => void) => void;
  /** A number from 0 to below the limit. */
  readonly below: (limit: number) => number;
  /** Milliseconds after which it comes back at the latest. */
  readonly away: number;
}

/** A simulated scamper with its real connection: it calls, and comes back whenever the connection is lost. */
export class VantagePoint implements FarEnd {
  readonly scamper: Scamper<Client>;
  hasLeft = false;
  /** How often its connection was lost. */
  losses = 0;
  /** Its socket, while it is connected. */
  path: string | undefined;
  readonly #around: Surroundings;
  /** An address of its own: not all VPs of a fleet come from one. */
  readonly #address: string;
  #line: SocketLine | undefined;
  #life = -1;

  constructor(vp: number, around: Surroundings) {
    this.scamper = new Scamper<Client>(vp, around.world);
    this.scamper.magic.writeUInt32BE(vp + 1, 0);
    this.#address = `127.${1 + ((vp >> 16) & 63)}.${(vp >> 8) & 255}.${vp & 255}`;
    this.#around = around;
  }

  get isOn(): boolean {
    return this.scamper.phase === 'on';
  }

  dial(): void {
    if (this.hasLeft) return;
    const { daemon, guard } = this.#around;
    const socket = connect({ port: daemon.port, host: '127.0.0.1', localAddress: this.#address, noDelay: true });
    const later = (): void => this.#later(KNOCK);
    socket.once('error', later);
    socket.once('connect', () => {
      socket.off('error', later);
      const port = socket.localPort ?? 0;
      this.path = join(daemon.sockets, `${this.scamper.name}-${this.#address}:${port}`);
      this.#line = new SocketLine(socket, this, guard);
      this.#meet();
      guard(() => this.#line !== undefined && this.scamper.dial(this.#line));
    });
  }

  /** With another process than before, all channels are orphans. */
  #meet(): void {
    const { life } = this.#around.daemon;
    if (life !== this.#life) for (const tail of this.scamper.channels.values()) tail.orphan();
    this.#life = life;
  }

  read(bytes: Buffer): void {
    const { counts } = this.#around;
    const { phase, crossings } = this.scamper;
    this.scamper.read(bytes);
    if (phase !== 'on' && this.isOn) counts[phase === 'hello' ? 'attached' : 'resumed']++;
    counts.crossings += this.scamper.crossings - crossings;
    if (this.scamper.phase === 'away') this.#lost();
    else if (phase !== 'on' && this.isOn) this.#sayToOrphans();
  }

  /** Its measurements go on: so the controller finds the channels of the one before. */
  #sayToOrphans(): void {
    for (const tail of this.scamper.channels.values()) if (tail.isOrphan) this.scamper.say(tail, 100);
  }

  over(): void {
    const { daemon, counts } = this.#around;
    const wasAsking = this.scamper.phase !== 'on';
    if (wasAsking && !daemon.isDown && daemon.life === this.#life) counts.unanswered++;
    this.scamper.over();
    this.#lost();
  }

  #lost(): void {
    this.losses++;
    this.path = undefined;
    this.#later(AT_ONCE + this.#around.below(this.#around.away));
  }

  /** A VP that is away for a time is what the soak is about: no test waits for this. */
  #later(milliseconds: number): void {
    setTimeout(() => this.dial(), milliseconds);
  }

  /** @param silent whether the controller is not told */
  cut(silent: boolean): void {
    if (!this.isOn || this.#line === undefined) return;
    if (silent) this.#line.forget();
    else this.#line.break();
    this.scamper.away();
    this.#around.counts.cuts++;
    this.#lost();
  }

  /** It is switched off, and never comes back. */
  leave(): void {
    this.cut(false);
    this.hasLeft = true;
    this.#around.counts.left++;
  }
}
