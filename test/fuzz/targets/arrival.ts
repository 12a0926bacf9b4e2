import { type Controller, createController } from '../../../index.js';
import { ControlType } from '../../../core/protocol/control.js';
import { encodeFrame } from '../../../core/protocol/frame.js';
import { type PluginController, definePlugin } from '../../../plugin-sdk/index.js';
import zombie from '../../../plugins/zombie/index.js';
import { FakeClock, settle } from '../../../testing/index.js';
import { comesToHold } from '../support/empty.js';
import { OddClient } from '../support/odd-client.js';
import { type Action, OddScamper, scripts } from '../support/odd-scamper.js';
import { QuietLog } from '../support/quiet-log.js';
import { Script } from '../support/script.js';
import { type Target, holds } from '../support/target.js';
import { Wire } from '../support/wire.js';

/** Scripts that share a controller, and its instances. */
const TOGETHER = 128;
/** Steps of each, so that one cannot hold up the others. */
const STEPS = 64;
/** How many magics they have between them. */
const MAGICS = 12;
/** Seconds that zombies are kept. */
const KEPT = 2;
const SECOND = 1_000;

/** A controller with zombies and recalled sessions, and a transport without a network. */
class World {
  readonly clock = new FakeClock();
  readonly log = new QuietLog();
  readonly clients: OddClient[] = [];
  #given: PluginController | undefined;
  #controller: Controller | undefined;
  #lastPort = 0;

  async start(): Promise<this> {
    const transport = definePlugin({
      name: 'wires',
      schema: { type: 'object' },
      setup: (given) => {
        this.#given = given;
        given.hooks.recall.tap(({ session }) => (session.charCodeAt(0) % 2 === 0 ? { monitorName: 'old' } : undefined));
      },
    });
    const limits = { clientBuffer: 4_096, instanceBuffer: 65_536, channels: 8 };
    const plugins = [transport, [zombie, { time: KEPT, most: 8, state: '' }] as const];
    const { clock, log } = this;
    this.#controller = await createController({ plugins, clock, logger: log, limits, random: () => 7 });
    await this.#controller.start();
    return this;
  }

  announce(stream: Wire): void {
    this.#given?.announce({ stream, peer: { kind: 'ip', address: '192.0.2.1', port: ++this.#lastPort } });
  }

  open(index: number): void {
    const instances = this.#controller?.instances ?? [];
    const instance = instances[index % instances.length];
    const client = instance === undefined ? undefined : OddClient.on(instance);
    if (client !== undefined) this.clients.push(client);
  }

  /** All connections have ended: instances have their time, and then nothing is left. */
  async end(): Promise<void> {
    const controller = this.#controller;
    await comesToHold(() => controller?.figures.arriving === 0, 'connections never arrive');
    await this.clock.advance((KEPT + 2) * SECOND);
    await comesToHold(() => controller?.instances.length === 0, 'instances are left');
    await this.clock.advance(15 * SECOND);
    holds(
      this.clients.every(({ ending }) => ending !== undefined),
      'a client was not told of its end',
    );
    holds(this.clock.pending === 1, `${this.clock.pending - 1} timers are left`);
    holds(this.log.fault === undefined, this.log.fault ?? '');
    await controller?.stop();
  }
}

/** One that calls, whatever it then does. */
class Caller {
  readonly #world: World;
  readonly #script: Script;
  readonly #scamper: OddScamper;
  readonly #magic: Buffer;
  #wire: Wire;
  #steps = 0;

  constructor(world: World, bytes: Buffer) {
    this.#world = world;
    this.#script = new Script(bytes);
    const kind = this.#script.u8();
    const choice = this.#script.u8();
    this.#magic = Buffer.from(`magic-${choice % MAGICS}`);
    this.#scamper = new OddScamper(this.#script);
    this.#wire = this.#dial();
    this.#wire.bring(this.#hello(kind));
  }

  get done(): boolean {
    return this.#script.done || this.#steps >= STEPS;
  }

