import { Random } from '../../model/support/random.js';
import { call, strangers } from '../../fuzz/hostile/strangers.js';
import { Random as StrangersRandom } from '../../fuzz/support/random.js';
import { Conversation, type Manner, type Talk } from './conversation.js';
import type { Counts } from './counts.js';
import type { Daemon } from './daemon.js';
import type { Plan } from './plan.js';
import { Program } from './program.js';
import { VantagePoint } from './vantage-point.js';
import { World } from './world.js';

/** Programs on the mux at a time, beside that of the probes. */
const PROGRAMS = 3;
/** Of each instance within a minute: how often it is cut, and how often one leaves for good and another comes. */
const CUTS = 0.3;
const LEAVES = 0.03;
/** Strangers within a second. */
const STRANGERS = 2;
/** Milliseconds from one request of a probe to the next. */
const PROBE_EVERY = 250;

const probe: Manner = { rounds: Infinity, answer: 400, think: PROBE_EVERY, end: 'finish', rest: 0 };

/** All that goes on around the controller, by chance. */
export class Fleet {
  readonly #world: World;
  readonly #talk: Talk;
  readonly #random: Random;
  readonly #strange: StrangersRandom;
  /** Those that have not left. */
  vantagePoints: VantagePoint[] = [];
  readonly conversations = new Set<Conversation>();
  #programs: Program[] = [];
  #probing: Program | undefined;
  /** Times of answers to probes since they were taken last, in milliseconds. */
  #times: number[] = [];
  #vps = 0;
  #callers = 0;
  #isEnding = false;
  readonly #ticker: NodeJS.Timeout;
  #tickedAt = performance.now();

  constructor(
    readonly plan: Plan,
    readonly daemon: Daemon,
    readonly counts: Counts,
    seed: number,
  ) {
    this.#random = new Random(seed);
    this.#strange = new StrangersRandom(seed);
    this.#world = new World(daemon, counts);
    const { up, down } = this.#world;
    this.#talk = { up, down, daemon, counts, guard: (task) => this.#guard(task) };
    for (let index = 0; index < plan.instances; index++) this.#add();
    this.#ticker = setInterval(() => this.#tick(), 100);
  }

