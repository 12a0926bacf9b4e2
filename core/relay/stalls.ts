import type { Clock, Timer } from '../contract/clock.js';

/** Within so many milliseconds what was spent comes back. */
const REFILL = 60_000;
/** A timer runs no longer than this: far away times are too much for it. */
const LONGEST_TIMER = 60_000;
/** All users of an instance have so many times together what one of them has. */
const TOGETHER = 1.25;

/** A client that may hold up its instance. */
export interface Staller {
  /** Whose it is: all clients of one user spend the same time. */
  readonly user: string;
  /** There is no time left for it: disconnects it. */
  tooSlow(): void;
}

/** Milliseconds that may be spent. What was spent comes back slowly, while nothing is. */
class Budget {
  readonly #most: number;
  #left: number;
  #since: number;
  #isSpent = false;
  /** How many clients pause the instance on it. */
  stallers = 0;

  constructor(most: number, now: number) {
    this.#most = this.#left = most;
    this.#since = now;
  }

  left(now: number): number {
    const passed = now - this.#since;
    if (this.#isSpent) return Math.max(0, this.#left - passed);
    return Math.min(this.#most, this.#left + (passed * this.#most) / REFILL);
  }

  spend(isSpent: boolean, now: number): void {
    this.#left = this.left(now);
    this.#since = now;
    this.#isSpent = isSpent;
  }

  /** Whether it is as good as a new one. */
  isFull(now: number): boolean {
    return this.stallers === 0 && this.left(now) >= this.#most;
  }
}

/**
 * The clients that hold up one instance, and the time for which they may while others wait for it: so much for each user,
 * and little more for all together. It belongs to the user, so leaving and coming again brings no more of it.
 */
export class Stalls {
  readonly #clock: Clock;
  readonly #most: number;
  readonly #all: Budget;
  /** Those that have spent anything. */
  readonly #users = new Map<string, Budget>();
  readonly #stallers = new Set<Staller>();
  #isShared = false;
  #timer: Timer | undefined;

  /** @param most milliseconds that each user has */
  constructor(clock: Clock, most: number) {
    this.#clock = clock;
    this.#most = most;
    this.#all = new Budget(most * TOGETHER, clock.now());
  }

  /** Whether anybody holds up the instance. */
  get any(): boolean {
    return this.#stallers.size > 0;
  }

  /** A client is about to hold up the instance. @returns false where there is no time left for it: it may not */
  begin(staller: Staller): boolean {
    const now = this.#clock.now();
    const budget = this.#budgetOf(staller, now);
    if (this.#isShared && this.#left(budget, now) <= 0) return false;
    this.#stallers.add(staller);
    budget.stallers++;
    this.#spend(budget, now);
    this.#watch(now);
    return true;
  }

  /** The client holds up the instance no more. */
  end(staller: Staller): void {
    if (!this.#stallers.delete(staller)) return;
    const now = this.#clock.now();
    const budget = this.#budgetOf(staller, now);
    budget.stallers--;
    this.#spend(budget, now);
    if (!this.any) this.#stopWatch();
  }

  /** Whether others wait for a client that holds up the instance. If so, time is spent from now on. */
  share(isShared: boolean): void {
    if (this.#isShared === isShared) return;
    this.#isShared = isShared;
    if (!this.any) return;
    const now = this.#clock.now();
    for (const budget of this.#users.values()) this.#spend(budget, now);
    this.#endOverdue(now);
  }

  /** Forgets users who have all their time again. Called now and then. */
  forget(): void {
    if (this.#users.size === 0) return;
    const now = this.#clock.now();
    for (const [user, budget] of this.#users) if (budget.isFull(now)) this.#users.delete(user);
  }

  #budgetOf({ user }: Staller, now: number): Budget {
    const known = this.#users.get(user);
    if (known !== undefined) return known;
    const fresh = new Budget(this.#most, now);
    this.#users.set(user, fresh);
    return fresh;
  }

  #left(budget: Budget, now: number): number {
    return Math.min(budget.left(now), this.#all.left(now));
  }

  #spend(budget: Budget, now: number): void {
    budget.spend(this.#isShared && budget.stallers > 0, now);
    this.#all.spend(this.#isShared && this.any, now);
  }

  /** One timer, for the next of them whose time will be up. */
  #watch(now: number): void {
    this.#stopWatch();
    if (!this.any || !this.#isShared) return;
    const spent = [...this.#users.values()].filter(({ stallers }) => stallers > 0);
    const next = Math.min(...spent.map((budget) => this.#left(budget, now)));
    this.#timer = this.#clock.after(Math.min(Math.ceil(next), LONGEST_TIMER), () =>
      this.#endOverdue(this.#clock.now()),
    );
  }

  #stopWatch(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #endOverdue(now: number): void {
    const overdue = this.#isShared ? [...this.#stallers].filter((one) => this.#isOverdue(one, now)) : [];
    for (const staller of overdue) staller.tooSlow();
    this.#watch(now);
  }

  #isOverdue(staller: Staller, now: number): boolean {
    return this.#left(this.#budgetOf(staller, now), now) <= 0;
  }
}
