import type { Figures, LoadPlan } from '../plan.js';
import type { LoadClient } from './client.js';
import type { Fleet } from './fleet.js';
import type { LoadInstance } from './instance.js';
import { type Meter, Stretch } from './meter.js';
import { Stream } from './stream.js';

/** Lets an instance stream to whoever attaches to it. */
export function streamFrom(
  fleet: Fleet,
  instance: LoadInstance,
  { size, window }: LoadPlan,
  closed?: (channel: number) => void,
): void {
  const stream = new Stream(instance, size, window);
  fleet.handle(instance, {
    opened: (channel) => {
      stream.channels.push(channel);
      stream.pump();
    },
    closed: (channel) => {
      stream.leave(channel);
      closed?.(channel);
      stream.pump();
    },
    acknowledged: () => stream.pump(),
  });
}

/** Gives each active instance a client. @returns what tells how much has come to them */
async function clientsOf(plan: LoadPlan, fleet: Fleet): Promise<() => number> {
  const { muxPath } = plan;
  if (muxPath !== undefined) {
    for (const instance of fleet.active) streamFrom(fleet, instance, plan);
    const mux = await fleet.muxClient(muxPath);
    fleet.active.forEach(({ name }, index) => mux.open(name, index + 1));
    mux.flush();
    return () => mux.received;
  }
  const clients: LoadClient[] = [];
  for (const instance of fleet.active) {
    streamFrom(fleet, instance, plan);
    clients.push(await fleet.client(instance));
  }
  return () => sum(clients);
}

function sum(clients: readonly LoadClient[]): number {
  return clients.reduce((total, client) => total + client.received, 0);
}

/** Active instances stream results to their client. */
export async function bulk(plan: LoadPlan, fleet: Fleet, meter: Meter): Promise<Figures> {
  await fleet.attach();
  const received = await clientsOf(plan, fleet);
  await fleet.during(plan.warmUp);
  return flow(plan, fleet, meter, received);
}

/** Measures bytes that arrive at the clients. */
export async function flow(plan: LoadPlan, fleet: Fleet, meter: Meter, received: () => number): Promise<Figures> {
  const before = received();
  const stretch = new Stretch(meter);
  await fleet.during(plan.seconds);
  const { wall, cpu, load } = stretch.read();
  const bytes = received() - before;
  return {
    mbPerS: bytes / wall / 1e6,
    cpuPerGB: cpu / (bytes / 1e9),
    cpuPerMessage: (cpu * 1e6) / (bytes / plan.size),
    serverCpu: (100 * cpu) / wall,
    loadCpu: (100 * load) / wall,
    peakMB: meter.peak() / 1e6,
  };
}
