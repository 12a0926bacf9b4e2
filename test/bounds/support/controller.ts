import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { onTestFinished } from 'vitest';
import { LoadClient } from '../../../bench/load/client.js';
import { LoadInstance } from '../../../bench/load/instance.js';
import { type Heap, Meter, askHeap } from '../../../bench/load/meter.js';
import type { Limits } from '../../../core/contract/limits.js';
import { type Running, start, temporaryFolder } from '../../cli/support/command.js';

/** Whether the kernel tells how much memory a process has. */
export const tellsMemory = existsSync('/proc/self/status');

const probe = fileURLToPath(new URL('../../../bench/heap-probe.js', import.meta.url));
const MIB = 1_048_576;

/** The controller as it is built, in a process of its own, with instances and clients that go at full speed. */
export class RealController {
  readonly #running: Running;
  readonly #folder: string;
  readonly #port: number;
  readonly #meter: Meter;
  #mark = 0;
  #most = 0;

  private constructor(running: Running, folder: string, port: number) {
    this.#running = running;
    this.#folder = folder;
    this.#port = port;
    this.#meter = new Meter(running.pid);
  }

  static async start(limits: Partial<Limits> = {}): Promise<RealController> {
    const folder = temporaryFolder();
    const plugins = "['tcp', 'unix-export', 'access', ['zombie', { time: 60 }]]";
    writeFileSync(
      join(folder, 'c.mjs'),
      `export default { plugins: ${plugins}, limits: ${JSON.stringify(limits)} };\n`,
    );
    const env = {
      ...process.env,
      HEAP_PROBE: join(folder, 'heap'),
      // What is measured is what the controller holds, not how far the engine's young generation has grown by chance.
      NODE_OPTIONS: `--import=${pathToFileURL(probe).href} --max-semi-space-size=4`,
    };
    const running = start(['--config', 'c.mjs', '-P', '127.0.0.1:0', '-U', 's'], { cwd: folder, env });
    return new RealController(running, folder, await running.port());
  }

  async attach(): Promise<LoadInstance> {
    const instance = new LoadInstance();
    onTestFinished(() => instance.cut());
    await instance.attach(this.#port, false);
    return instance;
  }

  /** A client that the instance knows of. @param reads false for one that never reads */
  async client(instance: LoadInstance, reads = true): Promise<LoadClient> {
    const opened = nextOpened(instance);
    const client = new LoadClient(this.socketOf(instance), reads);
    onTestFinished(() => client.leave());
    await client.connected();
    await opened;
    return client;
  }

  socketOf(instance: LoadInstance): string {
    return join(this.#folder, 's', instance.name);
  }

  logged(event: string): Promise<unknown> {
    return this.#running.waitFor(event);
  }

  has(event: string): boolean {
    return this.#running.log.some((line) => line['event'] === event);
  }

  /** Memory is compared with what it is now. */
  mark(): void {
    this.#most = this.#mark = this.#meter.rss();
  }

  /** Watches memory until it is so. */
  async until(done: () => boolean): Promise<void> {
    while (!done()) {
      this.#most = Math.max(this.#most, this.#meter.rss());
      if (this.grownMiB > 500) return; // more would harm the machine; the test has failed
      await sleep(10);
    }
  }

  /** The most memory seen since the mark, beyond it. */
  get grownMiB(): number {
    return (this.#most - this.#mark) / MIB;
  }

  /** The most memory there ever was. */
  get peakMiB(): number {
    return this.#meter.peak() / MIB;
  }

  heap(): Promise<Heap> {
    return askHeap(join(this.#folder, 'heap'));
  }
}

/** Resolves when the instance's next channel is open; what it does else stays as it is. */
function nextOpened(instance: LoadInstance): Promise<void> {
  const { events } = instance;
  return new Promise((resolve) => {
    instance.events = {
      ...events,
      opened: (channel) => {
        instance.events = events;
        events.opened?.(channel);
        resolve();
      },
    };
  });
}

/** One channel's whole life. */
export async function openAndClose(path: string): Promise<void> {
  const client = new LoadClient(path);
  await client.connected();
  client.socket.end();
  await once(client.socket, 'close');
}
