import { randomInt } from 'node:crypto';
import { resolve } from 'node:path';
import type { ArrivalContext } from './arrival/arrival.js';
import { Door } from './arrival/door.js';
import { type Clock, type Timer, systemClock } from './contract/clock.js';
import { Refusals } from './arrival/refusals.js';
import { Acks } from './relay/acks.js';
import { Clients } from './relay/clients.js';
import { userOf } from './relay/users.js';
import { Registry } from './instance/registry.js';
import { Sums } from './instance/sums.js';
import { Observers } from './hooks/observers.js';
import { Services } from './plugins/services.js';
import { TurnEnd } from './streams/turn-end.js';
import type {
  ControllerFigures,
  ControllerState,
  RefusedClient,
  RefusedConnection,
  Reloading,
} from './contract/observations.js';
import { Facts } from './plugins/facts.js';
import { type Owned, runReleases } from './hooks/release.js';
import { ScrError, errors, reasonOf } from './contract/errors.js';
import { Backlogs } from './memory/backlogs.js';
import { Turn } from './memory/turn.js';
import { type HookName, createHooks, hookNames, hooksFor } from './hooks/hooks.js';
import { type Limits, defaultLimits, limitsSchema } from './contract/limits.js';
import { callListener } from './contract/listeners.js';
import { type LogFields, type Logger, defaultLogger, errorFields } from './contract/logger.js';
import type { PluginController, PluginEntry, Prompt, Service } from './contract/plugin.js';
import { type Builtins, ConfigurationError, type LoadedPlugin, type Loading, loadPlugins } from './plugins/load.js';
import { validate } from './plugins/validate.js';
import type { Ending, InstanceView, LocalSocketAccess } from './contract/views.js';
import { reading } from './streams/node-internals.js';

export interface ControllerOptions {
  /** Which plugins, in which order; order is the order of handlers. */
  readonly plugins: readonly PluginEntry[];
  readonly limits?: Partial<Limits>;
  /** Default: JSON lines on stderr. */
  readonly logger?: Logger;
  /** Default: the system's. */
  readonly clock?: Clock;
  /** Chance: a whole number from 0 to 2^32 − 1. Default: the system's. */
  readonly random?: () => number;
  /** Relative paths and plugins are looked up from here. Default: the working directory. */
  readonly directory?: string;
  /** What problems name as their place. Default: `plugins`. */
  readonly label?: string;
  /** What `controller.started` says beside the plugins: the version of the program, for example. */
  readonly about?: LogFields;
  /** What the embedder offers to plugins. */
  readonly services?: readonly OfferedService[];
  /** How plugins ask a person for a secret. Default: nobody is asked. */
  readonly prompt?: Prompt;
}

/** A service that an embedder offers. */
export interface OfferedService {
  readonly service: Service<unknown>;
  readonly implementation: unknown;
}

/** What an embedder sees of a loaded plugin. */
export interface PluginSummary {
  readonly name: string;
  readonly version: string | undefined;
  readonly source: string;
  /** The effective options; secrets are hidden. */
  readonly options: unknown;
  /** The hooks it tapped. */
  readonly hooks: readonly string[];
}

const SWEEP_EVERY = 1_000;
/** A sweep that comes so late shows that the whole process stood still. */
const STOOD_STILL = 2 * SWEEP_EVERY;
const OWNER_ONLY: LocalSocketAccess = { mode: 0o700, gid: undefined };

function anyNumber(): number {
  return randomInt(0x1_0000_0000);
}

async function nobodyToAsk(question: string): Promise<string> {
  return Promise.reject(new Error(`nobody can be asked: ${question}`));
}

/**
 * Finds and checks the plugins and sets them up; nothing is opened yet.
 * @throws ConfigurationError with everything that is wrong with the entries, and every setup that fails
 */
export async function createController(options: ControllerOptions, builtins: Builtins = {}): Promise<Controller> {
  const directory = resolve(options.directory ?? '.');
  const label = options.label ?? 'plugins';
  const limits = validate(limitsSchema, options.limits);
  const { plugins, problems } = await loadPlugins(options.plugins, { builtins, directory, label });
  const known = limits.problems.map((problem) => `${label}: limits.${problem}`);
  const loading = { plugins, problems: [...known, ...problems] };
  return new Controller(loading, { ...options, directory, label, limits: limits.value as Limits }, builtins);
}

/** The options, with their place filled in. */
type Settled = ControllerOptions & { readonly directory: string; readonly label: string };

