import { sessionOf } from '../../../core/instance/instance.js';
import type { InstanceView } from '../../../index.js';
import { Client, ClientEnd, outletOf, pair } from './client.js';
import { ModelClock } from './clock.js';
import { Fault, must } from './fault.js';
import { Flows } from './flow.js';
import { Life, type Setting, type Watcher } from './life.js';
import { MuxProgram } from './mux.js';
import { Random } from './random.js';
import { Scamper, type ScamperWorld, type Tail } from './scamper.js';
import type { Step } from './steps.js';
import { type FarEnd, type Line, type Manner, Wire, wireOf } from './wire.js';

/** So many turns are waited for something to happen that must. */
const PATIENCE = 5_000;
/** Octets that the slowest program takes a turn. */
const SLOWEST = 64;
/** Time passes in pieces of so many milliseconds at most, each with so many turns. */
const SLICE = 500;
const TURNS = 3;
/** How long the controller may take to stop, and what is under way then to end, in milliseconds: docs/limits.md. */
const STOP = 10_000;
const FAREWELL = 5_500;
/** Why a connection may be lost: never for what a scamper said, and never for a fault of ours. */
const LOSSES = new Set(['SCR_INSTANCE_ENDED', 'SCR_INSTANCE_SILENT', 'SCR_INSTANCE_DEAF', 'SCR_INSTANCE_REPLACED']);
/** Why a connection may be refused. */
const REFUSALS = new Set([
  'SCR_RESUME_UNKNOWN',
  'SCR_HELLO_EARLY_END',
  'SCR_HELLO_TIMEOUT',
  'SCR_MAGIC_TAKEN',
  'SCR_INSTANCE_REPLACED',
  'SCR_INSTANCE_GONE',
  'SCR_STOPPED',
]);

/** A controller, and all that is around it. */
export class World implements ScamperWorld<Client> {
  readonly clock = new ModelClock();
  readonly up = new Flows<Client>();
  readonly down = new Flows<Tail<Client>>();
  readonly vps: Scamper<Client>[] = [];
  readonly clients = new Map<number, Client>();
  readonly muxes = new Map<number, MuxProgram>();
  life = new Life();
  readonly #setting: Setting;
  readonly #random: Random;
  /** Wires that are not over, with those of the life before, which bring what was in the kernel. */
  #wires: Wire[] = [];
  #ports = 1024;
  #wireCount = 0;
  /** What the controller knows: sessions, and since when they are lost. */
  readonly #lostAt = new Map<string, number | undefined>();
  /** Clients by the number of their channel, for each session. */
  readonly #byNumber = new Map<string, Map<number, Client>>();
  /** The life that a scamper has called last. What it was still sent by the one before comes before it calls the next. */
  readonly #lives = new Map<Scamper<Client>, Life>();
  #stopping = false;
  #broken: Fault | undefined;
  turns = 0;

  constructor(setting: Setting, seed: number) {
    this.#setting = setting;
    this.#random = new Random(seed);
    for (let vp = 0; vp < setting.vps; vp++) this.vps.push(this.#newScamper(vp));
  }

  get setting(): Setting {
    return this.#setting;
  }

  #newScamper(vp: number): Scamper<Client> {
    const scamper = new Scamper<Client>(vp, this);
    this.#newMagic(scamper);
    return scamper;
  }

