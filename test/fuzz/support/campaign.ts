import { inputOf } from './mutate.js';
import type { Target } from './target.js';

/** Milliseconds that one batch may take; far more than any does on a busy machine. */
const SLOWEST = 10_000;

/** What a target was given that it did not stand. */
export interface Fault {
  readonly target: string;
  readonly input: Buffer;
  readonly why: unknown;
}

/** Runs inputs `from` to `to` of a seed. @returns the first fault, as small as it could be made */
export async function campaign(target: Target, seed: number, from: number, to: number): Promise<Fault | undefined> {
  for (let at = from; at < to; at += target.together) {
    const count = Math.min(target.together, to - at);
    const inputs = Array.from({ length: count }, (_, index) => inputOf(target.seeds, seed, at + index));
    const why = await faultOf(target, inputs);
    if (why !== undefined) return smallest(target, inputs, why);
    await new Promise((resolve) => setImmediate(resolve)); // what was put off has its turn
  }
  return undefined;
}

async function faultOf(target: Target, inputs: readonly Buffer[]): Promise<Error | undefined> {
  const start = performance.now();
  try {
    await target.run(inputs);
  } catch (failure) {
    return failure instanceof Error ? failure : new Error(String(failure));
  }
  const took = performance.now() - start;
  return took > SLOWEST ? new Error(`it took ${Math.round(took)} ms`) : undefined;
}

/** The one input of a batch that is to blame, then without all that it can do without. */
async function smallest(target: Target, inputs: readonly Buffer[], why: Error): Promise<Fault> {
  for (const input of inputs) {
    const alone = await faultOf(target, [input]);
    if (alone !== undefined) return { target: target.name, ...(await shrunk(target, input, alone)) };
  }
  return { target: target.name, input: Buffer.concat(inputs), why };
}

async function shrunk(target: Target, input: Buffer, why: Error): Promise<Pick<Fault, 'input' | 'why'>> {
  let best = { input, why };
  for (let size = input.length >> 1; size > 0; size >>= 1) {
    for (let at = 0; at < best.input.length;) {
      const less = Buffer.concat([best.input.subarray(0, at), best.input.subarray(at + size)]);
      const still = await faultOf(target, [less]);
      if (still === undefined) at += size;
      else best = { input: less, why: still };
    }
  }
  return best;
}
