import type { Figures, LoadPlan } from '../plan.js';
import type { Fleet } from './fleet.js';
import type { LoadInstance } from './instance.js';
import { Latency } from './latency.js';
import { type Meter, Stretch } from './meter.js';

export const REQUEST = Buffer.from(`${'x'.repeat(31)}\n`);

async function askAgainAndAgain(
  fleet: Fleet,
  instance: LoadInstance,
  size: number,
  latency: Latency,
): Promise<() => void> {
  fleet.handle(instance, { message: (channel) => instance.say(channel, size) });
  const client = await fleet.client(instance);
  let sent = 0;
  let due = 0;
  const ask = (): void => {
    due = size;
    sent = performance.now();
    client.socket.write(REQUEST);
  };
  client.onData = (length) => {
    due -= length;
    if (due > 0) return;
    latency.add(performance.now() - sent);
    ask();
  };
  return ask;
}

/** Each client sends a request, its instance replies, and so on. */
export async function rr(plan: LoadPlan, fleet: Fleet, meter: Meter): Promise<Figures> {
  await fleet.attach();
  const latency = new Latency();
  for (const instance of fleet.active) (await askAgainAndAgain(fleet, instance, plan.size, latency))();
  await fleet.during(plan.warmUp);
  latency.clear();
  const stretch = new Stretch(meter);
  await fleet.during(plan.seconds);
  return roundFigures(latency, stretch, meter);
}

/** What answers took, and cost. */
export function roundFigures(latency: Latency, stretch: Stretch, meter: Meter): Figures {
  const { wall, cpu, load } = stretch.read();
  const rounds = latency.count;
  return {
    roundsPerS: rounds / wall,
    ...latency.percentiles(),
    cpuPerRound: (cpu * 1e6) / rounds,
    serverCpu: (100 * cpu) / wall,
    loadCpu: (100 * load) / wall,
    peakMB: meter.peak() / 1e6,
  };
}
