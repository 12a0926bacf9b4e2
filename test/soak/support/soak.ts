import { setTimeout as sleep } from 'node:timers/promises';
import type { Heap } from '../../../bench/load/meter.js';
import { Counts } from './counts.js';
import { Daemon } from './daemon.js';
import { Fleet } from './fleet.js';
import { type Flatness, bounds, flatnessOf, growing } from './flatness.js';
import { LogWatch } from './log-watch.js';
import { type Plan, ZOMBIE } from './plan.js';
import { type Sample, Sampler } from './samples.js';

/** Seconds in which all that is under way must end when nothing new begins, beyond the time for which an instance is kept. */
const REST = 60;
/** Seconds in which a fleet must be busy again after a restart, on however slow a machine. */
const BUSY = 120;
/** Seconds in which a stop must be over. */
const STOP = 5;

/** What came of a soak. */
export interface Outcome {
  readonly samples: readonly Sample[];
  readonly counts: Counts;
  /** Lines of the controller's log by their codes. */
  readonly codes: Readonly<Record<string, number>>;
  readonly recalled: number;
  readonly flatness: readonly Flatness[];
  /** Ends of the controller, in seconds from the start. */
  readonly restarts: readonly number[];
  /** Descriptors that there were in the end, and that there should have been. */
  readonly descriptors: readonly [number, number];
  /** Seconds that the last stop took. */
  readonly stop: number;
  /** Why it failed; empty: it did not. */
  readonly reasons: readonly string[];
}

/** One run, from the first start of the controller to its last stop. */
export class Soak {
  readonly #counts = new Counts();
  readonly #samples: Sample[] = [];
  readonly #restarts: number[] = [];
  readonly #reasons: string[] = [];
  readonly #plan: Plan;
  readonly #daemon: Daemon;
  readonly #watch: LogWatch;
  readonly #tell: (sample: Sample) => void;
  readonly #begun = performance.now();
  /** The fleet is busy after the last restart that is planned. */
  #restarted = false;

  private constructor(plan: Plan, daemon: Daemon, tell: (sample: Sample) => void) {
    this.#plan = plan;
    this.#daemon = daemon;
    this.#watch = new LogWatch(daemon.log);
    this.#tell = tell;
  }

  /** @param tell told of each sample */
  static async run(plan: Plan, seed: number, folder: string, tell: (sample: Sample) => void): Promise<Outcome> {
    const daemon = await Daemon.prepare(folder, ZOMBIE);
    return new Soak(plan, daemon, tell).#run(seed);
  }

