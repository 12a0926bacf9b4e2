import type { InstanceView } from '../../../core/contract/views.js';
import { defaultLimits } from '../../../core/contract/limits.js';
import { Backlogs } from '../../../core/memory/backlogs.js';
import { Turn } from '../../../core/memory/turn.js';
import { ControlType, type MasterRes, encodeMasterId } from '../../../core/protocol/control.js';
import { Acks } from '../../../core/relay/acks.js';
import { Clients } from '../../../core/relay/clients.js';
import type { RelayContext } from '../../../core/relay/context.js';
import { Relay, type RelayOwner } from '../../../core/relay/relay.js';
import { Link } from '../../../core/streams/link.js';
import { FakeClock } from '../../../testing/index.js';
import { OddClient } from '../support/odd-client.js';
import { type Action, MAGIC, OddScamper, type Player, play, scripts } from '../support/odd-scamper.js';
import { QuietLog } from '../support/quiet-log.js';
import { Script } from '../support/script.js';
import { type Target, each, holds } from '../support/target.js';
import { Wire } from '../support/wire.js';

const SECOND = 1_000;
/** Small, so that scripts come to them. */
const limits = { ...defaultLimits, clientBuffer: 4_096, instanceBuffer: 65_536, channels: 8 };
/** Octets held: twice the bound, and the last write of a client that may send. */
const HELD_AT_MOST = 2 * limits.instanceBuffer + 300_000;

/** All relays of a controller share them. */
const turn = new Turn();
const acks = new Acks();

function unused(): never {
  throw new Error('the relay does not use it');
}

/** What plugins see of an instance; a relay passes it on. */
const view: InstanceView = {
  id: 1,
  name: 'a',
  monitorName: undefined,
  peer: { kind: 'label', label: 'a' },
  transport: 'fuzz',
  tls: undefined,
  fingerprint: '',
  session: '',
  state: 'connected',
  since: new Date(0),
  connect: unused,
  open: unused,
  channels: unused,
  figures: unused,
  expire: unused,
};

/** A clock of a world: only its time is used. */
class WorldClock extends FakeClock {
  time = 0;
  override now(): number {
    return this.time;
  }
}

/** A relay between a scamper and clients that do what a script says. */
class World implements RelayOwner, Player {
  readonly view = view;
  readonly name = 'a';
  readonly #clock = new WorldClock();
  readonly #log = new QuietLog();
  readonly #core: RelayContext;
  readonly #everybody = new Clients({ attached: () => undefined, gone: () => undefined });
  readonly #relay: Relay;
  readonly #scamper: OddScamper;
  readonly #clients: OddClient[] = [];
  #wire = this.#dial();
  #link: Link;

  constructor(script: Script) {
    const kind = script.u8();
    const far = script.u8();
    this.#core = {
      clock: this.#clock,
      log: this.#log,
      limits,
      random: () => far,
      data: { used: (kind & 4) !== 0, run: (bytes) => bytes },
      turn,
      backlogs: new Backlogs(limits.backlogs, () => this.#clock.time),
      acks,
      clients: this.#everybody,
    };
    const request = { type: ControlType.MASTER_RES, magic: MAGIC, rcvNxt: far, sndUna: 0, sndNxt: 0 };
    const isRecalled = (kind & 1) !== 0;
    this.#relay = new Relay(this.#core, this, isRecalled ? request : undefined);
    this.#scamper = new OddScamper(script, isRecalled ? far : 0);
    this.#link = new Link(this.#wire, this.#clock);
    if (isRecalled) this.#relay.carry(this.#link, [], request);
    else this.#relay.carry(this.#link, [encodeMasterId('a')]);
  }

  fields(): Record<string, unknown> {
    return {};
  }

  lost(): void {
    this.#relay.leave()?.drop();
  }

  deserted(): void {
    // It is not an instance: nobody waits for its place.
  }

  #dial(): Wire {
    return new Wire((bytes) => this.#scamper.hear(bytes));
  }

  /** Does what the script says next. */
  step(): void {
    play(this.#scamper.next(), this);
  }

  /** A connection that is paused is not read. */
  read(bytes: Buffer): void {
    if (!this.#link.isPaused) this.#link.reader?.read(bytes);
    if (!this.#link.ended) this.#relay.acknowledge();
  }

  cut(): void {
    this.lost();
  }

  comeBack(request: MasterRes): void {
    this.cut();
    if (!this.#relay.agrees(request)) return;
    this.#scamper.connected();
    this.#wire = this.#dial();
    this.#link = new Link(this.#wire, this.#clock);
    this.#relay.carry(this.#link, [], request);
  }

  wait(ms: number): void {
    this.#clock.time += ms;
    this.#everybody.sweep(this.#clock.time);
    this.#relay.sweep(this.#clock.time);
  }

  client(action: Extract<Action, { client: number }>): void {
    if (action.type === 'open') return this.#open();
    if (action.type === 'toggle' && action.client === 255) return this.#wire.toggle();
    const client = this.#clients[action.client % this.#clients.length];
    if (action.type === 'send') client?.send(action.octets);
    else if (action.type === 'finish') client?.port?.finish();
    else if (action.type === 'leave') client?.port?.close();
    else client?.toggle();
  }

  #open(): void {
    const client = OddClient.open((sink) => this.#relay.open(sink, {}));
    if (client !== undefined) this.#clients.push(client);
  }

  /** Whatever came before: silence ends a connection, and at the end nothing is left. */
  end(): void {
    holds(this.#relay.figures().held <= HELD_AT_MOST, 'more is held than the bounds allow');
    for (let seconds = 0; this.#relay.link !== undefined; seconds++) {
      holds(seconds <= 80, 'silence does not end the connection');
      this.wait(SECOND);
    }
    this.#relay.close({ code: 'END', reason: 'end' });
    this.wait(limits.clientStall * SECOND);
    holds(this.#relay.channels.size === 0, 'channels are left');
    holds(this.#relay.figures().held === 0, 'messages are held');
    holds(
      this.#clients.every(({ ending }) => ending !== undefined),
      'a client was not told of its end',
    );
    holds(this.#log.fault === undefined, this.#log.fault ?? '');
  }
}

/** The bytes of one instance: its connection, session and clients, their pace, half-close, and time. */
export const relay: Target = each('relay', true, scripts, (bytes) => {
  const script = new Script(bytes);
  const world = new World(script);
  while (!script.done) world.step();
  world.end();
});
