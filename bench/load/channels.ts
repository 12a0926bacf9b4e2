import type { Figures, LoadPlan } from '../plan.js';
import { type Fleet, rest } from './fleet.js';
import { LoadClient } from './client.js';
import { Latency } from './latency.js';
import { type Heap, type Meter, Stretch, askHeap } from './meter.js';

/** Channels that are open at a time while many are opened and closed. */
const AT_ONCE = 16;

/** One channel's whole life: a client connects, finishes, and reads to the end of file. */
async function cycle(path: string): Promise<void> {
  const client = new LoadClient(path);
  await client.connected();
  client.socket.end();
  await client.ended;
  client.leave();
}

/** Clients come and go, one after the other. */
export async function churn(plan: LoadPlan, fleet: Fleet, meter: Meter): Promise<Figures> {
  await fleet.attach();
  const latency = new Latency();
  const paths = fleet.instances.map((instance) => fleet.pathOf(instance));
  let next = 0;
  const forSeconds = async (seconds: number): Promise<void> => {
    const until = performance.now() + seconds * 1000;
    while (fleet.sound && performance.now() < until) {
      const start = performance.now();
      await cycle(paths[next++ % paths.length] ?? '');
      latency.add(performance.now() - start);
    }
  };
  await forSeconds(plan.warmUp);
  latency.clear();
  const stretch = new Stretch(meter);
  await forSeconds(plan.seconds);
  const { wall, cpu, load } = stretch.read();
  const cycles = latency.count;
  return {
    cyclesPerS: cycles / wall,
    ...latency.percentiles(),
    cpuPerCycle: (cpu * 1e6) / cycles,
    serverCpu: (100 * cpu) / wall,
    loadCpu: (100 * load) / wall,
    peakMB: meter.peak() / 1e6,
  };
}

async function openAndClose(path: string, count: number): Promise<void> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) await cycle(path);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}

/** Many channels of one instance are opened and closed: what memory they leave behind, after a first fifth. */
export async function channels(plan: LoadPlan, fleet: Fleet, meter: Meter): Promise<Figures> {
  await fleet.attach();
  const path = fleet.pathOf(fleet.at(0));
  const first = Math.ceil(plan.channels / 5);
  const most = plan.channels - first;
  const measured = async (): Promise<{ rss: number; heap: Heap | undefined }> => {
    await rest();
    const heap = plan.heapProbe === undefined ? undefined : await askHeap(plan.heapProbe);
    return { rss: meter.rss(), heap };
  };
  await openAndClose(path, first);
  const before = await measured();
  const stretch = new Stretch(meter);
  await openAndClose(path, most);
  const { cpu } = stretch.read();
  const after = await measured();
  return {
    cpuPerCycle: (cpu * 1e6) / most,
    rssMB: after.rss / 1e6,
    rssLeft: (after.rss - before.rss) / most,
    ...(before.heap !== undefined &&
      after.heap !== undefined && {
        heapMB: after.heap.heapUsed / 1e6,
        heapLeft: (after.heap.heapUsed - before.heap.heapUsed) / most,
      }),
  };
}
