import { onTestFinished } from 'vitest';
import zombie from '../../../plugins/zombie/index.js';
import { type VpMetadata, definePlugin, metadata } from '../../../plugin-sdk/index.js';
import type { Script, SimScamper } from '../../../testing/index.js';
import { type MuxBench, startMux } from '../../plugins/mux/support/mux-bench.js';

/** VPs by name: what is known of each. */
export type Facts = Readonly<Record<string, Partial<VpMetadata>>>;

export interface SimulatedFleet {
  readonly bench: MuxBench;
  /** `--mux`, and where it is. */
  readonly mux: readonly ['--mux', string];
  /** By name. */
  readonly scampers: ReadonlyMap<string, SimScamper>;
}

/** A controller in this process with the real plugins mux and zombie, and simulated scampers. */
export async function simulateFleet(facts: Facts, script?: Script): Promise<SimulatedFleet> {
  const bench = await startMux({}, [[zombie, { time: 30 }], knowing(facts)]);
  onTestFinished(() => bench.stop());
  const scampers = new Map<string, SimScamper>();
  for (const name of Object.keys(facts)) {
    const options = { monitorName: name, ...(script === undefined ? {} : { script }) };
    scampers.set(name, await bench.attach(options));
  }
  return { bench, mux: ['--mux', bench.path], scampers };
}

function knowing(facts: Facts) {
  const of = (name = ''): VpMetadata | undefined =>
    name in facts ? { tags: [], other: {}, ...facts[name] } : undefined;
  return definePlugin({
    name: 'facts',
    schema: { type: 'object', additionalProperties: false },
    setup: (controller) => controller.provide(metadata, { of, names: () => Object.keys(facts) }),
  });
}
