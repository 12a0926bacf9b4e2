import type { Figures, LoadPlan } from '../plan.js';
import { type Fleet, type FleetCost, rest } from './fleet.js';
import { type Meter, Stretch } from './meter.js';

function costs({ cpu, wall, growth }: FleetCost, count: number): Figures {
  return { cpuEach: (cpu * 1000) / count, wallEach: (wall * 1000) / count, growth };
}

/** Instances attach and then do nothing. */
export async function idle(plan: LoadPlan, fleet: Fleet, meter: Meter): Promise<Figures> {
  const before = meter.rss();
  const cost = await fleet.attach();
  await rest();
  const after = meter.rss();
  const stretch = new Stretch(meter);
  await fleet.during(plan.seconds);
  const { wall, cpu } = stretch.read();
  return {
    kbEach: (after - before) / 1024 / plan.instances,
    ...costs(cost, plan.instances),
    idleCpu: (100 * cpu) / wall,
    rssMB: after / 1e6,
  };
}

/** Every connection drops, and every instance comes back. */
export async function resume(plan: LoadPlan, fleet: Fleet, meter: Meter): Promise<Figures> {
  await fleet.attach();
  await rest();
  const cost = await fleet.resume();
  return { ...costs(cost, plan.instances), rssMB: meter.rss() / 1e6 };
}
