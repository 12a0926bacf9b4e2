import type { Sample } from './samples.js';

const quiet: Omit<Sample, 'seconds'> = {
  life: 0,
  rss: 100,
  heap: undefined,
  buffers: undefined,
  descriptors: 2_000,
  p50: 1,
  p99: 5,
  cost: 0.2,
  waited: 1,
  connected: 1_000,
  conversations: 250,
  attached: 1_000,
  resumed: 0,
  rejected: 0,
  unanswered: 0,
  answers: 0,
  faults: 0,
};

/** Samples of a run. @param fields those that matter, by the share of the run that is over and the number of the sample */
export function sampleWith(
  { minutes, every }: { readonly minutes: number; readonly every: number },
  fields: (share: number, index: number) => Partial<Sample>,
): Sample[] {
  const count = (minutes * 60) / every;
  return Array.from({ length: count }, (_, index) => ({
    ...quiet,
    seconds: index * every,
    ...fields(index / count, index),
  }));
}
