import { Fault } from './fault.js';
import type { Setting } from './life.js';
import { Random } from './random.js';
import { comeToRest } from './rest.js';
import { Generator, settingFor } from './schedule.js';
import { shrunk } from './shrink.js';
import type { Step } from './steps.js';
import { World } from './world.js';

/** How many steps there are in a schedule. */
export const STEPS = 300;

/** What happened, and what was wrong with it. */
export interface Outcome {
  readonly setting: Setting;
  readonly steps: readonly Step[];
  /** Undefined where nothing was. */
  readonly fault: string | undefined;
  readonly octets: number;
}

/** The schedule of a seed. */
export function runSeed(seed: number, length = STEPS): Promise<Outcome> {
  const random = new Random(seed);
  const setting = settingFor(random);
  const steps: Step[] = [];
  return runIn(setting, seed, steps, async (world) => {
    const generator = new Generator(random, world);
    while (steps.length < length) {
      const step = generator.next();
      steps.push(step);
      await world.take(step);
    }
  });
}

/** A schedule as it is given. */
export function runSteps(setting: Setting, seed: number, steps: readonly Step[]): Promise<Outcome> {
  return runIn(setting, seed, steps, async (world) => {
    for (const step of steps) await world.take(step);
  });
}

async function runIn(
  setting: Setting,
  seed: number,
  steps: readonly Step[],
  act: (world: World) => Promise<void>,
): Promise<Outcome> {
  const world = new World(setting, seed);
  const outcome = (fault: string | undefined): Outcome => ({ setting, steps, fault, octets: world.octets });
  try {
    await world.begin();
    await act(world);
    await comeToRest(world);
    return outcome(undefined);
  } catch (failure) {
    return outcome(
      failure instanceof Fault ? failure.message : String(failure instanceof Error ? failure.stack : failure),
    );
  }
}

/** What is thrown where a schedule fails: the shortest list of steps found that fails too, to be pasted into a test. */
export async function report(seed: number, { setting, steps, fault }: Outcome): Promise<string> {
  const fails = async (some: readonly Step[]): Promise<boolean> =>
    kindOf((await runSteps(setting, seed, some)).fault) === kindOf(fault);
  const few = await shrunk(steps, fails);
  const again = await runSteps(setting, seed, few);
  const lines = few.map((step) => `  ${JSON.stringify(step)},`).join('\n');
  return [
    `seed ${seed} failed after ${steps.length} steps: ${String(fault)}`,
    `${few.length} steps are enough for: ${String(again.fault)}`,
    `runSteps(${JSON.stringify(setting)}, ${seed}, [\n${lines}\n]);`,
  ].join('\n');
}

/** A fault without the numbers in it. */
function kindOf(fault: string | undefined): string | undefined {
  return fault?.replace(/\d+/g, '#');
}
