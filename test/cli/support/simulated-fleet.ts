import { isIPv4 } from 'node:net';
import { onTestFinished } from 'vitest';
import zombie from '../../../plugins/zombie/index.js';
import { type VpMetadata, definePlugin, metadata } from '../../../plugin-sdk/index.js';
import type { Script, SimScamper } from '../../../testing/index.js';
import { cycleStart, cycleStop, dataMessage, list, result as wartsResult } from '../../client/support/warts.js';
import { type MuxBench, startMux } from '../../plugins/mux/support/mux-bench.js';
import { pingRecord } from './ping-record.js';

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
export async function simulateFleet(facts: Facts, script?: (name: string) => Script): Promise<SimulatedFleet> {
  const bench = await startMux({}, [[zombie, { time: 30 }], knowing(facts)]);
  onTestFinished(() => bench.stop());
  const scampers = new Map<string, SimScamper>();
  for (const name of Object.keys(facts)) {
    const options = { monitorName: name, ...(script === undefined ? {} : { script: script(name) }) };
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

/** What a VP's scamper was asked, in order. */
export type Asked = (command: string) => void;

/**
 * A scamper that measures: a ping takes `rtt` microseconds; `hold …` ends only when it is halted; `refuse …` is refused; `trace …`
 * is a record that nobody here can read.
 */
export function measuring(rtt = 1_000, asked: Asked = () => undefined): Script {
  let task = 0;
  const headed = new Set<number>();
  return {
    open: (scamper, channel) => scamper.send(channel, 'MORE\n'),
    line: (scamper, channel, line) => {
      const say = (text: string): void => scamper.send(channel, text);
      const result = (id: number): void => {
        if (!headed.has(channel)) say(dataMessage(list()) + dataMessage(cycleStart()));
        headed.add(channel);
        say(dataMessage(recordOf(line, rtt), ` id-${id}`));
      };
      asked(line);
      if (line === 'done') {
        say(`OK\n${headed.has(channel) ? dataMessage(cycleStop()) : ''}`);
        return scamper.finish(channel);
      }
      const [, halted] = /^halt (\d+)$/.exec(line) ?? [];
      if (halted !== undefined) {
        say(`OK halted ${halted}\n`);
        return result(Number(halted));
      }
      if (line.startsWith('refuse')) return say('ERR command not accepted\n');
      say(`OK id-${++task}\nMORE\n`);
      if (!line.startsWith('hold')) result(task);
    },
    fin: (scamper, channel) => scamper.finish(channel),
  };
}

function recordOf(command: string, rtt: number): Buffer {
  if (command.startsWith('trace')) return wartsResult(command, 6);
  const dst = command.split(' ').findLast((word) => isIPv4(word)) ?? '192.0.2.9';
  const replies = [2, 1, 3].map((times, probe) => ({ rtt: times * rtt, probe, from: 1 }));
  return pingRecord({ src: '192.0.2.1', dst, sent: 3, replies: rtt === 0 ? [] : replies });
}
