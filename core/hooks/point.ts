import { AsyncSeriesBailHook, SyncBailHook, SyncWaterfallHook } from 'tapable';
import type { Clock } from '../contract/clock.js';
import { ScrError, errors } from '../contract/errors.js';
import type { PluginHook, TapOptions } from '../contract/hooks.js';
import { type GuardedTap, type ResultRule, callMaybeAsync, callSync } from './guard.js';
import { type MaybePromise, outcomeOf, whenKnown } from './maybe.js';
import { type Placed, inOrder, placeOf } from './order.js';

const tapOptions: readonly string[] = ['before', 'place', 'timeLimit'] satisfies (keyof TapOptions)[];

/** One that is misspelt would do nothing, without a word. */
function assertKnown(options: TapOptions, hook: string): void {
  const unknown = Object.keys(options).find((option) => !tapOptions.includes(option));
  if (unknown === undefined) return;
  throw new TypeError(`${hook}.tap: there is no option ${unknown}; known are ${tapOptions.join(', ')}`);
}

interface Tap<Handler> extends GuardedTap, Placed {
  readonly handler: Handler;
}

/** Unless a tap says otherwise, in milliseconds. */
export const DEFAULT_TIME_LIMIT = 30_000;

/**
 * A hook, and what a plugin sees of it. Taps are collected during setup and registered with tapable when all
 * are known: tapable would move a tap with a misspelt `before` to the front without a word.
 */
abstract class HookPoint<Handler> {
  #taps: Tap<Handler>[] = [];
  #sealed = false;

  constructor(readonly name: string) {}

  /** The plugins that tapped this hook, in the order in which their handlers run. */
  get tappedBy(): readonly string[] {
    return this.#taps.map((tap) => tap.plugin);
  }

  hookFor(plugin: string): PluginHook<Handler> {
    return {
      tap: (...args: [Handler] | [TapOptions, Handler]) => {
        const [options, handler] = args.length === 1 ? [{}, args[0]] : args;
        this.#add(plugin, options, handler);
      },
    };
  }

  #add(plugin: string, options: TapOptions, handler: Handler): void {
    const at = { plugin, hook: this.name };
    if (this.#sealed) throw new ScrError(errors.SCR_HOOK_LATE_TAP, `${plugin}, ${this.name}`, at);
    if (typeof handler !== 'function') throw new TypeError(`the handler of ${this.name} is not a function`);
    assertKnown(options, this.name);
    const before = typeof options.before === 'string' ? [options.before] : (options.before ?? []);
    const timeLimit = options.timeLimit ?? DEFAULT_TIME_LIMIT;
    this.#taps.push({ plugin, hook: this.name, before, place: placeOf(options, this.name), timeLimit, handler });
  }

  /** Orders and registers the handlers; no more can come. @throws ScrError SCR_PLUGIN_BEFORE, SCR_PLUGIN_ORDER */
  seal(plugins: ReadonlySet<string>): void {
    this.#sealed = true;
    for (const tap of this.#taps) {
      const unknown = tap.before.find((name) => !plugins.has(name));
      if (unknown === undefined) continue;
      const detail = `${tap.plugin}, ${this.name}: ${unknown}`;
      throw new ScrError(errors.SCR_PLUGIN_BEFORE, detail, { plugin: tap.plugin, hook: this.name });
    }
    this.#taps = inOrder(this.inRunningOrder(this.#taps));
    for (const tap of this.#taps) this.register(tap);
  }

  /** Overridden by hooks whose handlers run last to first. */
  protected inRunningOrder(taps: readonly Tap<Handler>[]): readonly Tap<Handler>[] {
    return taps;
  }

  protected abstract register(tap: Tap<Handler>): void;
}

export interface AsyncPointRules<Handler, Args extends unknown[], Result> extends ResultRule {
  /** Calls one handler with its share of the arguments. */
  readonly call: (handler: Handler, args: Args, plugin: string) => unknown;
  /** Turns what a plugin's handler returned into the hook's result; a result other than undefined ends the series. */
  readonly fold?: (value: unknown, plugin: string, ...args: Args) => Result | undefined;
  /** Given what a handler returned after its time was up. */
  readonly late?: (value: unknown, plugin: string) => unknown;
  /** Takes a handler's failure, so that the others still run; without it the failure ends the series. */
  readonly onFailure?: (failure: unknown, ...args: Args) => void;
  /** True to run the handlers last to first. */
  readonly reverse?: boolean;
}

/** Handlers one after the other, asynchronous or not. */
export class AsyncPoint<Handler, Args extends unknown[], Result = undefined> extends HookPoint<Handler> {
  readonly #hook = new AsyncSeriesBailHook<[Args], Result | undefined>(['args']);
  readonly #rules: AsyncPointRules<Handler, Args, Result>;
  readonly #clock: Clock;

