import type { LogLine, SimScamper, TestBench } from '../../../testing/index.js';

/** Waits until the controller has refused a connection and closed it. @returns what it logged of that */
export async function refused(bench: TestBench, scamper: SimScamper): Promise<LogLine> {
  const line = await bench.log.waitFor('connection.refused');
  await scamper.closed;
  return line;
}