/** The controller: the plugins' lives, the instances, the sweep. Make it with {@link createController}. */
export class Controller {
  readonly #core: ArrivalContext;
  readonly #options: Settled;
  readonly #builtins: Builtins;
  readonly #plugins: readonly LoadedPlugin[];
  readonly #releases: Owned[] = [];
  readonly #door: Door;
  readonly #services: Services;
  readonly #facts = new Facts();
  readonly #observers: Observers;
  readonly #turnEnd: TurnEnd;
  readonly #refusals = new Refusals();
  readonly #refusedClients = new Refusals();
  readonly #abort = new AbortController();
  #state: ControllerState = 'new';
  #sweep: Timer | undefined;
  #sweptAt = 0;
  #passedOver = false;
  #stopped: Promise<void> | undefined;
  #reloading: Promise<void> = Promise.resolve();

  /** @throws ConfigurationError */
  constructor({ plugins, problems }: Loading, options: Settled & { readonly limits: Limits }, builtins: Builtins) {
    const log = options.logger ?? defaultLogger();
    const clock = options.clock ?? systemClock;
    this.#options = options;
    this.#builtins = builtins;
    this.#plugins = plugins;
    const observers = (this.#observers = new Observers(log));
    this.#services = new Services(log);
    for (const { service, implementation } of options.services ?? []) {
      this.#services.provide('the embedder', service, implementation);
    }
    this.#turnEnd = new TurnEnd((task, plugin) =>
      callListener(task, (cause) => this.#taskFailed(`${plugin}, at the end of a turn`, plugin, cause)),
    );
    const hooks = createHooks(clock, log);
    const limits: Limits = { ...defaultLimits, ...options.limits };
    this.#core = {
      clock,
      log,
      limits,
      sums: new Sums(log, clock),
      random: options.random ?? anyNumber,
      hooks,
      data: hooks.data,
      registry: new Registry(limits),
      turn: new Turn(),
      backlogs: new Backlogs(limits.backlogs, () => clock.now()),
      acks: new Acks(),
      clients: new Clients({
        attached: (channel) => observers.tell('attached', channel),
        gone: (departure) => observers.tell('gone', departure),
      }),
      changed: (change) => observers.tell('changed', change),
      clientRefused: (refused) => this.#clientRefused(refused),
      refused: (refusal) => this.#refused(refusal),
    };
    this.#door = new Door(this.#core);
    this.#setUp(problems);
  }

  get state(): ControllerState {
    return this.#state;
  }

