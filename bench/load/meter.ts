import { readFileSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';

/** Ticks of a second in /proc/PID/stat: the same on every Linux that Node runs on. */
const TICKS = 100;

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** Nanoseconds on the processor of every thread; undefined where the kernel does not count them. */
function preciseCpu(pid: number): number | undefined {
  let total = 0;
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const [nanoseconds] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'latin1').split(' ');
      total += Number(nanoseconds);
    }
  } catch {
    return undefined;
  }
  return total > 0 ? total / 1e9 : undefined;
}

function coarseCpu(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ') ?? [];
  const [user, system] = [Number(fields[11]), Number(fields[12])];
  return Number.isNaN(user + system) ? undefined : (user + system) / TICKS;
}

function memoryField(pid: number, key: string): number | undefined {
  const found = new RegExp(`^${key}:\\s+(\\d+) kB`, 'm').exec(read(`/proc/${pid}/status`) ?? '');
  return found === null ? undefined : Number(found[1]) * 1024;
}

/** The heap of a controller with the heap probe, after a collection. */
export interface Heap {
  readonly heapUsed: number;
  readonly external: number;
  readonly arrayBuffers: number;
  readonly rss: number;
  /** Machine code that was made of functions that are called often, a part of heapUsed. */
  readonly code: number;
}

/** Asks the heap probe behind a socket. */
export function askHeap(path: string): Promise<Heap> {
  return new Promise((resolve, reject: (cause: Error) => void) => {
    let text = '';
    const socket = connect(path);
    socket.setEncoding('latin1');
    socket.on('data', (chunk: string) => (text += chunk));
    socket.once('error', reject);
    socket.once('end', () => {
      if (text.endsWith('\n')) resolve(JSON.parse(text) as Heap);
      else reject(new Error('the controller ended before it told its heap'));
    });
  });
}

/** What the controller's process used, by the kernel's word: holds on a busy machine too. NaN where there is no /proc. */
export class Meter {
  constructor(readonly pid: number) {}

  /** Seconds on the processor since its start. */
  cpu(): number {
    return preciseCpu(this.pid) ?? coarseCpu(this.pid) ?? NaN;
  }

  /** Seconds for which its main thread could have run, and had no core. */
  waited(): number {
    return Number(read(`/proc/${this.pid}/schedstat`)?.split(' ')[1]) / 1e9;
  }

  /** Octets resident now. */
  rss(): number {
    return memoryField(this.pid, 'VmRSS') ?? NaN;
  }

  /** The most octets that were ever resident. */
  peak(): number {
    return memoryField(this.pid, 'VmHWM') ?? NaN;
  }
}

/** Measures a stretch of time: the controller's processor time, the load's own, and the clock. */
export class Stretch {
  readonly #meter: Meter;
  readonly #cpu: number;
  readonly #own = process.cpuUsage();
  readonly #start = performance.now();

  constructor(meter: Meter) {
    this.#meter = meter;
    this.#cpu = meter.cpu();
  }

  /** @returns seconds of each, so far */
  read(): { wall: number; cpu: number; load: number } {
    const own = process.cpuUsage(this.#own);
    return {
      wall: (performance.now() - this.#start) / 1000,
      cpu: this.#meter.cpu() - this.#cpu,
      load: (own.user + own.system) / 1e6,
    };
  }
}
