/**
 * What a client that takes its results loses to others that do not: `npm run bench:neighbour`. An instance sends a message to each
 * of its clients every millisecond, as long as it may: what it cannot send in time it never does, as scamper probes no
 * faster than it can tell. So the pace of the client that reads is what comes to it, compared with a run in which the others read too.
 */
import type { ChildProcess } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { end, start } from './children.js';
import { withFolder } from './folders.js';
import { LoadClient } from './load/client.js';
import { HEADER } from './load/frames.js';
import { LoadInstance } from './load/instance.js';
import { Meter } from './load/meter.js';
import { ownServer } from './sc-remoted.js';

const MESSAGE = 1_024;
/** Messages that may be on their way to each client, at most. */
const WINDOW = 256;

/** Ways of taking one's results, or not. */
const habits = {
  /** Reads everything. */
  read: ({ socket }: LoadClient) => {
    socket.on('data', () => undefined);
    socket.resume();
  },
  /** Reads nothing, and is gone once it was dropped. */
  never: () => undefined,
  /** Reads an octet a second. */
  trickle: ({ socket }: LoadClient) => {
    const timer = setInterval(() => void socket.read(1), 1_000);
    socket.once('close', () => clearInterval(timer));
  },
  /** Reads all there is for a tenth of a second, every 14 seconds. */
  sip: ({ socket }: LoadClient) => {
    socket.on('data', () => undefined);
    socket.pause();
    const timer = setInterval(() => {
      socket.resume();
      setTimeout(() => socket.pause(), 100);
    }, 14_000);
    socket.once('close', () => clearInterval(timer));
  },
  /** Reads nothing, and comes again as soon as it was dropped. */
  return: () => undefined,
} as const satisfies Record<string, (client: LoadClient) => void>;

type Habit = keyof typeof habits;

interface Run {
  readonly messages: number;
  /** The longest time that a message took, and the middle one, in milliseconds. */
  readonly worst: number;
  readonly median: number;
  readonly growthMB: number;
  readonly dropped: number;
}

/** Sends a message to each channel every millisecond, with the time in it. */
class Source {
  readonly #instance: LoadInstance;
  readonly #channels = new Set<number>();
  readonly #timer: NodeJS.Timeout;
  #last = performance.now();

  constructor(instance: LoadInstance) {
    this.#instance = instance;
    instance.events = {
      opened: (channel) => this.#channels.add(channel),
      closed: (channel) => this.#channels.delete(channel),
    };
    this.#timer = setInterval(() => this.#tick(), 1);
  }

