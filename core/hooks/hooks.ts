import { Duplex } from 'node:stream';
import type { Clock } from '../contract/clock.js';
import { ScrError, errors, reasonOf } from '../contract/errors.js';
import { isThenable } from './guard.js';
import { AsyncPoint, DEFAULT_TIME_LIMIT, type PluginHook, WaterfallPoint } from './point.js';
import { type Logger, errorFields } from '../contract/logger.js';
import type {
  AuthenticationRequest,
  DataPassage,
  IncomingConnection,
  InstanceView,
  LocalSocketAccess,
  LocalSocketRequest,
  TlsIdentity,
} from '../contract/views.js';

/* eslint-disable @typescript-eslint/no-invalid-void-type -- a handler that returns nothing has type void */

/** Undoes what a handler did. Called once. A promise that it returns is waited for; whatever else it returns means nothing. */
export type Release = () => unknown;

/** What an `accept` handler may make of a connection. */
export type Acceptance = { readonly stream: Duplex; readonly tls?: TlsIdentity } | { readonly refuse: string };

/** Why an instance's connection was lost, or an instance is gone. */
export interface Ending {
  /** A stable code: SCR_INSTANCE_ENDED, SCR_INSTANCE_SILENT, SCR_PROTOCOL, SCR_STOPPED and so on. */
  readonly code: string;
  readonly reason: string;
}

/** How an instance came to be attached. */
export interface Attachment {
  /** True when a disconnected instance came back, under a new name. */
  readonly resumed: boolean;
}

type Answer<T> = void | T | Promise<void | T>;

/**
 * The hooks and their contracts. Handlers run one after the other, in the order of the configuration
 * (or as `before` says); all but `data` and `localSocket` may be asynchronous, for at most their time limit.
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

const nothing = {
  accepts: (value: unknown) => value === undefined,
  expected: 'nothing',
};
const release = {
  accepts: (value: unknown) => value === undefined || typeof value === 'function',
  expected: 'nothing, or a function that undoes what the handler did',
};

function isReason(value: unknown, key: string): boolean {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, key) === 'string';
}

function isAcceptance(value: unknown): boolean {
  if (value === undefined || isReason(value, 'refuse')) return true;
  return typeof value === 'object' && value !== null && Reflect.get(value, 'stream') instanceof Duplex;
}

function isKeep(value: unknown): boolean {
  if (value === undefined) return true;
  const keepFor: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'keepFor') : undefined;
  return typeof keepFor === 'number' && keepFor >= 0;
}

function isAccess(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const mode: unknown = Reflect.get(value, 'mode');
  const gid: unknown = Reflect.get(value, 'gid');
  const modeIsRight = mode === undefined || (Number.isInteger(mode) && Number(mode) >= 0 && Number(mode) <= 0o777);
  return modeIsRight && (gid === undefined || (Number.isInteger(gid) && Number(gid) >= 0));
}

/** A connection while `accept` runs: handlers replace its stream. */
export interface ArrivingConnection extends IncomingConnection {
  stream: Duplex;
  tls: TlsIdentity | undefined;
}

/** What the core asks of a hook beyond its handlers' arguments. */
export interface KeepRequest {
  /** The longest time asked for so far, in milliseconds. */
  keepFor: number;
}