  /** Every instance that is connected or kept as a zombie. */
  get instances(): InstanceView[] {
    const known = [...this.#core.registry.all()];
    return known.filter((instance) => instance.state !== 'pending').map((instance) => instance.view);
  }

  /** The plugins in their order. */
  get plugins(): PluginSummary[] {
    return this.#plugins.map(({ plugin, source, shownOptions }) => ({
      name: plugin.name,
      version: plugin.version,
      source,
      options: shownOptions,
      hooks: hookNames.filter((hook) => this.#core.hooks[hook].tappedBy.includes(plugin.name)),
    }));
  }

  /** Whose handlers each hook runs, in which order; a plugin that tapped twice is named twice. */
  get handlers(): Readonly<Record<HookName, readonly string[]>> {
    const entries = hookNames.map((hook) => [hook, this.#core.hooks[hook].tappedBy]);
    return Object.fromEntries(entries) as Record<HookName, readonly string[]>;
  }

  /** What is counted, as of now. */
  get figures(): ControllerFigures {
    const clients = this.#refusedClients.all().map(({ code, count }) => ({ code, count }));
    return {
      state: this.#state,
      about: { ...this.#options.about },
      facts: this.#facts.all(),
      arriving: this.#door.arriving,
      refusals: this.#refusals.all(),
      refusedClients: clients,
    };
  }

  get limits(): Limits {
    return this.#core.limits;
  }

  /** A service that a plugin offers; undefined when none does. */
  use<T>(service: Service<T>): T | undefined {
    return this.#services.use(service);
  }

  // ---- plugins

  /** Sets up every plugin whose options are right, so that all mistakes are told at once. @throws ConfigurationError */
  #setUp(known: readonly string[]): void {
    const broken = this.#plugins.map((one) => this.#setUpOne(one)).filter((failure) => failure !== undefined);
    // A plugin that is not there, because something is wrong with it, may be the one that offers what is missing.
    const failures = known.length + broken.length > 0 ? broken : this.#services.missing();
    const told = failures.map(
      (failure) => `${this.#options.label}: plugin ${failure.plugin ?? ''}: ${failure.explain()}`,
    );
    const problems = [...known, ...told];
    if (problems.length > 0) throw new ConfigurationError(problems, problems.length === 1 ? failures[0] : undefined);
    const names = new Set(this.#plugins.map(({ plugin }) => plugin.name));
    for (const hook of hookNames) this.#core.hooks[hook].seal(names);
  }

  /** @returns what kept the plugin from being set up */
  #setUpOne({ plugin, options }: LoadedPlugin): ScrError | undefined {
    try {
      const setup: (controller: PluginController, options: unknown) => unknown = plugin.setup.bind(plugin);
      const result = setup(this.#controllerFor(plugin.name), options);
      if (result === undefined) return undefined;
      void Promise.resolve(result).catch(() => undefined); // a rejection must not end the process
      throw new TypeError('setup returned something; it must be synchronous and return nothing');
    } catch (cause) {
      if (cause instanceof ScrError) return cause.within(plugin.name);
      return new ScrError(errors.SCR_PLUGIN_SETUP, plugin.name, { cause, plugin: plugin.name });
    }
  }

  /** What one plugin is given: all it can do, under its own name. */
  #controllerFor(plugin: string): PluginController {
    const { clock, log, hooks } = this.#core;
    return {
      name: plugin,
      log: log.child({ plugin }),
      clock,
      limits: this.#core.limits,
      signal: this.#abort.signal,
      hooks: hooksFor(hooks, plugin),
      announce: (connection) => this.#door.announce(plugin, connection),
      instances: () => this.instances,
      localSocketAccess: (path, instance) => this.#localSocketAccess(plugin, path, instance),
      figures: () => this.figures,
      tell: (name, values) => this.#facts.tell(plugin, name, values),
      observe: (what, observer) => this.#observers.add(plugin, what, observer),
      account: (origin, drop) =>
        this.#core.backlogs.open(userOf(origin, this.#core.limits), () => this.#drop(plugin, drop)),
      atTurnEnd: (task) => this.#turnEnd.add(plugin, task),
      provide: (service, implementation) => this.#services.provide(plugin, service, implementation),
      notify: (service) => this.#services.notify(service),
      use: <T>(service: Service<T>) => this.#services.use(service),
      need: <T>(service: Service<T>) => this.#services.need(plugin, service),
      watch: (service, listener) => this.#services.watch(plugin, service, listener),
      resolvePath: (path) => resolve(this.#options.directory, path),
      prompt: this.#options.prompt ?? nobodyToAsk,
    };
  }

  #localSocketAccess(plugin: string, path: string, instance: InstanceView | undefined): LocalSocketAccess {
    try {
      return this.#core.hooks.localSocket.run(OWNER_ONLY, { plugin, path, instance });
    } catch (cause) {
      throw new ScrError(errors.SCR_LOCAL_ACCESS, path, { cause, plugin });
    }
  }

  // ---- life

  /** Starts the plugins in order. @throws what the first failing one threw, when everything acquired is released again */
  async start(): Promise<void> {
    if (this.#state !== 'new') throw new ScrError(errors.SCR_CONTROLLER_STATE, `start while ${this.#state}`);
    this.#state = 'starting';
    try {
      // Known before the first handler runs: it may announce a connection at once, which must wait for the others.
      const starting = Promise.resolve().then(() => this.#core.hooks.start.run(this.#releases));
      this.#door.openWhen(starting);
      await starting;
    } catch (failure) {
      await this.stop();
      throw asStartFailure(failure);
    }
    if (this.#abort.signal.aborted) {
      await this.stop();
      await this.#release(); // what was acquired since
      throw new ScrError(errors.SCR_STOPPED);
    }
    this.#state = 'running';
    this.#sweptAt = this.#core.clock.now();
    this.#sweep = this.#core.clock.every(SWEEP_EVERY, () => this.#onSweep());
    const plugins = this.#plugins.map(({ plugin }) => plugin.name);
    const fields = { event: 'controller.started', ...this.#options.about, reading: reading(), plugins };
    this.#core.log.info(fields, 'started');
  }

  /** Finds and checks the plugins of a configuration as a reload would; changes nothing. @throws ConfigurationError */
  async check(entries: readonly PluginEntry[]): Promise<void> {
    await this.#loaded(entries);
  }

  /**
   * Lets every plugin load its files anew. What cannot be loaded is reported and the old kept; the controller goes on.
   * @param entries the configuration's plugins as they are now; without it the options stay as they are.
   * @throws ConfigurationError when something is wrong; nothing was changed then
   */
  reload(entries?: readonly PluginEntry[]): Promise<void> {
    // One at a time: of two, the later one's options must be those that hold.
    const reload = this.#reloading.then(() => this.#reload(entries));
    this.#reloading = reload.catch(() => undefined);
    return reload;
  }

  async #reload(entries: readonly PluginEntry[] | undefined): Promise<void> {
    if (this.#state !== 'running') throw new ScrError(errors.SCR_CONTROLLER_STATE, `reload while ${this.#state}`);
    const fresh = entries === undefined ? this.#plugins : await this.#freshly(entries);
    this.#warnOfRestart(fresh);
    const failures: unknown[] = [];
    const options = new Map(fresh.map((loaded) => [loaded.plugin.name, loaded.options]));
    for (const { plugin, options: old } of this.#plugins) if (!options.has(plugin.name)) options.set(plugin.name, old);
    await this.#core.hooks.reload.run(options, failures);
    for (const failure of failures) {
      this.#core.log.error({ event: 'reload.failed', ...errorFields(failure) }, `kept as it was: ${reasonOf(failure)}`);
    }
    const kept = new Set(failures.map((failure) => (failure instanceof ScrError ? (failure.plugin ?? '') : '')));
    this.#core.log.info({ event: 'controller.reloaded', failures: kept.size }, reloadedBut(kept.size));
    this.#tellOfReload({ applied: true, kept: [...kept] });
  }

  async #freshly(entries: readonly PluginEntry[]): Promise<readonly LoadedPlugin[]> {
    try {
      return await this.#loaded(entries);
    } catch (failure) {
      this.reloadFailed();
      throw failure;
    }
  }

  /** Tells observers of a reload that came to nothing before it began: the configuration could not even be read. */
  reloadFailed(): void {
    this.#tellOfReload({ applied: false, kept: [] });
  }

  #tellOfReload(outcome: Omit<Reloading, 'at'>): void {
    this.#observers.tell('reloaded', { ...outcome, at: this.#core.clock.date() });
  }

  async #loaded(entries: readonly PluginEntry[]): Promise<readonly LoadedPlugin[]> {
    const { directory, label } = this.#options;
    const { plugins, problems } = await loadPlugins(entries, { builtins: this.#builtins, directory, label });
    if (problems.length > 0) throw new ConfigurationError(problems);
    return plugins;
  }

  #warnOfRestart(fresh: readonly LoadedPlugin[]): void {
    const before = this.#plugins.map(({ plugin }) => plugin.name).join(', ');
    const after = fresh.map(({ plugin }) => plugin.name).join(', ');
    if (before === after) return;
    this.#core.log.warn({ event: 'reload.partial', before, after }, 'the list of plugins changed: restart to apply it');
  }

  /** Stops: tells the plugins, ends every instance and client, releases everything in reverse order. Never rejects. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const { hooks, log } = this.#core;
    const hadStarted = this.#state === 'running';
    this.#state = 'stopping';
    this.#abort.abort();
    this.#door.close();
    this.#sweep?.cancel();
    await hooks.stop.run();
    this.#door.empty();
    await this.#endInstances({ code: 'SCR_STOPPED', reason: errors.SCR_STOPPED.cause });
    await this.#core.clients.dismiss(this.#core.clock);
    await this.#release();
    this.#core.sums.close();
    this.#state = 'stopped';
    if (hadStarted) log.info({ event: 'controller.stopped' }, 'stopped');
  }

  #release(): Promise<void> {
    return runReleases(this.#releases.splice(0), this.#core);
  }

  async #endInstances(end: Ending): Promise<void> {
    const instances = [...this.#core.registry.all()];
    for (const instance of instances) instance.expire(end);
    await Promise.all(instances.map((instance) => instance.settled()));
  }

  // ---- instances

  #clientRefused(refused: RefusedClient): void {
    this.#refusedClients.count({ step: 'open', code: refused.code });
    this.#observers.tell('clientRefused', refused);
  }

  #refused(refusal: RefusedConnection): void {
    this.#refusals.count(refusal);
    this.#observers.tell('refused', refusal);
  }

  #drop(plugin: string, drop: () => void): void {
    callListener(drop, (cause) => this.#taskFailed(`${plugin}, which was to drop a client`, plugin, cause));
  }

  #taskFailed(what: string, plugin: string, cause: unknown): void {
    const failure = new ScrError(errors.SCR_LISTENER_FAILED, what, { cause, plugin });
    this.#core.log.error({ event: 'listener.failed', ...errorFields(failure) }, reasonOf(failure));
  }

  #onSweep(): void {
    const now = this.#core.clock.now();
    this.#core.sums.sweep(now);
    const stoodStill = now - this.#sweptAt >= STOOD_STILL;
    this.#sweptAt = now;
    this.#passedOver = stoodStill && !this.#passedOver;
    // Timers run before sockets are read: nobody is taken for silent whose words wait to be read.
    if (this.#passedOver) return;
    this.#core.clients.sweep(now);
    for (const instance of this.#core.registry.all()) instance.sweep(now);
  }
}

function reloadedBut(kept: number): string {
  if (kept === 0) return 'reloaded';
  return kept === 1 ? 'reloaded, but 1 plugin kept what it had' : `reloaded, but ${kept} plugins kept what they had`;
}

function asStartFailure(failure: unknown): ScrError {
  return failure instanceof ScrError ? failure : new ScrError(errors.SCR_START_FAILED, undefined, { cause: failure });
}
