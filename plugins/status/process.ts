import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import { descriptorsInUse, type ProcessReport } from '../../plugin-sdk/index.js';

/** How often it is looked whether the event loop is late, in milliseconds: it wakes the process. */
const RESOLUTION = 100;
/** Nanoseconds in a second. */
const GIGA = 1e9;

/** What the process takes of the machine. */
export class ProcessFigures {
  readonly #delay: IntervalHistogram = monitorEventLoopDelay({ resolution: RESOLUTION });

  begin(): () => void {
    this.#delay.enable();
    return () => void this.#delay.disable();
  }

  async now(): Promise<ProcessReport> {
    const { user, system } = process.cpuUsage();
    const descriptors = await descriptorsInUse();
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / GIGA - RESOLUTION / 1_000) || 0;
    return {
      cpuSeconds: (user + system) / 1e6,
      residentBytes: process.memoryUsage.rss(),
      ...(descriptors !== undefined && {
        openDescriptors: descriptors.open,
        ...(!Number.isNaN(descriptors.limit) && { maxDescriptors: descriptors.limit }),
      }),
      eventLoopDelay: {
        p50: late(this.#delay.percentile(50)),
        p99: late(this.#delay.percentile(99)),
        max: late(this.#delay.max),
      },
    };
  }
}