/** Makes the hooks of one controller. */
export function createHooks(clock: Clock, log: Logger) {
  const report = (failure: unknown): void => {
    log.error({ event: 'hook.failed', ...errorFields(failure) }, reasonOf(failure));
  };
  const undo = (value: unknown): void => {
    if (typeof value === 'function') void runReleases([value as Release], { clock, log });
  };
  type H = HookHandlers;
  return {
    start: new AsyncPoint<H['start'], [Release[]]>('start', clock, {
      ...release,
      call: (handler) => handler(),
      fold: (value, _plugin, releases) => void (value !== undefined && releases.push(value as Release)),
      late: undo,
    }),
    reload: new AsyncPoint<H['reload'], [ReadonlyMap<string, unknown>, unknown[]]>('reload', clock, {
      ...nothing,
      call: (handler, [options], plugin) => handler(options.get(plugin)),
      onFailure: (failure, _options, failures) => failures.push(failure),
    }),
    stop: new AsyncPoint<H['stop'], []>('stop', clock, {
      ...nothing,
      call: (handler) => handler(),
      onFailure: report,
      reverse: true,
    }),
    accept: new AsyncPoint<H['accept'], [ArrivingConnection], ScrError>('accept', clock, {
      accepts: isAcceptance,
      expected: 'nothing, { stream } or { refuse: reason }',
      call: (handler, [connection]) => handler(connection),
      fold: (value, plugin, connection) => applyAcceptance(value as Acceptance | undefined, plugin, connection),
      late: (value) => (value as { stream?: Duplex } | undefined)?.stream?.destroy(),
    }),
    authenticate: new AsyncPoint<H['authenticate'], [AuthenticationRequest], ScrError>('authenticate', clock, {
      accepts: (value) => value === undefined || isReason(value, 'deny'),
      expected: 'nothing or { deny: reason }',
      call: (handler, [request]) => handler(request),
      fold: (value, plugin) =>
        value === undefined ? undefined : new ScrError(errors.SCR_DENIED, (value as { deny: string }).deny, { plugin }),
    }),
    attach: new AsyncPoint<H['attach'], [InstanceView, Attachment, Release[]]>('attach', clock, {
      ...release,
      call: (handler, [instance, how]) => handler(instance, how),
      fold: (value, _plugin, _instance, _how, undos) => void (value !== undefined && undos.push(value as Release)),
      late: undo,
    }),
    data: new WaterfallPoint<Buffer, [DataPassage], H['data']>('data', {
      accepts: (value) => value === undefined || value instanceof Uint8Array,
      expected: 'nothing or a Uint8Array, and at once',
      fold: (value) => asBuffer(value as Uint8Array),
    }),
    disconnect: new AsyncPoint<H['disconnect'], [InstanceView, Ending, KeepRequest]>('disconnect', clock, {
      accepts: isKeep,
      expected: 'nothing or { keepFor: milliseconds }',
      call: (handler, [instance, loss]) => handler(instance, loss),
      fold: (value, _plugin, _instance, _loss, keep) => {
        keep.keepFor = Math.max(keep.keepFor, (value as { keepFor: number } | undefined)?.keepFor ?? 0);
        return undefined;
      },
      onFailure: report,
    }),
    expire: new AsyncPoint<H['expire'], [InstanceView, Ending]>('expire', clock, {
      ...nothing,
      call: (handler, [instance, end]) => handler(instance, end),
      onFailure: report,
    }),
    localSocket: new WaterfallPoint<LocalSocketAccess, [LocalSocketRequest], H['localSocket']>('localSocket', {
      accepts: isAccess,
      expected: 'nothing or { mode?: 0 to 0o777, gid?: group number }, and at once',
      fold: (value, before) => changedAccess(before, value as Partial<LocalSocketAccess>),
    }),
  };
}

export type Hooks = ReturnType<typeof createHooks>;
export const hookNames = [
  'start',
  'reload',
  'stop',
  'accept',
  'authenticate',
  'attach',
  'data',
  'disconnect',
  'expire',
  'localSocket',
] as const satisfies readonly (keyof Hooks)[];
export type HookName = (typeof hookNames)[number];

function applyAcceptance(
  value: Acceptance | undefined,
  plugin: string,
  connection: ArrivingConnection,
): ScrError | undefined {
  if (value === undefined) return undefined;
  if ('refuse' in value) return new ScrError(errors.SCR_REFUSED, value.refuse, { plugin });
  connection.stream = value.stream;
  connection.tls = value.tls ?? connection.tls;
  return undefined;
}

function changedAccess(
  before: LocalSocketAccess,
  { mode = before.mode, ...rest }: Partial<LocalSocketAccess>,
): LocalSocketAccess {
  return { mode, gid: 'gid' in rest ? rest.gid : before.gid };
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Runs releases in reverse order; one that fails, or does not end in time, is logged and the others still run. */
export async function runReleases(
  releases: readonly Release[],
  { clock, log }: { readonly clock: Clock; readonly log: Logger },
): Promise<void> {
  for (const undo of [...releases].reverse()) {
    try {
      const ending = inTime(clock, undo());
      if (ending !== undefined) await ending;
    } catch (failure) {
      log.error({ event: 'release.failed', ...errorFields(failure) }, reasonOf(failure));
    }
  }
}

/** What is no promise needs no time: what closes something often returns it. */
function inTime(clock: Clock, releasing: unknown): Promise<unknown> | undefined {
  if (!isThenable(releasing)) return undefined;
  return new Promise((resolve, reject: (why: unknown) => void) => {
    const timer = clock.after(DEFAULT_TIME_LIMIT, () => reject(new ScrError(errors.SCR_RELEASE_TIMEOUT)));
    const settled = Promise.resolve(releasing).finally(() => timer.cancel());
    settled.then(resolve, reject);
  });
}

/** The hooks as one plugin sees them. A misspelt name is told as such: `'name' in hooks` asks whether there is one. */
export function hooksFor(hooks: Hooks, plugin: string): PluginHooks {
  const entries = hookNames.map((name) => [name, hooks[name].facadeFor(plugin)]);
  return new Proxy(Object.freeze(Object.fromEntries(entries)) as PluginHooks, {
    get: (facades, name): unknown => {
      if (typeof name === 'string' && !(name in facades)) throw new TypeError(noSuchHook(name));
      return Reflect.get(facades, name);
    },
  });
}

function noSuchHook(name: string): string {
  return `there is no hook ${name}; known are ${hookNames.join(', ')}`;
}
