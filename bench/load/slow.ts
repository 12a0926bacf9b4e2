import { setTimeout as sleep } from 'node:timers/promises';
import type { Figures, LoadPlan } from '../plan.js';
import { streamFrom } from './bulk.js';
import type { LoadClient } from './client.js';
import { type Fleet, rest } from './fleet.js';
import type { Meter } from './meter.js';

/** Growth at which a controller without a bound has shown enough, in octets. */
const ENOUGH = 1_500_000_000;

/** How fast a client is served. */
function speedometer(client: LoadClient): () => number {
  let last = client.received;
  let since = performance.now();
  return () => {
    const [received, now] = [client.received, performance.now()];
    const rate = (received - last) / (now - since) / 1000;
    [last, since] = [received, now];
    return rate;
  };
}

/**
 * A client that never reads, on an instance that streams to it and to another client at full speed; beside it an instance of its
 * own with a client. Three stretches: before, while the slow client is there, and after it was disconnected.
 */
export async function slow(plan: LoadPlan, fleet: Fleet, meter: Meter): Promise<Figures> {
  await fleet.attach();
  await rest();
  const idle = meter.rss();
  let dropped: number | undefined;
  let start = 0;
  const [shared, other] = [fleet.at(0), fleet.at(1)];
  streamFrom(fleet, shared, plan, () => (dropped ??= performance.now()));
  streamFrom(fleet, other, plan);
  const neighbour = speedometer(await fleet.client(shared));
  const stranger = speedometer(await fleet.client(other));

  await fleet.during(plan.warmUp);
  neighbour();
  stranger();
  await fleet.during(plan.seconds);
  const before = { neighbour: neighbour(), stranger: stranger() };
  const flowing = meter.rss();

  start = performance.now();
  let most = flowing;
  fleet.finish(); // the slow client may be disconnected; so may anybody where the controller dies
  await fleet.client(shared, false);
  const limit = plan.clientStall === undefined ? plan.seconds : plan.clientStall + plan.seconds + 5;
  while (dropped === undefined && performance.now() - start < limit * 1000 && most - idle < ENOUGH) {
    await sleep(20);
    most = Math.max(most, meter.rss());
  }
  const during = { neighbour: neighbour(), stranger: stranger() };

  const until = performance.now() + plan.seconds * 1000;
  while (performance.now() < until) {
    await sleep(20);
    most = Math.max(most, meter.rss());
  }
  const after = { neighbour: neighbour(), stranger: stranger() };
  return {
    growthMB: (most - flowing) / 1e6,
    growthInAllMB: (most - idle) / 1e6,
    ...(dropped !== undefined && { droppedAfter: (dropped - start) / 1000 }),
    neighbourDuring: (100 * during.neighbour) / before.neighbour,
    neighbourAfter: (100 * after.neighbour) / before.neighbour,
    strangerDuring: (100 * during.stranger) / before.stranger,
    strangerAfter: (100 * after.stranger) / before.stranger,
    mbPerS: before.neighbour + before.stranger,
  };
}