  #newMagic({ magic }: Scamper<Client>): void {
    magic.writeUInt32BE(this.#random.next(), 0);
    magic.writeUInt32BE(this.#random.next(), 4);
  }

  begin(): Promise<void> {
    return this.life.begin(this.#setting, this.clock, this.#random, this.#watcherOf(this.life), '');
  }

  /** Octets that have arrived at their end. */
  get octets(): number {
    const tails = [...this.clients.values()].map(({ tail }) => tail?.inbox.got ?? 0);
    const clients = [...this.clients.values()].map(({ inbox }) => inbox.got);
    return [...tails, ...clients].reduce((sum, count) => sum + count, 0);
  }

  // ---- what it is told

  now(): number {
    return this.clock.now();
  }

  paired(client: Client, tail: Tail<Client>): void {
    pair(client, tail);
  }

  opened(tail: Tail<Client>): void {
    const client = this.#byNumber.get(sessionOf(tail.scamper.magic))?.get(tail.number);
    if (client !== undefined) pair(client, tail);
  }

  /** The controller's CHANNEL_FIN is behind all that the client said. One on a mux may not know yet that it was ended. */
  finished(tail: Tail<Client>): void {
    const { client } = tail;
    if (tail.isOrphan || this.#stopping || client?.wire === undefined || client.ending !== undefined) return;
    must(client.state !== 'open', () => `${tail.name} was finished, and ${client.name} was not`);
    if (client.state !== 'finished') return;
    const { got } = tail.inbox;
    must(got === client.up.sent, () => `${tail.name} was finished after ${got} octets of ${client.up.sent}`);
  }

  rejected({ vp, magic }: Scamper<Client>): void {
    must(!this.life.knows(sessionOf(magic)), () => `VP ${vp} was rejected, though its session is known`);
  }

  /** What a controller calls must not throw; and that of a life that is over has nothing to tell. */
  #heed(life: Life, hear: () => void): void {
    if (this.life !== life) return;
    try {
      hear();
    } catch (failure) {
      this.#broken ??= failure instanceof Fault ? failure : new Fault(String(failure));
    }
  }

  #watcherOf(life: Life): Watcher {
    return {
      changed: (...change) => this.#heed(life, () => this.#changed(...change)),
      refused: (...refusal) => this.#heed(life, () => this.#refused(...refusal)),
      logged: (...line) => this.#heed(life, () => this.#logged(...line)),
    };
  }

  #changed({ session, name }: InstanceView, from: string, to: string, code = ''): void {
    if (to === 'zombie') {
      must(LOSSES.has(code), () => `${name} was lost for ${code}`);
      if (from !== 'zombie') this.#lostAt.set(session, this.now());
    } else if (to === 'connected') {
      this.#lostAt.set(session, undefined);
      if (from === 'pending') this.#byNumber.set(session, new Map());
    } else if (to === 'gone' && from !== 'pending') this.#gone(session, name, code);
  }

  #gone(session: string, name: string, code: string): void {
    const lostAt = this.#lostAt.get(session);
    this.#lostAt.delete(session);
    if (this.#stopping || code === 'SCR_INSTANCE_AFRESH' || code === 'SCR_HELLO_EARLY_END') return;
    const isOld = lostAt !== undefined && this.now() - lostAt >= this.#setting.zombie * 1000;
    must(code === 'SCR_INSTANCE_GONE' && isOld, () => `${name} is gone for ${code}`);
  }

