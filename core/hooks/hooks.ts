import { Duplex } from 'node:stream';
import type { Clock } from '../contract/clock.js';
import { ScrError, errors, reasonOf } from '../contract/errors.js';
import type { Acceptance, Attachment, HookHandlers, PluginHooks, Recalled, Release } from '../contract/hooks.js';
import { type Logger, errorFields } from '../contract/logger.js';
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
} from '../contract/views.js';
import { isMonitorName } from '../protocol/control.js';
import { AsyncPoint, BailPoint, WaterfallPoint } from './point.js';
import { type Owned, runReleases } from './release.js';

const nothing = {
  accepts: (value: unknown) => value === undefined,
  expected: 'nothing',
};
const aRelease = {
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

function isRecalled(value: unknown): boolean {
  if (value === undefined) return true;
  if (typeof value !== 'object' || value === null) return false;
  const name: unknown = Reflect.get(value, 'monitorName');
  const since: unknown = Reflect.get(value, 'since');
  const nameIsRight = name === undefined || (typeof name === 'string' && isMonitorName(name));
  return nameIsRight && (since === undefined || (since instanceof Date && !Number.isNaN(since.getTime())));
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
  const releaseLate = (value: unknown, plugin: string): void => {
    if (typeof value === 'function') void runReleases([{ plugin, release: value as Release }], { clock, log });
  };
  type H = HookHandlers;
  return {
    start: new AsyncPoint<H['start'], [Owned[]]>('start', clock, {
      ...aRelease,
      call: (handler) => handler(),
      fold: (value, plugin, releases) => own(value, plugin, releases),
      late: releaseLate,
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
      late: (value) => isAcceptance(value) && (value as { stream?: Duplex } | undefined)?.stream?.destroy(),
    }),
    recall: new AsyncPoint<H['recall'], [RecallRequest], Recalled>('recall', clock, {
      accepts: isRecalled,
      expected: 'nothing or { monitorName?, since? }, the one allowed as a monitor name, the other a Date',
      call: (handler, [request]) => handler(request),
      fold: (value) => value as Recalled | undefined,
      onFailure: report,
    }),
    authenticate: new AsyncPoint<H['authenticate'], [AuthenticationRequest], ScrError>('authenticate', clock, {
      accepts: (value) => value === undefined || isReason(value, 'deny'),
      expected: 'nothing or { deny: reason }',
      call: (handler, [request]) => handler(request),
      fold: (value, plugin) =>
        value === undefined ? undefined : new ScrError(errors.SCR_DENIED, (value as { deny: string }).deny, { plugin }),
    }),
    attach: new AsyncPoint<H['attach'], [InstanceView, Attachment, Owned[]]>('attach', clock, {
      ...aRelease,
      call: (handler, [instance, how]) => handler(instance, how),
      fold: (value, plugin, _instance, _how, releases) => own(value, plugin, releases),
      late: releaseLate,
    }),
    open: new BailPoint<H['open'], [OpenRequest], ScrError>('open', {
      accepts: (value) => value === undefined || isReason(value, 'deny'),
      expected: 'nothing or { deny: reason }, and at once',
      fold: (value, plugin) => new ScrError(errors.SCR_CLIENT_DENIED, (value as { deny: string }).deny, { plugin }),
      failed: (cause, plugin) => new ScrError(errors.SCR_CLIENT_DENIED, undefined, { cause, plugin }),
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

function own(value: unknown, plugin: string, releases: Owned[]): undefined {
  if (value !== undefined) releases.push({ plugin, release: value as Release });
  return undefined;
}

export type Hooks = ReturnType<typeof createHooks>;
export type HookName = keyof HookHandlers;

/** In the order of their life, as the documentation has them; a missing one does not compile. */
const every: Readonly<Record<HookName, true>> = {
  start: true,
  reload: true,
  stop: true,
  accept: true,
  recall: true,
  authenticate: true,
  attach: true,
  open: true,
  data: true,
  disconnect: true,
  expire: true,
  localSocket: true,
};
export const hookNames = Object.keys(every) as HookName[];

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

/** The hooks as one plugin sees them. A misspelt name throws; `'name' in hooks` asks whether there is one. */
export function hooksFor(hooks: Hooks, plugin: string): PluginHooks {
  const entries = hookNames.map((name) => [name, hooks[name].hookFor(plugin)]);
  return new Proxy(Object.freeze(Object.fromEntries(entries)) as PluginHooks, {
    get: (known, name): unknown => {
      // A promise that comes to hold them asks for `then`.
      if (typeof name === 'string' && name !== 'then' && !(name in known)) throw new TypeError(noSuchHook(name));
      return Reflect.get(known, name);
    },
  });
}

function noSuchHook(name: string): string {
  return `there is no hook ${name}; known are ${hookNames.join(', ')}`;
}
