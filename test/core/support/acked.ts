import { type SimScamper, settle } from '../../../testing/index.js';

/** Resolves when the controller has acknowledged so many messages of the scamper. */
export async function acked(scamper: SimScamper, count: number): Promise<void> {
  const sofar = (): number => scamper.received.filter(({ type }) => type === 'ack').length;
  for (let turn = 0; turn < 500 && sofar() < count; turn++) await settle(1);
  if (sofar() < count) throw new Error(`${sofar()} of ${count} messages are acknowledged: ${scamper.violation ?? ''}`);
}