  #refused(code: string, monitorName: string | undefined): void {
    must(REFUSALS.has(code), () => `${monitorName ?? 'a connection'} was refused for ${code}`);
  }

  #logged(event: string, fields: Readonly<Record<string, unknown>>): void {
    must(
      fields['code'] !== 'SCR_INTERNAL' && fields['code'] !== 'SCR_LISTENER_FAILED',
      () => `${event}: ${JSON.stringify(fields)}`,
    );
  }

  // ---- what happens

  async take(step: Step): Promise<void> {
    if (step.do === 'pass') await this.pass(step.ms);
    else if (step.do === 'restart') await this.#restart(step.how);
    else if (step.do === 'turns') for (let count = 0; count < step.count; count++) await this.turn();
    else this.#do(step);
    if (step.now !== true) await this.turn();
  }

  #do(step: Exclude<Step, { do: 'turns' | 'pass' | 'restart' }>): void {
    switch (step.do) {
      case 'jump':
        return this.#jump(step.ms);
      case 'wall':
        return this.clock.set(step.ms);
      case 'mux':
        return this.#connectMux(step.mux, step);
      case 'open':
        return this.#open(step.mux, step.client, step.vp);
      case 'muxReads':
      case 'muxFinish':
      case 'muxLeave':
        return this.#muxDoes(step);
      case 'join':
        return this.#join(step.client, step.vp, step);
      case 'tell':
      case 'finish':
      case 'leave':
      case 'clientReads':
        return this.#clientDoes(step);
      default:
        return this.#vpDoes(step);
    }
  }

  #vpDoes(step: Extract<Step, { vp: number; client?: never }>): void {
    const vp = this.vps[step.vp];
    if (vp === undefined) return;
    switch (step.do) {
      case 'dial':
        return this.dial(vp, step, step.afresh);
      case 'quit':
        return this.quit(vp);
      case 'cut':
        return this.#cut(vp, step.silent, step.kept);
      case 'say':
        return this.#tailOf(vp, step.channel, (tail) => vp.say(tail, step.octets));
      case 'done':
        return this.#tailOf(vp, step.channel, (tail) => vp.finish(tail));
      case 'vpReads':
        return setWire(vp, { window: step.window });
      case 'hold':
        return setWire(vp, { held: step.held });
    }
  }

  /** @param afresh whether it begins anew, with the magic that it has */
  dial(vp: Scamper<Client>, manner: Manner, afresh = false): void {
    if (vp.phase !== 'away') return;
    const wire = this.wire(vp, manner);
    this.life.announce(wire.stream, vp.vp, ++this.#ports);
    if (this.#lives.get(vp) !== this.life) for (const tail of vp.channels.values()) tail.orphan();
    this.#lives.set(vp, this.life);
    vp.dial(wire, afresh);
  }

  wire(far: FarEnd, { cut, capacity }: Manner): Wire {
    const wire = new Wire(far, { cut, capacity }, new Random(++this.#wireCount));
    this.#wires.push(wire);
    return wire;
  }

  quit(vp: Scamper<Client>): void {
    vp.over();
    vp.forget();
    this.#newMagic(vp);
  }

  /** A hello is not kept: it would be an old one when it arrives, behind the next. */
  #cut(vp: Scamper<Client>, silent: boolean, last: number): void {
    const kept = vp.phase === 'on' ? last : 0;
    if (silent) wireOf(vp)?.vanish(kept);
    else wireOf(vp)?.break(kept);
    vp.away();
  }

  #tailOf(vp: Scamper<Client>, index: number, use: (tail: Tail<Client>) => void): void {
    const tails = [...vp.channels.values()];
    const tail = tails[index % Math.max(1, tails.length)];
    if (tail !== undefined) use(tail);
  }

  // ---- clients

  #join(id: number, vp: number, manner: Manner): void {
    const instance = this.life.doors.get(`vp-${vp}`);
    if (instance !== undefined) this.join(id, instance, vp, manner);
  }

  join(id: number, instance: InstanceView, vp: number, manner: Manner): Client {
    const client = this.#newClient(id, vp);
    const wire = this.wire(new ClientEnd(client), manner);
    client.wire = wire;
    client.out = outletOf(wire);
    const { life } = this;
    try {
      const channel = instance.connect(wire.stream);
      this.#byNumber.get(instance.session)?.set(channel.id, client);
      channel.onClose(({ code }) => this.#heed(life, () => client.endedFor(code)));
    } catch (failure) {
      client.endedFor(failure instanceof Error && 'code' in failure ? String(failure.code) : String(failure));
      wire.stream.destroy();
    }
    return client;
  }

  #newClient(id: number, vp: number): Client {
    const { clientBuffer = Infinity } = this.#setting.limits;
    const anySlow = (): boolean => [...this.clients.values()].some((other) => other.vp === vp && other.wasSlow);
    const client = new Client(id, vp, this.up, this.down, { clientBuffer, anySlow });
    this.clients.set(id, client);
    return client;
  }

  #clientDoes(step: Extract<Step, { client: number; vp?: never }>): void {
    const client = this.clients.get(step.client);
    if (client === undefined) return;
    if (step.do === 'tell') client.say(step.octets);
    else if (step.do === 'finish') client.finish();
    else if (step.do === 'leave') client.leave();
    else if (client.wire !== undefined) {
      client.wasSlow = true;
      setWire(client, { window: step.window });
    }
  }

  // ---- the mux

  #connectMux(id: number, manner: Manner): void {
    const mux = new MuxProgram(id);
    const wire = this.wire(mux, manner);
    mux.begin(wire);
    this.muxes.set(id, mux);
    this.life.admit(wire.stream);
  }

  #open(id: number, client: number, vp: number): void {
    const mux = this.muxes.get(id);
    if (mux?.state === 'open') mux.open(this.#newClient(client, vp));
  }

  #muxDoes(step: Extract<Step, { mux: number; client?: never; cut?: never }>): void {
    const mux = this.muxes.get(step.mux);
    if (mux === undefined) return;
    if (step.do === 'muxLeave') mux.leave();
    else if (step.do === 'muxFinish') mux.finish();
    else if (mux.wire !== undefined) {
      mux.wasSlow = true;
      for (const client of mux.channels.values()) client.wasSlow = true;
      setWire(mux, { window: step.window });
    }
  }

  // ---- time

  /** One turn of the event loop: what is on its way moves on. */
  async turn(): Promise<void> {
    this.turns++;
    for (const wire of this.#wires) wire.turn();
    if (this.turns % 64 === 0) this.#wires = this.#wires.filter(({ finished }) => !finished);
    await new Promise((resolve) => setImmediate(resolve));
    if (this.#broken !== undefined) throw this.#broken;
  }

  /** Time passes, and everybody goes on meanwhile. */
  async pass(ms: number): Promise<void> {
    for (let left = ms; left > 0; left -= SLICE) {
      this.#noteSlow(({ isBehind }) => isBehind);
      this.clock.pass(Math.min(left, SLICE));
      for (const vp of this.vps) vp.tick();
      for (let turns = 0; turns < Math.min(TURNS, left); turns++) await this.turn();
    }
  }

  /** The process stands still: nobody could have kept pace. */
  #jump(ms: number): void {
    this.#noteSlow(() => true);
    this.clock.jump(ms);
  }

  /** Who is behind while time passes may be taken for one that reads nothing. */
  #noteSlow(isBehind: (wire: Wire) => boolean): void {
    for (const client of this.clients.values()) {
      const wire = wireOf(client);
      client.wasSlow ||= wire !== undefined && isBehind(wire);
    }
    for (const mux of this.muxes.values()) {
      const wire = wireOf(mux);
      if (wire !== undefined && isBehind(wire)) for (const client of mux.channels.values()) client.wasSlow = true;
    }
  }

  /** @throws Fault where it does not come to that */
  async until(condition: () => boolean, what: () => string): Promise<void> {
    for (let turns = 0; !condition(); turns++) {
      must(turns < PATIENCE + this.octets / SLOWEST, () => `waited in vain: ${what()}`);
      await this.turn();
    }
  }

  // ---- the controller's end

  async #restart(how: 'stop' | 'kill'): Promise<void> {
    if (how === 'stop') await this.stop();
    else this.#kill();
    const state = this.life.sessions.text();
    this.life = new Life();
    this.#stopping = false;
    this.#lostAt.clear();
    this.#byNumber.clear();
    await this.life.begin(this.#setting, this.clock, this.#random, this.#watcherOf(this.life), state);
  }

  #kill(): void {
    for (const client of this.clients.values()) if (client.isLive) client.endedFor('killed');
    for (const wire of this.#wires) wire.die();
    this.clock.forget();
  }

  /** The controller stops as it is asked to, and leaves nothing. */
  async stop(): Promise<void> {
    this.#stopping = true;
    const { controller, doors } = this.life;
    const stopped = controller.stop();
    await this.#within(STOP, () => controller.state === 'stopped', 'the controller to stop');
    await stopped;
    await this.#within(
      FAREWELL,
      () => this.clock.pending === 0 && this.#unclosed === 0,
      'timers and connections to end',
    );
    must(doors.size === 0, () => `${doors.size} doors are left`);
    must(controller.instances.length === 0, () => 'instances are left');
  }

  /** Connections that the controller has not closed. */
  get #unclosed(): number {
    return this.#wires.filter(({ isOpen }) => isOpen).length;
  }

  /** Lets time pass until it is so, at most so many milliseconds. @throws Fault */
  async #within(limit: number, condition: () => boolean, what: string): Promise<void> {
    const end = this.now() + limit;
    while (!condition()) {
      must(this.now() < end, () => `waited in vain for ${what}`);
      await this.pass(100);
    }
  }
}

/** Sets how a wire is read, or holds up what goes to the controller. */
export function setWire(owner: { readonly wire: Line | undefined }, how: Partial<Pick<Wire, 'window' | 'held'>>): void {
  const wire = wireOf(owner);
  if (wire !== undefined) Object.assign(wire, how);
}
