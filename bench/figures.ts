/** What is measured: how a figure is called, and which way is better. */
export interface Figure {
  readonly title: string;
  readonly digits: number;
  readonly better: 'more' | 'less' | 'neither';
  readonly meaning: string;
}

function figure(title: string, digits: number, better: Figure['better'], meaning: string): Figure {
  return { title, digits, better, meaning };
}

/** By the names that the load gives them. */
export const figures: Readonly<Record<string, Figure>> = {
  mbPerS: figure('MB/s', 0, 'more', 'payload that reached the clients'),
  cpuPerGB: figure('CPU s/GB', 3, 'less', "seconds of the controller's processor time for each 10⁹ octets of payload"),
  cpuPerMessage: figure('CPU µs/msg', 2, 'less', "microseconds of the controller's processor time for each message"),
  roundsPerS: figure('rounds/s', 0, 'more', 'requests answered'),
  cyclesPerS: figure('cycles/s', 0, 'more', 'clients that came, finished and left'),
  p50: figure('p50 µs', 0, 'less', 'half of the answers came within this time'),
  p99: figure('p99 µs', 0, 'less', '99 % of the answers came within this time'),
  p999: figure('p99.9 µs', 0, 'less', '99.9 % of the answers came within this time'),
  cpuPerRound: figure('CPU µs/round', 1, 'less', "microseconds of the controller's processor time for each answer"),
  cpuPerCycle: figure('CPU µs/cycle', 1, 'less', "microseconds of the controller's processor time for each channel"),
  goMs: figure('GO ms', 1, 'less', 'milliseconds from connecting to the mux until all instances were announced'),
  goCpu: figure('GO CPU ms', 1, 'less', "milliseconds of the controller's processor time for that"),
  openMs: figure('open ms', 0, 'less', 'milliseconds until every instance had heard of its channel'),
  kbChannel: figure('KB/channel', 2, 'less', 'resident memory for each channel that does nothing, in 1024 octets'),
  heapChannel: figure('heap KB/channel', 2, 'less', 'what of that is JavaScript heap and buffers, after a collection'),
  cpuPerOpen: figure(
    'CPU µs/open',
    1,
    'less',
    "microseconds of the controller's processor time for each channel opened",
  ),
  kbEach: figure('KB each', 1, 'less', 'resident memory for each instance, in 1024 octets'),
  cpuEach: figure('CPU ms each', 3, 'less', "milliseconds of the controller's processor time for each instance"),
  wallEach: figure('ms each', 3, 'less', 'milliseconds until the next instance was served'),
  growth: figure(
    'growth',
    2,
    'neither',
    'processor time of the second half over the first: 1 is linear, 3 quadratic, below 1 it was warming up',
  ),
  idleCpu: figure('idle CPU %', 2, 'less', "the controller's processor time while nothing happens"),
  heapMB: figure('heap MB', 2, 'less', 'JavaScript heap after a collection, at the end'),
  heapLeft: figure('heap B left', 1, 'neither', 'growth of the heap for each channel opened and closed, in octets'),
  rssLeft: figure(
    'RSS B left',
    1,
    'neither',
    'growth of resident memory for each channel opened and closed, in octets',
  ),
  growthMB: figure(
    'growth MB',
    1,
    'less',
    'the most resident memory while the slow client was there, beyond that under load before',
  ),
  growthInAllMB: figure('in all MB', 1, 'less', 'the same, beyond that before any load'),
  droppedAfter: figure('dropped s', 2, 'neither', 'seconds until the slow client was disconnected'),
  neighbourDuring: figure(
    'same % during',
    0,
    'more',
    'speed of another client of the same instance meanwhile, in % of before',
  ),
  neighbourAfter: figure('same % after', 0, 'more', 'the same after the slow client was disconnected'),
  strangerDuring: figure(
    'other % during',
    0,
    'more',
    'speed of a client of another instance meanwhile, in % of before',
  ),
  strangerAfter: figure('other % after', 0, 'more', 'the same after the slow client was disconnected'),
  seconds: figure('seconds', 3, 'less', 'from the start of sc_attach to its end'),
  msPerTrace: figure('ms/trace', 3, 'less', 'milliseconds for each trace'),
  rssMB: figure('RSS MB', 0, 'less', 'resident memory at the end'),
  peakMB: figure('peak MB', 0, 'less', 'the most resident memory'),
  serverCpu: figure('CPU %', 0, 'neither', "the controller's share of its core"),
  loadCpu: figure(
    'load %',
    0,
    'neither',
    "the load generator's share of its core: near 100 it is what limits the speed",
  ),
};
