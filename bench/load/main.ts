/** The load: runs in a process of its own, so that the controller has a processor core to itself. */
import type { Figures, LoadPlan, LoadResult, Scenario } from '../plan.js';
import { bulk } from './bulk.js';
import { channels, churn } from './channels.js';
import { Fleet, listening } from './fleet.js';
import { idle, resume } from './fleets.js';
import { Meter } from './meter.js';
import { muxConnect, muxRr } from './mux.js';
import { pipe } from './pipe.js';
import { rr } from './rr.js';
import { slow } from './slow.js';

const run: Readonly<Record<Scenario, (plan: LoadPlan, fleet: Fleet, meter: Meter) => Promise<Figures>>> = {
  bulk,
  pipe,
  rr,
  idle,
  resume,
  churn,
  channels,
  slow,
  'mux-rr': muxRr,
  'mux-connect': muxConnect,
};

async function measure(plan: LoadPlan): Promise<LoadResult> {
  const meter = new Meter(plan.pid);
  const relays = plan.scenario === 'pipe';
  if (!relays) await listening(plan.port);
  const fleet = new Fleet(relays ? { ...plan, instances: 0 } : plan, meter);
  const figures = await run[plan.scenario](plan, fleet, meter);
  const problem = fleet.troubles[0];
  return { figures, ...(problem !== undefined && { problem }) };
}

/** Whoever started the load also ends the controller; should it be gone, nobody else does. */
function endWith(pid: number): void {
  process.once('disconnect', () => {
    process.kill(pid, 'SIGKILL');
    process.exit(1);
  });
}

const plan = JSON.parse(process.argv[2] ?? '') as LoadPlan;
endWith(plan.pid);
const result = await measure(plan).catch((failure: unknown) => ({ figures: {}, problem: String(failure) }));
// It is ended from outside: a controller may not survive that its instances leave, and is to be looked at before.
process.send?.(result);
