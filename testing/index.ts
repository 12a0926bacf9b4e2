/** What plugins are tested with: a real controller, simulated scampers, clients and time. Works under any test runner. */
export { FakeClock, settle } from './fake-clock.js';
export { type TestBench, startBench } from './harness.js';
export { memoryPair } from './memory-pair.js';
export { type MemoryTransport, memoryTransport } from './memory-transport.js';
export { type RealBench, type RealScamper, type RealScamperOptions, startRealBench } from './real-bench.js';
export { type Measurement, skipReal } from './real-programs.js';
export { SimClient } from './sim-client.js';
export {
  type Received,
  type ReceivedOf,
  type Script,
  SimScamper,
  type SimScamperOptions,
  answering,
  silent,
} from './sim-scamper.js';
export { type LogLine, TestLog } from './test-log.js';
