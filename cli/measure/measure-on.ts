import { setMaxListeners } from 'node:events';
import { type Channel, ClientError, type Fleet, type VantagePoint } from '../../client/index.js';
import { ScrError } from '../../core/contract/errors.js';
import { cliErrors } from '../errors.js';
import { inWords, isOfController } from '../fleet/command.js';
import { exitCodes } from '../fleet/exit-codes.js';
import type { Stop } from '../fleet/stop.js';
import { atMost } from './at-most.js';
import type { Progress } from './progress.js';
import type { Sink } from './sinks.js';

/** What is to be done on each VP. */
export interface Plan {
  readonly fleet: Fleet;
  readonly commands: readonly string[];
  readonly sinks: readonly Sink[];
  /** Whether it must be known which command each result belongs to. */
  readonly exact: boolean;
  /** Milliseconds that each VP may take. */
  readonly timeout: number | undefined;
  readonly stop: Stop;
  readonly progress: Progress;
}

/** Commands of one VP that are on their way; scamper takes as many of them at a time as it likes. */
const WINDOW = 256;

/** Measures on one VP, from its turn to its end. Never rejects. */
export async function measureOn(vp: VantagePoint, plan: Plan): Promise<void> {
  const answered = await new Turn(vp, plan).take();
  if (!plan.stop.signal.aborted) plan.progress.done(answered);
}

class Turn {
  readonly #vp: VantagePoint;
  readonly #plan: Plan;
  /** Its time is up. */
  readonly #limit: AbortSignal | undefined;
  /** That, or everything stops. */
  readonly #signal: AbortSignal;
  #failed = false;
  /** Nothing more can be done on this VP. */
  #over = false;

  constructor(vp: VantagePoint, plan: Plan) {
    this.#vp = vp;
    this.#plan = plan;
    this.#limit = plan.timeout === undefined ? undefined : AbortSignal.timeout(plan.timeout);
    this.#signal = this.#limit === undefined ? plan.stop.signal : AbortSignal.any([plan.stop.signal, this.#limit]);
    setMaxListeners(0, this.#signal); // each command on its way is one
  }

  /** @returns whether the VP answered to all */
  async take(): Promise<boolean> {
    try {
      for (const sink of this.#plan.sinks) sink.begin?.(this.#vp);
      await this.#measure();
    } catch (failure) {
      this.#fail(failure);
    }
    return !this.#failed;
  }

  async #measure(): Promise<void> {
    const { fleet, exact, commands } = this.#plan;
    const channel = fleet.open(this.#vp, { exact });
    await atMost(WINDOW, commands, (command) => this.#run(command, channel));
    if (this.#over || this.#signal.aborted) channel.close();
    else await this.#finish(channel);
  }

  async #run(command: string, channel: Channel): Promise<void> {
    if (this.#over) return;
    try {
      this.#signal.throwIfAborted();
      for await (const { warts } of channel.run(command, { signal: this.#signal })) {
        this.#plan.progress.results++;
        for (const sink of this.#plan.sinks) await sink.add({ vp: this.#vp, command, warts }, channel);
      }
    } catch (failure) {
      this.#fail(failure);
    }
  }

  /** All results are there by now: where the channel ends otherwise, only the end of a warts file is missing, which need not be. */
  async #finish(channel: Channel): Promise<void> {
    const leave = (): void => channel.close();
    this.#signal.addEventListener('abort', leave);
    const trailer = await channel.finish().catch(() => undefined);
    this.#signal.removeEventListener('abort', leave);
    if (trailer === undefined) return;
    for (const sink of this.#plan.sinks) await sink.end?.(this.#vp, channel, trailer);
  }

  /** What ends more than one command is told once. */
  #fail(failure: unknown): void {
    const { stop, progress } = this.#plan;
    this.#failed = true;
    if (this.#over) return;
    this.#over = !isRefusal(failure);
    if (stop.signal.aborted) return;
    if (isOfResults(failure)) stop.now(exitCodes.usage, failure);
    else if (isOfController(failure)) stop.now(exitCodes.noController, failure);
    else if (this.#limit?.aborted === true) progress.tell(new ScrError(cliErrors.SCR_VP_SLOW, this.#vp.name).explain());
    else progress.tell(inWords(failure));
  }
}

/** The others go on. */
function isRefusal(failure: unknown): boolean {
  return failure instanceof ClientError && failure.code === 'SCR_COMMAND_REFUSED';
}

/** Nobody can go on. */
function isOfResults(failure: unknown): failure is ScrError {
  return failure instanceof ScrError && failure.code === cliErrors.SCR_RESULTS_FILE.code;
}