  #guard(task: () => void): void {
    try {
      task();
    } catch (failure) {
      this.counts.fault(failure instanceof Error ? failure.message : String(failure));
    }
  }

  #add(): void {
    const vantagePoint = new VantagePoint(this.#vps++, {
      world: this.#world,
      daemon: this.daemon,
      counts: this.counts,
      guard: this.#talk.guard,
      below: (limit) => this.#random.below(limit),
      away: this.plan.away * 1000,
    });
    this.vantagePoints.push(vantagePoint);
    setTimeout(() => vantagePoint.dial(), this.#random.below(2_000));
  }

  // ---- what is seen

  get connected(): number {
    return this.vantagePoints.filter(({ isOn }) => isOn).length;
  }

  /** Channels that instances have not finished, and messages that were not taken. */
  get unfinished(): number {
    return this.vantagePoints.filter(({ scamper }) => scamper.channels.size > 0 || !scamper.isQuiet).length;
  }

  get callers(): number {
    return this.#callers;
  }

  takeTimes(): number[] {
    return this.#times.splice(0);
  }

  // ---- what happens

  #tick(): void {
    const now = performance.now();
    const seconds = (now - this.#tickedAt) / 1000;
    this.#tickedAt = now;
    for (const { scamper } of this.vantagePoints) scamper.tick();
    for (const one of this.conversations) this.#guard(() => one.look());
    this.#programs = this.#programs.filter(({ isOver }) => !isOver);
    if (this.#isEnding || this.daemon.isDown) return;
    this.#probe();
    this.#converse();
    this.#often((this.plan.instances * CUTS * seconds) / 60, () => this.#cut());
    this.#often((this.plan.instances * LEAVES * seconds) / 60, () => this.#replace());
    this.#often(STRANGERS * seconds, () => void this.#stranger());
    this.#often((PROGRAMS * seconds) / 30, () => this.#programs.shift()?.leave());
    this.#often((PROGRAMS * seconds) / 20, () => this.#programs[0]?.rest(500 + this.#random.below(1_500)));
  }

  /** So many times on average. */
  #often(times: number, task: () => void): void {
    for (let left = times; left > 0; left--) if (this.#random.chance(Math.min(1, left))) task();
  }

  #unsteady(): VantagePoint | undefined {
    const { steady } = this.plan;
    const { length } = this.vantagePoints;
    return length > steady ? this.vantagePoints[steady + this.#random.below(length - steady)] : undefined;
  }

  #cut(): void {
    this.#unsteady()?.cut(this.#random.chance(0.2));
  }

  #replace(): void {
    const leaver = this.#unsteady();
    if (leaver?.isOn !== true) return;
    leaver.leave();
    this.vantagePoints = this.vantagePoints.filter((one) => one !== leaver);
    this.#add();
  }

  async #stranger(): Promise<void> {
    const names = Object.keys(strangers);
    const stranger = strangers[names[this.#strange.below(names.length)] ?? ''];
    if (stranger === undefined) return;
    this.counts.strangers++;
    this.#callers++;
    await call({ port: this.daemon.port, speaks: 'tcp' }, stranger, this.#strange);
    this.#callers--;
  }

  // ---- clients

  #probe(): void {
    if (this.#probing === undefined || this.#probing.isOver) this.#probing = new Program(this.#talk);
    const probed = new Set(
      [...this.conversations].filter(({ manner }) => manner === probe).map((one) => one.vantagePoint),
    );
    this.vantagePoints.slice(0, this.plan.steady).forEach((vantagePoint, index) => {
      if (probed.has(vantagePoint) || !vantagePoint.isOn) return;
      const program = index % 3 === 0 ? this.#probing : undefined;
      this.#begin(vantagePoint, probe, program).onAnswer = (time) => this.#times.push(time);
    });
  }

  #converse(): void {
    while (this.#programs.length < PROGRAMS) this.#programs.push(new Program(this.#talk));
    const missing = this.plan.conversations - this.conversations.size;
    for (let count = 0; count < Math.min(missing, 1 + this.plan.conversations / 20); count++) {
      const vantagePoint = this.#unsteady();
      if (vantagePoint?.isOn !== true) continue;
      const program = this.#random.chance(0.3) ? this.#random.pick(this.#programs) : undefined;
      this.#begin(vantagePoint, this.#manner(program !== undefined), program);
    }
  }

  #begin(vantagePoint: VantagePoint, manner: Manner, through: Program | undefined): Conversation {
    const program = through?.knows(vantagePoint.scamper.name) === true ? through : undefined;
    const conversation = new Conversation(this.#talk, vantagePoint, manner, () => {
      this.conversations.delete(conversation);
    });
    this.conversations.add(conversation);
    if (program === undefined) conversation.join();
    else program.open(conversation);
    return conversation;
  }

  #manner(onMux: boolean): Manner {
    const random = this.#random;
    const end = random.pick(['finish', 'done', 'leave'] as const);
    const kind = random.below(100);
    const small = { answer: 40 + random.below(2_000), rest: 0, end };
    if (kind < 60) return { ...small, rounds: 2 + random.below(9), think: 200 + random.below(2_000) };
    if (kind < 80) return { ...small, rounds: 2 + random.below(6), think: 5_000 };
    if (kind === 99 && !onMux)
      return { answer: 8_000_000, rounds: 2, think: 500, rest: 1_000 + random.below(20_000), end: 'finish' };
    const bulk = { answer: 50_000 + random.below(400_000), rounds: 1 + random.below(3), think: 500 };
    if (kind < 95 || onMux) return { ...bulk, rest: 0, end };
    return { ...bulk, rest: 1_000 + random.below(5_000), end: 'finish' };
  }

  // ---- the end

  /** Nothing new begins, and what is under way comes to its end. */
  end(): void {
    this.#isEnding = true;
    for (const one of this.conversations) if (one.manner === probe) one.finish();
  }

  /** Programs of the mux leave, when their conversations are over. */
  leaveMuxes(): void {
    for (const program of this.#programs) program.leave();
    this.#probing?.leave();
  }

  close(): void {
    clearInterval(this.#ticker);
  }
}
