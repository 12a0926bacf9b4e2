import { must } from './fault.js';
import { type Flow, type Flows, Inbox } from './flow.js';
import type { Tail } from './scamper.js';
import type { FarEnd, Line } from './wire.js';

/** What a client speaks into. */
export interface Outlet {
  write(bytes: Buffer): void;
  /** It says no more, and still reads; undefined where there is no way to tell. */
  readonly finish?: () => void;
  leave(): void;
}

/** The whole of a scamper's channel was delivered. */
const FINISHED = 'SCR_CHANNEL_FINISHED';
/** Of a client that was slow once. */
const SLOW: readonly string[] = ['SCR_CLIENT_STALLED', 'SCR_CLIENT_TOO_SLOW', 'SCR_BACKLOG_CROWD'];
/** Why a client may see end of file before it has everything. The world checks that there was reason for each. */
const PREMATURE = new Set([
  'SCR_INSTANCE_GONE',
  'SCR_INSTANCE_AFRESH',
  'SCR_STOPPED',
  'SCR_MUX_CHANNEL_FULL',
  'killed',
  'mux',
  ...SLOW,
]);
/** Why one may not be let in, beyond those. */
const REFUSED = new Set([
  'SCR_MUX_NO_INSTANCE',
  'SCR_MUX_CHANNELS',
  'SCR_CLIENT_CROWD',
  'SCR_CHANNEL_CROWD',
  'SCR_INSTANCE_FULL',
  'SCR_INSTANCE_AWAY',
]);

/** What is around a client. */
export interface Surroundings {
  /** So many octets may wait for it. */
  readonly clientBuffer: number;
  /** Whether a client of its VP did not always read as fast as it could. */
  readonly anySlow: () => boolean;
}

/** A local client of one VP: on a socket of its own, or on a channel of a mux. */
export class Client {
  readonly up: Flow<Client>;
  readonly inbox: Inbox<Tail<Client>>;
  /** The scamper's end, once that is known. */
  tail: Tail<Client> | undefined;
  state: 'open' | 'finished' | 'over' = 'open';
  /** It went by itself. */
  hasLeft = false;
  /** It has seen end of file. */
  sawEnd = false;
  /** Why it is gone, as the controller has it. */
  ending: string | undefined;
  /** It did not always read as fast as it could. */
  wasSlow = false;
  out: Outlet | undefined;
  /** Its own connection, where it has one. */
  wire: Line | undefined;
  /** Called when it was sent something, and that was the right thing. */
  heard: (() => void) | undefined;

  constructor(
    readonly id: number,
    readonly vp: number,
    up: Flows<Client>,
    down: Flows<Tail<Client>>,
    readonly around: Surroundings,
  ) {
    this.up = up.begin(this);
    this.inbox = new Inbox(down, this.name, (tail) => pair(this, tail));
  }

  get name(): string {
    return `client ${this.id}`;
  }

  get isLive(): boolean {
    return this.state !== 'over';
  }

  take(bytes: Buffer): void {
    this.inbox.take(bytes);
    this.heard?.();
  }

  say(length: number): void {
    if (this.state === 'open') this.out?.write(this.up.say(length));
  }

  finish(): void {
    if (this.state !== 'open' || this.out?.finish === undefined) return;
    this.saysNoMore();
    this.out.finish();
  }

  saysNoMore(): void {
    if (this.state === 'open') this.state = 'finished';
  }

  leave(): void {
    if (!this.isLive) return;
    this.hasLeft = true;
    this.state = 'over';
    this.out?.leave();
  }

  /** End of file. */
  end(): void {
    if (!this.isLive) return;
    this.sawEnd = true;
    this.state = 'over';
    this.judge();
  }

  endedFor(code: string): void {
    this.ending ??= code;
    this.judge();
  }

  /** Another one has spent the time of their instance, and more came at once than may wait. */
  get #paidForOthers(): boolean {
    const { clientBuffer, anySlow } = this.around;
    const onItsWay = this.wire?.capacity ?? Infinity; // it waited, and was read afterwards
    const waited = this.tail === undefined ? Infinity : this.tail.down.sent - this.inbox.got + onItsWay;
    const isFull = waited >= clientBuffer;
    return this.ending === 'SCR_CLIENT_TOO_SLOW' && isFull && anySlow();
  }

  /** Whether it has got what it was to get. @throws Fault */
  judge(): void {
    const { ending, tail } = this;
    if (!this.sawEnd || ending === undefined) return;
    if (ending !== FINISHED) {
      const isRefused = REFUSED.has(ending) && this.inbox.got === 0;
      must(PREMATURE.has(ending) || isRefused, () => `${this.name} saw end of file for ${ending}`);
      must(
        !SLOW.includes(ending) || this.wasSlow || this.#paidForOthers,
        () => `${this.name} is said to be slow: ${ending}`,
      );
      return;
    }
    if (tail === undefined) return;
    must(tail.finished, () => `${this.name} saw the end of ${tail.name}, which has not ended`);
    const { sent } = tail.down;
    must(this.inbox.got === sent, () => `${this.name} saw end of file after ${this.inbox.got} octets of ${sent}`);
  }
}

/** The two ends of a conversation are these, and no others. @throws Fault */
export function pair(client: Client, tail: Tail<Client>): void {
  must(tail.scamper.vp === client.vp, () => `${client.name} of VP ${client.vp} speaks with ${tail.name}`);
  must((tail.client ?? client) === client, () => `${tail.name} speaks with ${client.name}, not its own`);
  must((client.tail ?? tail) === tail, () => `${client.name} speaks with ${tail.name}, not its own`);
  tail.client = client;
  client.tail = tail;
}

/** A client's end of a wire of its own. */
export class ClientEnd implements FarEnd {
  constructor(readonly client: Client) {}

  read(bytes: Buffer): void {
    this.client.take(bytes);
  }

  /** As most programs do, it closes at end of file. */
  over(): void {
    this.client.end();
    this.client.wire?.break();
  }
}

/** What a client on a wire of its own speaks into. */
export function outletOf(wire: Line): Outlet {
  return { write: (bytes) => wire.write(bytes), finish: () => wire.finish(), leave: () => wire.break() };
}