  async #run(seed: number): Promise<Outcome> {
    const daemon = this.#daemon;
    await daemon.start();
    const base = daemon.descriptors;
    const fleet = new Fleet(this.#plan, daemon, this.#counts, seed);
    await Promise.all([this.#sampling(fleet), this.#restarting(fleet), this.#reloading()]);
    await this.#toRest(fleet);
    const expected = base + 2 * fleet.connected;
    await this.#until(5, () => daemon.descriptors === expected);
    const descriptors = [daemon.descriptors, expected] as const;
    const { code, seconds } = await daemon.stop();
    fleet.close();
    this.#watch.read();
    const flatness = this.#flatness();
    this.#judge(flatness, descriptors, code, seconds);
    return {
      samples: this.#samples,
      counts: this.#counts,
      codes: Object.fromEntries(this.#watch.codes),
      recalled: this.#watch.recalled,
      flatness,
      restarts: this.#restarts,
      descriptors,
      stop: seconds,
      reasons: this.#reasons,
    };
  }

  get #seconds(): number {
    return (performance.now() - this.#begun) / 1000;
  }

  get #isOver(): boolean {
    return (this.#restarted && this.#seconds >= this.#plan.seconds) || this.#daemon.hasDied;
  }

  async #sampling(fleet: Fleet): Promise<void> {
    const { sampleEvery, heapEvery } = this.#plan;
    const sampler = new Sampler(this.#daemon, fleet, this.#counts);
    for (let heapAt = heapEvery, next = sampleEvery; !this.#isOver; next += sampleEvery) {
      await sleep(Math.max(1, 1000 * (next - this.#seconds)));
      const isDue = this.#seconds >= heapAt && !this.#daemon.isDown;
      if (isDue) heapAt += heapEvery;
      this.#watch.read();
      const sample = sampler.take(this.#seconds, isDue ? await this.#heap() : undefined);
      this.#samples.push(sample);
      this.#tell(sample);
    }
    if (this.#daemon.hasDied) this.#reasons.push('the controller ended by itself');
  }

  async #heap(): Promise<Heap | undefined> {
    try {
      return await this.#daemon.heap();
    } catch {
      return undefined; // it was killed meanwhile
    }
  }

  async #restarting(fleet: Fleet): Promise<void> {
    for (const [index, at] of this.#plan.restarts.entries()) {
      await sleep(Math.max(0, 1000 * (at - this.#seconds)));
      await this.#untilBusy(fleet);
      if (this.#daemon.hasDied) return;
      this.#restarts.push(this.#seconds);
      if (index % 2 === 0) await this.#kill();
      else await this.#stop();
      await this.#daemon.start();
    }
    await this.#untilBusy(fleet);
    this.#restarted = true;
  }

  /** Whatever the time: a controller that nobody uses has nothing to lose at its end. */
  async #untilBusy(fleet: Fleet): Promise<void> {
    const { instances } = this.#plan;
    const { answers } = this.#counts;
    const isBusy = (): boolean => fleet.connected > 0.9 * instances && this.#counts.answers >= answers + instances;
    await this.#until(BUSY, isBusy);
    if (!isBusy())
      this.#reasons.push(`after ${BUSY} s only ${fleet.connected} instances were back, or nothing was answered`);
  }

  async #kill(): Promise<void> {
    this.#counts.kills++;
    await this.#daemon.kill();
  }

  async #stop(): Promise<void> {
    this.#counts.stops++;
    const { code, seconds } = await this.#daemon.stop();
    if (code !== 0 || seconds > STOP)
      this.#reasons.push(`a stop took ${seconds.toFixed(1)} s, exit code ${String(code)}`);
  }

  async #reloading(): Promise<void> {
    while (!this.#isOver) {
      await sleep(1000 * Math.min(this.#plan.reloadEvery, Math.max(1, this.#plan.seconds - this.#seconds)));
      if (!this.#daemon.isDown) this.#reload();
    }
  }

  #reload(): void {
    this.#counts.reloads++;
    this.#daemon.reload();
  }

  /** Everybody is back, all that was asked is answered, and everybody leaves. */
  async #toRest(fleet: Fleet): Promise<void> {
    fleet.end();
    const limit = ZOMBIE + REST;
    const isAtRest = (): boolean =>
      fleet.conversations.size === 0 && fleet.connected === this.#plan.instances && fleet.callers === 0;
    await this.#until(limit, isAtRest);
    if (!isAtRest()) {
      const { connected, conversations } = fleet;
      this.#reasons.push(`in the end ${connected} instances are there, and ${conversations.size} clients still wait`);
    }
    fleet.leaveMuxes();
    await this.#until(limit, () => fleet.unfinished === 0);
    if (fleet.unfinished > 0) this.#reasons.push(`in the end ${fleet.unfinished} instances have unfinished channels`);
  }

  async #until(limit: number, condition: () => boolean): Promise<void> {
    const end = this.#seconds + limit;
    while (!condition() && this.#seconds < end && !this.#daemon.hasDied) await sleep(100);
  }

  #flatness(): Flatness[] {
    const measures = Object.keys(bounds) as (keyof typeof bounds)[];
    return measures.flatMap((measure) => flatnessOf(this.#samples, measure, this.#plan.steadyFrom) ?? []);
  }

  #judge(
    flatness: readonly Flatness[],
    [there, expected]: readonly [number, number],
    code: number | null,
    stop: number,
  ) {
    const { faults, unanswered, resumed } = this.#counts;
    const { errors } = this.#watch;
    const must = (isSo: boolean, otherwise: string): void => void (isSo || this.#reasons.push(otherwise));
    must(faults.length === 0, `${faults.length} faults, the first: ${faults[0] ?? ''}`);
    must(unanswered === 0, `${unanswered} of those that called, ${resumed} to resume, were not answered`);
    must(errors.length === 0, `${errors.length} errors in the log, the first: ${errors[0] ?? ''}`);
    must(there === expected, `${there} descriptors are open in the end, ${expected} should be`);
    must(code === 0 && stop <= STOP, `the last stop took ${stop.toFixed(1)} s, exit code ${String(code)}`);
    const left = this.#daemon.leftovers;
    must(left.length === 0, `${left.length} sockets are left: ${left[0] ?? ''}`);
    for (const { measure, second, last } of growing(flatness)) {
      this.#reasons.push(`${measure} grows: ${second.toFixed(2)} in the second third, ${last.toFixed(2)} in the last`);
    }
  }
}