  #tick(): void {
    const now = performance.now();
    const due = Math.min(20, Math.floor(now - this.#last));
    this.#last = due === 20 ? now : this.#last + due;
    for (let count = 0; count < due; count++) this.#sendToAll(now);
  }

  #sendToAll(now: number): void {
    if (this.#instance.inFlight > WINDOW * this.#channels.size) return;
    const frames = Buffer.alloc(this.#channels.size * (HEADER + MESSAGE));
    let at = 0;
    for (const channel of this.#channels) {
      this.#instance.stamp(frames, at, channel, MESSAGE);
      frames.writeDoubleBE(now, at + HEADER);
      at += HEADER + MESSAGE;
    }
    this.#instance.write(frames);
  }

  stop(): void {
    clearInterval(this.#timer);
  }
}

/** Notes how long each message took. */
function delaysAt(client: LoadClient): { readonly delays: number[] } {
  const delays: number[] = [];
  const head = Buffer.alloc(8);
  let at = 0;
  client.onBytes = (bytes) => {
    const now = performance.now();
    for (let index = 0; index < bytes.length;) {
      if (at < 8) head[at] = bytes[index] ?? 0;
      const step = at < 8 ? 1 : Math.min(MESSAGE - at, bytes.length - index);
      at += step;
      index += step;
      if (at < MESSAGE) continue;
      delays.push(now - head.readDoubleBE(0));
      at = 0;
    }
  };
  return { delays };
}

/** Keeps up so many offenders. @returns what ends that, and tells how often one was dropped */
async function offend(path: string, habit: Habit, count: number): Promise<() => number> {
  const present = new Set<LoadClient>();
  let dropped = 0;
  let isOver = false;
  const come = async (): Promise<void> => {
    const client = new LoadClient(path, false);
    await client.connected();
    habits[habit](client);
    present.add(client);
    client.socket.once('close', () => {
      if (isOver) return;
      dropped++;
      present.delete(client);
      if (habit === 'return') void come().catch(() => undefined);
    });
    if (habit === 'never' || habit === 'return') watch(client);
  };
  /** One that does not read sees no end: it writes a little instead, which fails. */
  const watch = (client: LoadClient): void => {
    const timer = setInterval(() => client.socket.write('\n'), 100);
    client.socket.once('close', () => clearInterval(timer));
  };
  for (let index = 0; index < count; index++) await come();
  return () => {
    isOver = true;
    present.forEach((client) => client.leave());
    return dropped;
  };
}

async function run(server: string, seconds: number, habit: Habit, count: number): Promise<Run> {
  return withFolder(async (folder) => {
    writeFileSync(join(folder, 'c.mjs'), `export default { plugins: ['tcp', 'unix-export', 'access', 'zombie'] };\n`);
    const flags = [server, '--config', 'c.mjs', '-P', '127.0.0.1:0', '-U', 's'];
    const child = start(process.execPath, flags, undefined, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    try {
      const port = await portOf(child);
      const instance = new LoadInstance();
      await instance.attach(port, false);
      const source = new Source(instance);
      const path = join(folder, 's', instance.name);
      const honest = new LoadClient(path);
      await honest.connected();
      const { delays } = delaysAt(honest);
      await sleep(2_000);
      const meter = new Meter(child.pid ?? 0);
      const idle = meter.rss();
      let most = idle;
      const watch = setInterval(() => (most = Math.max(most, meter.rss())), 50);
      delays.length = 0;
      const stop = await offend(path, habit, count);
      await sleep(seconds * 1000);
      const sorted = [...delays].sort((one, other) => one - other);
      clearInterval(watch);
      const dropped = stop();
      source.stop();
      honest.leave();
      instance.cut();
      return {
        messages: sorted.length,
        worst: sorted.at(-1) ?? NaN,
        median: sorted[sorted.length >> 1] ?? NaN,
        growthMB: (most - idle) / 1e6,
        dropped,
      };
    } finally {
      await end(child);
    }
  });
}

/** Waits for the line that tells where the controller listens, and reads on. */
function portOf({ stderr }: ChildProcess): Promise<number> {
  let text = '';
  return new Promise((resolve) => {
    stderr?.on('data', (chunk: Buffer) => {
      if (text.length < 65_536) text += chunk.toString('latin1');
      const [, port] = /"port":(\d+)/.exec(text) ?? [];
      if (port !== undefined) resolve(Number(port));
    });
  });
}

const { values } = parseArgs({
  options: {
    server: { type: 'string', default: ownServer },
    seconds: { type: 'string', default: '60' },
    habits: { type: 'string', default: Object.keys(habits).join(',') },
    counts: { type: 'string', default: '1,10' },
  },
});
const seconds = Number(values.seconds);
for (const count of values.counts.split(',').map(Number)) {
  const polite = await run(values.server, seconds, 'read', count);
  tell('read', count, polite, polite);
  for (const habit of values.habits.split(',').filter((one): one is Habit => one in habits && one !== 'read')) {
    tell(habit, count, await run(values.server, seconds, habit, count), polite);
  }
}

function tell(habit: string, count: number, one: Run, polite: Run): void {
  const pace = (100 * one.messages) / polite.messages;
  const figures = [
    `pace ${pace.toFixed(1)} %`,
    `worst ${one.worst.toFixed(0)} ms`,
    `median ${one.median.toFixed(1)} ms`,
    `memory +${one.growthMB.toFixed(0)} MB`,
    `dropped ${one.dropped}`,
  ];
  process.stdout.write(`${habit.padEnd(8)} ${String(count).padStart(2)}: ${figures.join(', ')}\n`);
}