  #dial(): Wire {
    this.#scamper.connected();
    const wire = new Wire((bytes) => this.#scamper.hear(bytes));
    this.#world.announce(wire);
    return wire;
  }

  #hello(kind: number): Buffer {
    const script = this.#script;
    if (kind % 4 === 0) return encodeFrame(0, 0, this.#masterNew(Buffer.of(0)));
    if (kind % 4 === 1) return this.#masterRes(script.u32(), script.u32(), script.u32());
    if (kind % 4 === 2) return script.take(script.u8());
    const name = script.take(script.u8());
    return encodeFrame(0, 0, this.#masterNew(Buffer.concat([Buffer.of(name.length + 1), name, Buffer.of(0)])));
  }

  #masterNew(name: Buffer): Buffer {
    return Buffer.concat([Buffer.of(ControlType.MASTER_NEW, this.#magic.length), this.#magic, name]);
  }

  #masterRes(...numbers: readonly [number, number, number]): Buffer {
    const body = Buffer.alloc(12);
    numbers.forEach((number, index) => body.writeUInt32BE(number, 4 * index));
    return encodeFrame(0, 0, Buffer.concat([Buffer.of(ControlType.MASTER_RES, this.#magic.length), this.#magic, body]));
  }

  step(): void {
    this.#steps++;
    const action = this.#scamper.next();
    if (action.type === 'bytes') this.#wire.bring(action.bytes);
    else if (action.type === 'cut') this.leave();
    else if (action.type === 'resume') this.#comeBack(action);
    else if (action.type === 'open') this.#world.open(action.client);
    else if (action.type === 'toggle' && action.client > 250) this.#wire.toggle();
    else if (action.type !== 'wait') this.#client(action);
  }

  #comeBack({ rcvNxt, sndUna, sndNxt }: Extract<Action, { type: 'resume' }>): void {
    const before = this.#wire;
    this.#wire = this.#dial();
    this.#wire.bring(this.#masterRes(rcvNxt, sndUna, sndNxt));
    if (sndNxt % 3 === 0)
      before.destroy(); // or it is there twice
    else before.push(null);
  }

  #client(action: Exclude<Extract<Action, { client: number }>, { type: 'open' }>): void {
    const { clients } = this.#world;
    const client = clients[action.client % clients.length];
    if (action.type === 'send') client?.send(action.octets);
    else if (action.type === 'finish') client?.port?.finish();
    else if (action.type === 'leave') client?.port?.close();
    else client?.toggle();
  }

  leave(): void {
    this.#wire.destroy();
  }
}

async function run(inputs: readonly Buffer[]): Promise<void> {
  const world = await new World().start();
  const callers = inputs.map((bytes) => new Caller(world, bytes));
  for (let busy: readonly Caller[] = callers; busy.length > 0; busy = busy.filter(({ done }) => !done)) {
    for (const caller of busy) caller.step();
    await settle(2);
  }
  for (const caller of callers) caller.leave();
  await world.end();
}

/** Valid hellos, with names and numbers, and what follows. */
const seeds: Target['seeds'] = [
  ...scripts,
  Buffer.concat([Buffer.from([3, 1, 3]), Buffer.from('abc'), Buffer.from([17, 0, 6, 0, 0, 15, 0, 0, 0])]),
  Buffer.concat([Buffer.from([1, 2]), Buffer.alloc(12), Buffer.from([4, 0, 0, 16, 2, 14, 15, 0, 0, 0])]),
  Buffer.concat([
    Buffer.from([2, 3, 20]),
    encodeFrame(0, 0, Buffer.from('\x00\x05magic\x03ab\x00', 'latin1')),
    Buffer.from([10, 0]),
  ]),
];

/**
 * Strangers before they are attached, and instances after it: the hello through the door and its steps, resumes, one magic on
 * several connections, zombies, recalled sessions, clients.
 */
export const arrival: Target = { name: 'arrival', engine: true, seeds, together: TOGETHER, run };
