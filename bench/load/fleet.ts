import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { LoadPlan } from '../plan.js';
import { LoadClient } from './client.js';
import { LoadInstance } from './instance.js';
import { type Meter, Stretch } from './meter.js';
import { MuxClient } from './mux-client.js';

/** Instances that may be on their way at a time: fewer than a listener's queue holds. */
const AT_ONCE = 200;
/** Milliseconds until a controller that was just started must listen, and until a socket that was promised must be there. */
const PATIENCE = 20_000;
/** Milliseconds for the controller to come to rest before its memory is read. */
const REST = 300;

/** The state of a socket that listens, in /proc/net/tcp. */
const LISTEN = '0A';

export function rest(): Promise<void> {
  return sleep(REST);
}

/** Tries until it succeeds. */
export async function insist<T>(attempt: () => Promise<T> | T): Promise<T> {
  const until = performance.now() + PATIENCE;
  for (;;) {
    try {
      return await attempt();
    } catch (failure) {
      if (performance.now() > until) throw failure;
      await sleep(10);
    }
  }
}

/** Whether somebody listens on a TCP port, by the kernel's word; undefined where it does not tell. */
function isListening(port: number): boolean | undefined {
  try {
    const ours = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
    const sockets = readFileSync('/proc/net/tcp', 'latin1')
      .split('\n')
      .map((line) => line.trim().split(/\s+/));
    return sockets.some(([, local, , state]) => local?.endsWith(ours) === true && state === LISTEN);
  } catch {
    return undefined;
  }
}

/**
 * Waits until somebody listens. A connection made only to find out is avoided where possible: it would be the last that a relay
 * accepts, and has been seen to kill a controller.
 */
export function listening(port: number): Promise<void> {
  return insist(async () => {
    const known = isListening(port);
    if (known === false) throw new Error('the controller does not listen');
    if (known === true) return;
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
  });
}

/** Runs the task for every item, some at a time. */
async function forAll<T>(items: readonly T[], task: (item: T) => Promise<void>): Promise<void> {
  const queue = items.values();
  const worker = async (): Promise<void> => {
    for (const item of queue) await task(item);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** What it cost to attach instances, or to resume them. */
export interface FleetCost {
  readonly wall: number;
  readonly cpu: number;
  /** Processor time of the second half over that of the first: 1 where the cost is linear, 3 where it is quadratic. */
  readonly growth: number;
}

/** Brings every instance through `task`, in two halves. */
async function inHalves(
  meter: Meter,
  all: readonly LoadInstance[],
  task: (one: LoadInstance) => Promise<void>,
): Promise<FleetCost> {
  const half = Math.ceil(all.length / 2);
  const whole = new Stretch(meter);
  await forAll(all.slice(0, half), task);
  const first = whole.read().cpu;
  await forAll(all.slice(half), task);
  const { wall, cpu } = whole.read();
  return { wall, cpu, growth: (cpu - first) / first };
}

/** A fleet of simulated instances. */
export class Fleet {
  readonly instances: readonly LoadInstance[];
  readonly #plan: LoadPlan;
  readonly #meter: Meter;
  /** What broke, in order. */
  readonly troubles: string[] = [];
  #over = false;

  constructor(plan: LoadPlan, meter: Meter) {
    this.#plan = plan;
    this.#meter = meter;
    this.instances = Array.from({ length: plan.instances }, () => new LoadInstance());
    for (const instance of this.instances) this.handle(instance, {});
  }

  /** Sets what an instance does; trouble is noted. */
  handle(instance: LoadInstance, events: LoadInstance['events']): void {
    instance.events = { lost: (why) => this.#note(why), ...events };
  }

  #note(why: string): void {
    if (!this.#over) this.troubles.push(why);
  }

  /** Whether everything still stands. */
  get sound(): boolean {
    return this.troubles.length === 0;
  }

  /** Attaches every instance and waits until every socket is there. */
  async attach(): Promise<FleetCost> {
    const { port, tls, directory, muxPath } = this.#plan;
    const cost = await inHalves(this.#meter, this.instances, (instance) => instance.attach(port, tls));
    for (const { name } of muxPath === undefined ? this.instances : []) {
      await insist(() => {
        if (!existsSync(join(directory, name))) throw new Error(`${name} has no socket`);
      });
    }
    return cost;
  }

  /** Drops every connection, waits, and resumes every instance. */
  async resume(): Promise<FleetCost> {
    const { port, tls } = this.#plan;
    for (const instance of this.instances) instance.cut();
    await rest();
    return inHalves(this.#meter, this.instances, (instance) => instance.resume(port, tls));
  }

  /** The active instances, spread over all. */
  get active(): LoadInstance[] {
    const { instances, active } = this.#plan;
    return Array.from({ length: active }, (_, index) => this.at(Math.floor((index * instances) / active)));
  }

  at(index: number): LoadInstance {
    const instance = this.instances[index];
    if (instance === undefined) throw new Error(`there is no instance ${index}`);
    return instance;
  }

  pathOf(instance: LoadInstance): string {
    return join(this.#plan.directory, instance.name);
  }

  /** A client of the instance, connected. */
  async client(instance: LoadInstance, reads = true): Promise<LoadClient> {
    const client = new LoadClient(this.pathOf(instance), reads);
    await client.connected();
    client.socket.on('close', () => this.#note(`a client of ${instance.name} was disconnected`));
    return client;
  }

  /** A client of the mux, once every instance was announced to it. */
  async muxClient(path: string): Promise<MuxClient> {
    const mux = new MuxClient(path);
    await mux.connected();
    mux.socket.on('close', () => this.#note('the client of the mux was disconnected'));
    await mux.went;
    if (mux.numbers.size < this.instances.length) this.#note(`GO came after ${mux.numbers.size} instances`);
    return mux;
  }

  /** Waits; ends early when something broke. */
  async during(seconds: number): Promise<void> {
    const until = performance.now() + seconds * 1000;
    while (this.sound && performance.now() < until) await sleep(Math.min(50, Math.max(1, until - performance.now())));
  }

  /** What happens from now on is no trouble. */
  finish(): void {
    this.#over = true;
  }
}
