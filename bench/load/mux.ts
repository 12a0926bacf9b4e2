import type { Figures, LoadPlan } from '../plan.js';
import { type Fleet, rest } from './fleet.js';
import { Latency } from './latency.js';
import { type Heap, type Meter, Stretch, askHeap } from './meter.js';
import type { MuxClient } from './mux-client.js';
import { REQUEST, roundFigures } from './rr.js';

function pathOf({ muxPath }: LoadPlan): string {
  if (muxPath === undefined) throw new Error('there is no mux');
  return muxPath;
}

/** Opens channel 1 on the first active instance, and so on, and waits until each has heard of its own. */
async function openAll(fleet: Fleet, mux: MuxClient): Promise<void> {
  const { active } = fleet;
  await new Promise<void>((resolve) => {
    let left = active.length;
    const opened = (): void => {
      if (--left === 0) resolve();
    };
    active.forEach((instance, index) => {
      fleet.handle(instance, { opened });
      mux.open(instance.name, index + 1);
    });
    mux.flush();
  });
}

/** Sends a request on the channel that has waited longest whenever an answer has come on another. */
function askInTurn(mux: MuxClient, { active, size, window }: LoadPlan, latency: Latency): void {
  const sent = new Float64Array(active + 1);
  const due = new Int32Array(active + 1);
  const ask = (channel: number): void => {
    due[channel] = size;
    sent[channel] = performance.now();
    mux.send(channel, REQUEST);
  };
  const all = Array.from({ length: active }, (_, index) => index + 1);
  /** Those that are not being asked; the one at `next` has waited longest. */
  const waiting = all.slice(window);
  let next = 0;
  mux.onData = (channel, length) => {
    const left = (due[channel] ?? 0) - length;
    due[channel] = left;
    if (left > 0) return;
    latency.add(performance.now() - (sent[channel] ?? 0));
    const following = waiting[next] ?? channel;
    if (waiting.length > 0) waiting[next] = channel;
    next = (next + 1) % Math.max(1, waiting.length);
    ask(following);
  };
  for (const channel of all.slice(0, window)) ask(channel);
  mux.flush();
}

/** One client asks all instances in turn, so many at a time. */
export async function muxRr(plan: LoadPlan, fleet: Fleet, meter: Meter): Promise<Figures> {
  await fleet.attach();
  await rest();
  const mux = await fleet.muxClient(pathOf(plan));
  await openAll(fleet, mux);
  for (const instance of fleet.active) {
    fleet.handle(instance, { message: (channel) => instance.say(channel, plan.size) });
  }
  const latency = new Latency();
  askInTurn(mux, plan, latency);
  await fleet.during(plan.warmUp);
  latency.clear();
  const stretch = new Stretch(meter);
  await fleet.during(plan.seconds);
  return roundFigures(latency, stretch, meter);
}

/** Octets of JavaScript heap and buffers. */
function used({ heapUsed, external }: Heap): number {
  return heapUsed + external;
}

/** One client connects, is told of all instances, and opens a channel on each. */
export async function muxConnect(plan: LoadPlan, fleet: Fleet, meter: Meter): Promise<Figures> {
  const heap = async (): Promise<number> => (plan.heapProbe === undefined ? NaN : used(await askHeap(plan.heapProbe)));
  const empty = meter.rss();
  await fleet.attach();
  await rest();
  const attached = meter.rss();
  const connecting = new Stretch(meter);
  const mux = await fleet.muxClient(pathOf(plan));
  const go = connecting.read();
  const heapBefore = await heap();
  await rest();
  const before = meter.rss();
  const opening = new Stretch(meter);
  await openAll(fleet, mux);
  const { wall } = opening.read();
  await rest();
  const { cpu } = opening.read();
  const after = meter.rss();
  const heapAfter = await heap();
  const each = (octets: number): number => octets / 1024 / plan.active;
  return {
    goMs: go.wall * 1000,
    goCpu: go.cpu * 1000,
    openMs: wall * 1000,
    kbChannel: each(after - before),
    heapChannel: each(heapAfter - heapBefore),
    cpuPerOpen: (cpu * 1e6) / plan.active,
    kbEach: (attached - empty) / 1024 / plan.instances,
    rssMB: after / 1e6,
  };
}
