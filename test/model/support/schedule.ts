import { MUX_CHANNELS, type Setting } from './life.js';
import type { Random } from './random.js';
import type { Step } from './steps.js';
import type { World } from './world.js';

const VPS = 3;
const CLIENTS = 10;
const MUXES = 2;

/** How a controller may be set up: limits that are met, and ones that are not. */
export function settingFor(random: Random): Setting {
  const limits = {
    clientBuffer: random.pick([4_096, 20_000, 262_144]),
    instanceBuffer: random.pick([65_536, 1_048_576]),
    channels: random.pick([4, 8, 1_024]),
    clientStall: random.pick([1, 15]),
  };
  return { limits, zombie: random.pick([20, 900]), vps: 1 + random.below(VPS) };
}

/** How long schedules of a kind do what. Not all of them do everything: what is rare meets more often then. */
export class Generator {
  readonly #random: Random;
  readonly #kinds: (() => Step | undefined)[] = [];
  #clients = 0;
  #muxes = 0;
  readonly #world: World;
  /** How much is said at a time. */
  readonly #sizes: readonly number[];

  constructor(random: Random, world: World) {
    this.#random = random;
    this.#world = world;
    this.#sizes = random.pick([
      [1, 7, 100],
      [8, 1_000, 8_192],
      [8, 100, 8_192, 40_000],
      [1, 1_500, 150_000],
    ]);
    this.#weigh(30, () => this.#say());
    this.#weigh(30, () => this.#tell());
    this.#weigh(12, () => this.#join());
    this.#weigh(20, () => this.#dial());
    this.#weigh(10, () => ({ do: 'turns', count: 1 + random.below(12) }));
    this.#some(4, () => this.#ofClient((client) => ({ do: 'finish', client })));
    this.#some(4, () => this.#ofClient((client) => ({ do: 'leave', client })));
    this.#some(5, () => ({ do: 'done', vp: this.#vp(), channel: random.below(8) }));
    this.#some(4, () => this.#cut());
    this.#some(1, () => ({ do: 'quit', vp: this.#vp() }));
    this.#some(1, () => this.#dial(true));
    this.#some(4, () => this.#ofClient((client) => ({ do: 'clientReads', client, window: this.#window() })));
    this.#some(3, () => ({ do: 'vpReads', vp: this.#vp(), window: this.#window() }));
    this.#some(3, () => ({ do: 'hold', vp: this.#vp(), held: random.chance(0.5) }));
    if (random.chance(0.7)) this.#useMux();
    this.#some(6, () => ({ do: 'pass', ms: random.pick([1, 500, 1_000, 3_000, 16_000, 30_000]) }));
    this.#some(1, () => ({ do: 'jump', ms: random.pick([10, 2_000, 61_000, 7_200_000]) }));
    this.#some(1, () => ({ do: 'wall', ms: random.pick([-3_600_000, -1, 1_000, 86_400_000]) }));
    if (random.chance(0.5)) this.#weigh(1, () => ({ do: 'restart', how: random.pick(['stop', 'kill']) }));
  }

  #useMux(): void {
    const random = this.#random;
    this.#weigh(3, () => this.#connectMux());
    this.#weigh(10, () => this.#open());
    this.#some(3, () => this.#ofMux((mux) => ({ do: 'muxReads', mux, window: this.#window() })));
    this.#some(1, () => this.#ofMux((mux) => ({ do: 'muxFinish', mux })));
    if (random.chance(0.3)) this.#weigh(1, () => this.#ofMux((mux) => ({ do: 'muxLeave', mux })));
  }

  #weigh(weight: number, kind: () => Step | undefined): void {
    for (let count = 0; count < weight; count++) this.#kinds.push(kind);
  }

  #some(weight: number, kind: () => Step | undefined): void {
    if (this.#random.chance(0.6)) this.#weigh(weight, kind);
  }

  /** The next step, one that can be done as things are. */
  next(): Step {
    for (;;) {
      const step = this.#random.pick(this.#kinds)();
      if (step !== undefined) return this.#random.chance(0.3) ? { ...step, now: true } : step;
    }
  }

  #vp(): number {
    return this.#random.below(this.#world.vps.length);
  }

  #octets(): number {
    return 1 + this.#random.below(this.#random.pick(this.#sizes));
  }

  #window(): number {
    return this.#random.pick([0, 0, 10, 1_000, 1e9, 1e9]);
  }

  #manner(): { cut: number; capacity: number } {
    return { cut: this.#random.pick([0, 0, 3, 30, 1_460]), capacity: this.#random.pick([2_000, 65_536, 262_144]) };
  }

  #dial(afresh = false): Step | undefined {
    const away = this.#world.vps.filter(({ phase }) => phase === 'away');
    if (away.length === 0) return undefined;
    const { vp } = this.#random.pick(away);
    return { do: 'dial', vp, ...(afresh && { afresh }), ...this.#manner() };
  }

  #cut(): Step {
    const kept = this.#random.pick([0, 10, 1e9]);
    return { do: 'cut', vp: this.#vp(), kept, silent: this.#random.chance(0.3) };
  }

  #say(): Step | undefined {
    const vp = this.#vp();
    const { size } = this.#world.vps[vp]?.channels ?? { size: 0 };
    return size === 0 ? undefined : { do: 'say', vp, channel: this.#random.below(size), octets: this.#octets() };
  }

  #live(): number[] {
    return [...this.#world.clients.values()].filter(({ isLive }) => isLive).map(({ id }) => id);
  }

  #ofClient(make: (client: number) => Step): Step | undefined {
    const live = this.#live();
    return live.length === 0 ? undefined : make(this.#random.pick(live));
  }

  #tell(): Step | undefined {
    return this.#ofClient((client) => ({ do: 'tell', client, octets: this.#octets() }));
  }

  #join(): Step | undefined {
    if (this.#live().length >= CLIENTS) return undefined;
    return { do: 'join', client: ++this.#clients, vp: this.#vp(), ...this.#manner() };
  }

  #openMuxes(): number[] {
    return [...this.#world.muxes.values()].filter(({ state }) => state === 'open').map(({ id }) => id);
  }

  #ofMux(make: (mux: number) => Step | undefined): Step | undefined {
    const open = this.#openMuxes();
    return open.length === 0 ? undefined : make(this.#random.pick(open));
  }

  #connectMux(): Step | undefined {
    if (this.#openMuxes().length >= MUXES) return undefined;
    return { do: 'mux', mux: ++this.#muxes, ...this.#manner() };
  }

  #open(): Step | undefined {
    return this.#ofMux((mux) => {
      const { size } = this.#world.muxes.get(mux)?.channels ?? { size: 0 };
      return size > MUX_CHANNELS ? undefined : { do: 'open', mux, client: ++this.#clients, vp: this.#vp() };
    });
  }
}
