import { type Channel, ClientError } from '../../../../client/index.js';

/** Traces to an address for ten seconds at most. @returns what was found by then; nothing where scamper refuses */
export async function traceFor(channel: Channel, address: string, limit = 10_000): Promise<Buffer[]> {
  const found: Buffer[] = [];
  const signal = AbortSignal.timeout(limit);
  try {
    for await (const { warts } of channel.run(`trace ${address}`, { signal })) found.push(warts);
  } catch (failure) {
    const refused = failure instanceof ClientError && failure.code === 'SCR_COMMAND_REFUSED';
    if (!refused && !signal.aborted) throw failure;
  }
  return found;
}
