/** The hooks and their contracts, as plugins see them. */
import type { Duplex } from 'node:stream';
import type {
  AuthenticationRequest,
  DataPassage,
  Ending,
  IncomingConnection,
  InstanceView,
  LocalSocketAccess,
  LocalSocketRequest,
  OpenRequest,
  RecallRequest,
  TlsIdentity,
} from './views.js';

export interface TapOptions {
  /** Run before the handlers of these plugins. Each must be loaded. Without it: the order of the configuration. */
  readonly before?: string | readonly string[];
  /** `first` runs before, `last` behind the handlers of all plugins that do not say the same; `before` goes over it. */
  readonly place?: 'first' | 'last';
  /** How long an asynchronous handler may take, in milliseconds; 30,000 unless set. */
  readonly timeLimit?: number;
}

/** What a plugin sees of a hook: it can tap, in setup only, under its own name. */
export interface PluginHook<Handler> {
  tap(handler: Handler): void;
  tap(options: TapOptions, handler: Handler): void;
}

/* eslint-disable @typescript-eslint/no-invalid-void-type -- a handler that returns nothing has type void */

/** Undoes what a handler did. Called once. A promise that it returns is waited for; whatever else it returns means nothing. */
export type Release = () => unknown;

/** What an `accept` handler may make of a connection. */
export type Acceptance = { readonly stream: Duplex; readonly tls?: TlsIdentity } | { readonly refuse: string };

/** What is known of a session from before the controller started, or from another controller. */
export interface Recalled {
  /** The monitor name with which it was authenticated; its resume is authenticated with it. */
  readonly monitorName?: string | undefined;
  /** When it first said who it is. */
  readonly since?: Date | undefined;
}

/** How an instance came to be attached. */
export interface Attachment {
  /** True when a disconnected instance came back, under a new name. */
  readonly resumed: boolean;
}

type Answer<T> = void | T | Promise<void | T>;

/**
 * The hooks and their contracts. Handlers run one after the other, in the order of the configuration
 * (or as `before` says); all but `open`, `data` and `localSocket` may be asynchronous, for at most their time limit.
 * `npm run docs` makes the tables of hooks from the tags.
 */
export interface HookHandlers<Options = unknown> {
  /**
   * Returns: nothing, or a function that releases what was acquired; releases run in reverse order at stop.
   * @when once, at the start
   * @may open sockets and files, and return what releases them
   * @failure the start fails, what was acquired is released
   */
  start: () => Answer<Release>;
  /**
   * Given this plugin's options as they are now. Returns: nothing. A plugin that fails should keep what it had.
   * @when at a reload (SIGHUP)
   * @may load files and options anew
   * @failure logged; the others still reload
   */
  reload: (options: Options) => Answer<never>;
  /**
   * Called before the instances are let go and everything is released. Returns: nothing.
   * @when once, at the end, in reverse order
   * @may stop making new work
   * @failure logged; the others still run
   */
  stop: () => Answer<never>;
  /**
   * Called before anything is read from the connection. Returns: nothing to pass it on, `{ stream, tls? }` to replace its
   * stream, `{ refuse: reason }` to close it (later handlers do not run).
   * @when a transport has a new connection
   * @may replace its stream, or refuse it
   * @failure the connection is refused
   */
  accept: (connection: IncomingConnection) => Answer<Acceptance>;
  /**
   * Asked for a MASTER_RES whose magic nobody knows, before it is authenticated. Returns: nothing where the plugin knows nothing of
   * the session, or what it knows, be it `{}`: the session goes on, and later handlers are not asked.
   * @when a scamper wants to go on with an unknown session
   * @may recall the session, from a file say
   * @failure logged, counts as nothing known
   */
  recall: (request: RecallRequest) => Answer<Recalled>;
  /**
   * Returns: nothing for no objection, `{ deny: reason }` to deny (later handlers do not run). A time-out is a failure too, and
   * so is a return value that is not allowed.
   * @when a scamper said who it is, new or resumed
   * @may deny it
   * @failure denied
   */
  authenticate: (request: AuthenticationRequest) => Answer<{ readonly deny: string }>;
  /**
   * Called before scamper is answered. Returns: nothing, or a function that undoes it, called when the connection is lost
   * or replaced, or when a later handler fails.
   * @when an instance is accepted, new or resumed
   * @may make it reachable, and return what undoes that
   * @failure the instance is refused, what was made is undone
   */
  attach: (instance: InstanceView, how: Attachment) => Answer<Release>;
  /**
   * Asked before anything is sent to the instance, for every way in: sockets, a mux, plugins. Returns: nothing for no
   * objection, `{ deny: reason }` to deny (later handlers do not run).
   * @when a client is about to open a channel on an instance
   * @may deny it
   * @failure denied
   */
  open: (request: OpenRequest) => void | { readonly deny: string };
  /**
   * The bytes are a view into a read buffer: copy what you keep, change nothing in place. Returns: nothing to pass them,
   * bytes to replace them, no bytes (length 0) to drop them. Without handlers the hook costs nothing.
   * @when bytes pass on a channel, either way
   * @may look at, replace or drop them
   * @failure the client is disconnected; the others go on
   */
  data: (bytes: Buffer, passage: DataPassage) => void | Uint8Array;
  /**
   * Returns: nothing, or `{ keepFor: milliseconds }` to keep its state for a resume; the longest asked for holds.
   * @when an instance's connection is lost
   * @may ask to keep its state
   * @failure logged, counts as nothing asked
   */
  disconnect: (instance: InstanceView, loss: Ending) => Answer<{ readonly keepFor: number }>;
  /**
   * Returns: nothing.
   * @when an instance is gone for good
   * @may clean up
   * @failure logged; the others still run
   */
  expire: (instance: InstanceView, end: Ending) => Answer<never>;
  /**
   * Given the access decided so far (owner only at first). Returns: nothing to leave it, or `{ mode?, gid? }` to change it.
   * @when a plugin is about to make a local socket
   * @may decide who may use it
   * @failure the socket is not made
   */
  localSocket: (
    access: LocalSocketAccess,
    request: LocalSocketRequest,
  ) => void | { readonly mode?: number; readonly gid?: number | undefined };
}
/* eslint-enable @typescript-eslint/no-invalid-void-type */

/** The hooks as a plugin sees them. */
export type PluginHooks<Options = unknown> = {
  readonly [K in keyof HookHandlers<Options>]: PluginHook<HookHandlers<Options>[K]>;
};
