import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PluginEntry } from '../core/contract/plugin.js';
import { type Controller, type ControllerOptions, createController } from '../index.js';
import { type Measurement, type Program, measure, startScamper, whyNotReal } from './real-programs.js';
import { TestLog } from './test-log.js';

/** The folder of the sockets, in that of the bench. */
const SOCKETS = 'sockets';

/** How long a real scamper may take to attach, in milliseconds. */
const ATTACH_LIMIT = 30_000;

/** A real scamper that is attached. */
export interface RealScamper {
  /** The name of its instance. */
  readonly instance: string;
  /** The path of its socket. */
  readonly socket: string;
  /** Runs commands on it with sc_attach. @returns what sc_wartsdump reads in the results, too */
  measure(...commands: string[]): Promise<Measurement>;
  /** Ends the program. */
  kill(): Promise<void>;
}

/** How a real scamper calls. */
export interface RealScamperOptions {
  /** Its monitor name (`-M`); `vp-1`, `vp-2` and so on unless given. No two have the same. */
  readonly monitorName?: string;
  /** Where it calls; {@link RealBench.target} unless given. */
  readonly target?: string;
}

/** A controller with real sockets, a real clock and real scampers. */
export interface RealBench {
  readonly controller: Controller;
  readonly log: TestLog;
  /** Where scampers call: address and port of the bench's `tcp`. */
  readonly target: string;
  /** Starts a scamper. When it is refused it calls again and again, until the bench stops. */
  dial(options?: RealScamperOptions): void;
  /** Starts a scamper. Resolves when it is attached. */
  attach(options?: RealScamperOptions): Promise<RealScamper>;
  /** Stops the controller, ends the scampers, removes the sockets; call it in the runner's clean-up, or use `await using`. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts a controller with the plugins given, and behind them `tcp` on a free port of the loopback and `unix-export` in a
 * folder of its own. Rejects where a real program is missing: see {@link skipReal}.
 */
export async function startRealBench(
  plugins: readonly PluginEntry[] = [],
  options: Partial<Omit<ControllerOptions, 'plugins' | 'clock' | 'logger'>> = {},
): Promise<RealBench> {
  const missing = whyNotReal();
  if (missing !== undefined) throw new Error(missing);
  const folder = await mkdtemp(join(tmpdir(), 'scr-')); // short: the path of a socket has 107 octets at most
  const around: PluginEntry[] = [
    ['tcp', { listen: '127.0.0.1:0' }],
    ['unix-export', { directory: join(folder, SOCKETS) }],
  ];
  const log = new TestLog();
  const all = { directory: folder, ...options, plugins: [...plugins, ...around], logger: log };
  try {
    const controller = await createController(all);
    await controller.start();
    const { fields } = await log.waitFor('tcp.listening');
    return new Bench(folder, controller, log, `127.0.0.1:${String(fields['port'])}`);
  } catch (failure) {
    await rm(folder, { recursive: true });
    throw failure;
  }
}

class Bench implements RealBench {
  readonly #scampers = new Map<string, Program>();

  constructor(
    readonly folder: string,
    readonly controller: Controller,
    readonly log: TestLog,
    readonly target: string,
  ) {}

  dial(options?: RealScamperOptions): void {
    this.#start(options);
  }

  async attach(options?: RealScamperOptions): Promise<RealScamper> {
    const { folder } = this;
    const [monitorName, program] = this.#start(options);
    const instance = await this.#attached(monitorName, program);
    const socket = join(folder, SOCKETS, instance);
    return {
      instance,
      socket,
      measure: (...commands) => measure(folder, socket, commands),
      kill: () => program.kill(),
    };
  }

  #start({ monitorName = `vp-${this.#scampers.size + 1}`, target = this.target }: RealScamperOptions = {}) {
    if (this.#scampers.has(monitorName)) throw new Error(`there is a scamper named ${monitorName} already`);
    const program = startScamper(this.folder, target, ['-M', monitorName]);
    this.#scampers.set(monitorName, program);
    return [monitorName, program] as const;
  }

  /** The name of the instance, once it is there. */
  async #attached(monitorName: string, scamper: Program): Promise<string> {
    const gaveUp = scamper.ended.then((code) => {
      throw new Error(`scamper ended with ${String(code)}: ${scamper.text}`);
    });
    const attached = this.log.waitFor('instance.attached', { monitorName }, ATTACH_LIMIT);
    const { fields } = await Promise.race([attached, gaveUp]);
    return String(fields['instance']);
  }

  async stop(): Promise<void> {
    await this.controller.stop();
    await Promise.all([...this.#scampers.values()].map((scamper) => scamper.kill()));
    await rm(this.folder, { recursive: true, force: true });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
