import { type Heap, Meter } from '../../../bench/load/meter.js';
import type { Counts } from './counts.js';
import type { Daemon } from './daemon.js';
import type { Fleet } from './fleet.js';

/** How things stand at one time; what counts events counts them from the start. Undefined: not to be had then. */
export interface Sample {
  /** Since the start. */
  readonly seconds: number;
  /** Which process of the controller it is. */
  readonly life: number;
  /** In 10⁶ octets. */
  readonly rss: number | undefined;
  /** JavaScript heap without machine code after a collection, in 10⁶ octets. */
  readonly heap: number | undefined;
  /** Memory of buffers then, in 10⁶ octets: it goes with what is under way. */
  readonly buffers: number | undefined;
  readonly descriptors: number | undefined;
  /** Of requests of the probes, in milliseconds. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  /** The controller's processor time since the sample before for each answer to a client then, in milliseconds. */
  readonly cost: number | undefined;
  /** The share of that time for which controller or load could have run and had no core, whichever is more, in percent. */
  readonly waited: number | undefined;
  readonly connected: number;
  readonly conversations: number;
  readonly attached: number;
  readonly resumed: number;
  readonly rejected: number;
  readonly unanswered: number;
  readonly answers: number;
  readonly faults: number;
}

/** @param share 0.5 for the median */
export function quantile(values: readonly number[], share: number): number | undefined {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

function seen<T>(look: () => T): T | undefined {
  try {
    return look();
  } catch {
    return undefined; // the process has ended meanwhile
  }
}

interface Reading {
  readonly life: number;
  readonly at: number;
  readonly cpu: number;
  readonly waited: number;
  readonly ownWaited: number;
  readonly answers: number;
}

/** Looks at the controller now and then. */
export class Sampler {
  readonly #own = new Meter(process.pid);
  #before: Reading | undefined;

  constructor(
    readonly daemon: Daemon,
    readonly fleet: Fleet,
    readonly counts: Counts,
  ) {}

  take(seconds: number, heap: Heap | undefined): Sample {
    const { daemon, fleet, counts } = this;
    const times = fleet.takeTimes();
    const { attached, resumed, rejected, unanswered, answers, faults } = counts;
    return {
      seconds: Math.round(seconds * 10) / 10,
      life: daemon.life,
      rss: daemon.isDown ? undefined : daemon.meter.rss() / 1e6,
      heap: heap && (heap.heapUsed - heap.code) / 1e6,
      buffers: heap && heap.external / 1e6,
      descriptors: daemon.isDown ? undefined : seen(() => daemon.descriptors),
      p50: quantile(times, 0.5),
      p99: quantile(times, 0.99),
      ...this.#spent(),
      connected: fleet.connected,
      conversations: fleet.conversations.size,
      attached,
      resumed,
      rejected,
      unanswered,
      answers,
      faults: faults.length,
    };
  }

  #spent(): Pick<Sample, 'cost' | 'waited'> {
    const [before, now] = [this.#before, this.#reading()];
    this.#before = now;
    if (now === undefined || before?.life !== now.life) return { cost: undefined, waited: undefined };
    const waited = Math.max(now.waited - before.waited, now.ownWaited - before.ownWaited);
    return {
      cost: (1000 * (now.cpu - before.cpu)) / Math.max(1, now.answers - before.answers),
      waited: (100 * waited) / (now.at - before.at),
    };
  }

  #reading(): Reading | undefined {
    const { daemon, counts } = this;
    if (daemon.isDown) return undefined;
    const { life, meter } = daemon;
    const at = performance.now() / 1000;
    return {
      life,
      at,
      cpu: meter.cpu(),
      waited: meter.waited(),
      ownWaited: this.#own.waited(),
      answers: counts.answers,
    };
  }
}

const columns = [
  'seconds',
  'life',
  'rss',
  'heap',
  'buffers',
  'descriptors',
  'p50',
  'p99',
  'cost',
  'waited',
  'connected',
  'conversations',
  'attached',
  'resumed',
  'rejected',
  'unanswered',
  'answers',
  'faults',
] as const satisfies readonly (keyof Sample)[];

export function asCsv(samples: readonly Sample[]): string {
  const rows = samples.map((sample) => columns.map((name) => rounded(sample[name])).join());
  return `${[columns.join(), ...rows].join('\n')}\n`;
}

function rounded(value: number | undefined): string {
  return value === undefined || Number.isNaN(value) ? '' : String(Math.round(value * 1000) / 1000);
}
