import type { Duplex } from 'node:stream';
import type { Clock } from './clock.js';
import type { PluginHooks } from './hooks.js';
import type { ControllerFigures, FactValues, Observations } from './observations.js';
import type { Limits } from './limits.js';
import type { Logger } from './logger.js';
import type { Peer } from '../protocol/names.js';
import type { ClientOrigin, InstanceView, LocalSocketAccess, TlsIdentity } from './views.js';

/** The version of the plugin API; a plugin made for another one is refused. */
export const PLUGIN_API = 1;

/** Asks a person for a secret, without echo. Rejects where there is nobody to ask. */
export type Prompt = (question: string) => Promise<string>;

/** A connection that a transport announces. */
export interface Announcement {
  /** The bytes of the connection, not yet read. */
  readonly stream: Duplex;
  readonly peer: Peer;
  /** Where the transport itself knows the other end by its certificate. */
  readonly tls?: TlsIdentity;
}

/** Names a service that one plugin offers to others, and its type. Make it with `defineService`, in a module that both import. */
export interface Service<T> {
  readonly name: string;
  /** Never set: carries the type. */
  readonly type?: T;
}

/** Tells the controller what a plugin keeps for one client. */
export interface Account {
  /** So many octets are kept now. 0 also says that the client has taken all there was: it counts as prompt from then on. */
  set(octets: number): void;
}

/** What a plugin is given in `setup`: everything it can do. */
export interface PluginController<Options = unknown> {
  /** The plugin's own name. */
  readonly name: string;
  /** Logs with the plugin's name. */
  readonly log: Logger;
  readonly clock: Clock;
  /** The bounds of this controller: what a plugin bounds itself follows them where it can. */
  readonly limits: Limits;
  /** Aborted when the controller begins to stop. */
  readonly signal: AbortSignal;
  readonly hooks: PluginHooks<Options>;
  /** For transports: a new connection has come. Never throws; a refused connection is closed and logged. */
  announce(connection: Announcement): void;
  /** Every instance that is connected or kept as a zombie. */
  instances(): InstanceView[];
  /** What is counted of the controller, as of now. */
  figures(): ControllerFigures;
  /**
   * Says something of this plugin to whoever shows the state of the controller, in place of what it said under this name before;
   * an empty list takes it back. Known names are those of {@link Fact}. Never a secret.
   */
  tell(name: string, values: readonly FactValues[]): void;
  /**
   * Calls `observer` with what happened, shortly after: it can neither delay nor change anything, and one that fails is told of in
   * the log.
   * @returns what ends it
   */
  observe<K extends keyof Observations>(what: K, observer: (seen: Observations[K]) => void): () => void;
  /**
   * Calls `task` once, when all that is ready to be read in this turn of the event loop has been: the time to write what was
   * gathered for one destination. The same function given again in a turn is called once.
   */
  atTurnEnd(task: () => void): void;
  /**
   * Counts what this plugin keeps for a client among what is kept for all, which limits.backlogs bounds. What the core keeps for
   * it is counted already.
   * @param drop called where the client must go, so that nothing is kept for it any more
   */
  account(origin: ClientOrigin, drop: () => void): Account;
  /**
   * Who may use a local socket that this plugin is about to make, as the hook `localSocket` decides; owner only
   * unless a plugin says otherwise. Use `listenLocal`, which applies it. @throws ScrError SCR_LOCAL_ACCESS
   */
  localSocketAccess(path: string, instance?: InstanceView): LocalSocketAccess;
  /** Offers a service to other plugins; call it in setup. @throws ScrError SCR_SERVICE_TWICE */
  provide<T>(service: Service<T>, implementation: T): void;
  /** Tells those who watch a service that something in it has changed; for whoever offers it. */
  notify(service: Service<unknown>): void;
  /** A service that another plugin offers, from `start` on; undefined when none does. */
  use<T>(service: Service<T>): T | undefined;
  /**
   * Says, in setup, that this plugin cannot do without a service: where nobody offers it, nothing starts.
   * @returns what gives it, from `start` on
   */
  need<T>(service: Service<T>): () => T;
  /** Calls `listener` shortly after whoever offers the service told that something in it has changed. */
  watch(service: Service<unknown>, listener: () => void): void;
  /** A path from the options, absolute: relative ones start at the folder of the configuration file. */
  resolvePath(path: string): string;
  /** Asks a person for a secret, without echo. Rejects where there is nobody to ask, as in a daemon that is running. */
  prompt: Prompt;
}

/** A plugin. Make it with `definePlugin` of sc-remoted/plugin-sdk. */
export interface Plugin<Options = unknown, Schema extends object = object> {
  /** Lower-case letters, digits and `-`; a scope in front is allowed. */
  readonly name: string;
  readonly version?: string | undefined;
  /** The plugin API it was made for. */
  readonly api: number;
  /** JSON Schema of the options, an object. */
  readonly schema: Schema;
  /** Registers handlers; acquires nothing: that is what `start` is for. Synchronous. */
  setup(controller: PluginController<Options>, options: Options): void;
}

/** How a plugin is named in a configuration: `'tls'`, `'@me/x'`, `'./my.js'`, or the plugin itself; with options as `[which, options]`. */
export type PluginEntry = string | Plugin | readonly [which: string | Plugin, options?: unknown];