  constructor(name: string, clock: Clock, rules: AsyncPointRules<Handler, Args, Result>) {
    super(name);
    this.#rules = rules;
    this.#clock = clock;
  }

  protected override inRunningOrder(taps: readonly Tap<Handler>[]): readonly Tap<Handler>[] {
    return this.#rules.reverse === true ? [...taps].reverse() : taps;
  }

  protected register(tap: Tap<Handler>): void {
    this.#hook.tapAsync(tap.plugin, (args, done) => tellOf<Result | undefined>(() => this.#call(tap, args), done));
  }

  /** One handler's share of the result, its failure taken where the hook takes failures. */
  #call(tap: Tap<Handler>, args: Args): MaybePromise<Result | undefined> {
    const { call, fold, late } = this.#rules;
    try {
      const value = callMaybeAsync(tap, this.#rules, this.#clock, () => call(tap.handler, args, tap.plugin), late);
      const share = whenKnown(value, (known) => fold?.(known, tap.plugin, ...args));
      return share instanceof Promise ? share.catch((failure: unknown) => this.#failed(failure, args)) : share;
    } catch (failure) {
      this.#failed(failure, args);
      return;
    }
  }

  #failed(failure: unknown, args: Args): undefined {
    const { onFailure } = this.#rules;
    if (onFailure === undefined) throw failure;
    onFailure(failure, ...args);
    return undefined;
  }

  /**
   * Runs the handlers. A promise only where one of them is asynchronous.
   * @throws the first failure, unless the hook takes failures; a promise rejects with it
   */
  run(...args: Args): MaybePromise<Result | undefined> {
    return outcomeOf<Result | undefined>((done) => this.#hook.callAsync(args, done));
  }
}

type Done<T> = (failure: Error | null, value?: T) => void;

/** Tells what `task` returns, or what its promise becomes. */
function tellOf<T>(task: () => MaybePromise<T>, done: Done<T>): void {
  const failed = (failure: unknown): void => done(asError(failure));
  let value: MaybePromise<T>;
  try {
    value = task();
  } catch (failure) {
    failed(failure);
    return;
  }
  if (value instanceof Promise) value.then((known) => done(null, known), failed);
  else done(null, value);
}

/** Every failure of a handler is an ScrError by now: this is for the compiler. */
function asError(failure: unknown): Error {
  return failure instanceof Error ? failure : new Error(String(failure));
}

/** Synchronous handlers, each given what the one before made of the first argument. */
export class WaterfallPoint<
  Value,
  Rest extends unknown[],
  Handler extends (value: Value, ...rest: Rest) => unknown,
> extends HookPoint<Handler> {
  readonly #hook = new SyncWaterfallHook<[Value, Rest], Value>(['value', 'rest']);
  readonly #rules: ResultRule & { fold: (value: unknown, before: Value) => Value };
  /** False while nobody listens: callers on the relay path ask first. */
  used = false;

  constructor(name: string, rules: ResultRule & { fold: (value: unknown, before: Value) => Value }) {
    super(name);
    this.#rules = rules;
  }

  protected register(tap: Tap<Handler>): void {
    this.used = true;
    this.#hook.tap(tap.plugin, (before, rest) => {
      const value = callSync(tap, this.#rules, () => tap.handler(before, ...rest));
      return value === undefined ? before : this.#rules.fold(value, before);
    });
  }

  /** @throws ScrError when a handler fails. */
  run(value: Value, ...rest: Rest): Value {
    return this.#hook.call(value, rest);
  }
}

interface BailRules<Result> extends ResultRule {
  /** What a handler's answer comes to. */
  readonly fold: (value: unknown, plugin: string) => Result;
  /** What a handler's failure comes to. */
  readonly failed: (failure: unknown, plugin: string) => Result;
}

/** Synchronous handlers, of which the first that returns something decides. */
export class BailPoint<
  Handler extends (...args: Args) => unknown,
  Args extends unknown[],
  Result,
> extends HookPoint<Handler> {
  readonly #hook = new SyncBailHook<[Args], Result>(['args']);
  readonly #rules: BailRules<Result>;

  constructor(name: string, rules: BailRules<Result>) {
    super(name);
    this.#rules = rules;
  }

  protected register(tap: Tap<Handler>): void {
    // tapable takes undefined for "go on".
    this.#hook.tap(tap.plugin, (args) => this.#answerOf(tap, args) as Result);
  }

  #answerOf(tap: Tap<Handler>, args: Args): Result | undefined {
    try {
      const value = callSync(tap, this.#rules, () => tap.handler(...args));
      return value === undefined ? undefined : this.#rules.fold(value, tap.plugin);
    } catch (failure) {
      return this.#rules.failed(failure, tap.plugin);
    }
  }

  /** @returns undefined when no handler had anything to say */
  run(...args: Args): Result | undefined {
    return this.#hook.call(args);
  }
}
