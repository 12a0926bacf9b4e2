import { inspect } from 'node:util';
import type { Ending } from './views.js';

/** What one kind of failure means and what to do about it. */
export interface ErrorSpec {
  /** Stable, upper case, begins with `SCR_`; safe to match in scripts. */
  readonly code: string;
  /** What went wrong, as a clause: "the port is already in use". */
  readonly cause: string;
  /** What the reader can do, as an imperative clause. */
  readonly remedy: string;
}

type SpecTable = Readonly<Record<`SCR_${string}`, readonly [cause: string, remedy: string]>>;

/** The keys of a table that are no codes: there must be none. */
type NoCodes<T> = { readonly [K in Exclude<keyof T, `SCR_${string}`>]: never };

/**
 * Makes a catalogue of errors: one `[cause, remedy]` pair for each stable code, `SCR_` and capitals, digits and `_`.
 * Plugins call it for their own failures, the core for its; docs/errors.md lists them all.
 * @throws TypeError for a code of another form
 */
export function defineErrors<const T extends SpecTable>(
  table: T & NoCodes<T>,
): { readonly [K in keyof T & string]: ErrorSpec } {
  const entries = Object.entries<SpecTable[`SCR_${string}`]>(table).map(([code, [cause, remedy]]) => {
    if (!/^SCR_[A-Z0-9_]+$/.test(code)) throw new TypeError(`${code} is no error code: write SCR_ and capitals`);
    return [code, { code, cause, remedy }];
  });
  return Object.freeze(Object.fromEntries(entries)) as { [K in keyof T & string]: ErrorSpec };
}

export interface ScrErrorOptions {
  /** The lower-level failure, kept for the log. */
  readonly cause?: unknown;
  /** The plugin at fault, where there is one. */
  readonly plugin?: string | undefined;
  /** The hook that was running, where there was one. */
  readonly hook?: string | undefined;
}

/** A plugin may come with a copy of this package of its own: its errors are known by this, which all copies share. */
const brand = Symbol.for('sc-remoted.ScrError');

/** Every failure that sc-remoted reports: a stable `code`, what happened, and a `remedy`. */
export class ScrError extends Error {
  static override [Symbol.hasInstance](value: unknown): boolean {
    // Kinds of it are known as ever.
    if (this !== ScrError) return super[Symbol.hasInstance](value);
    return typeof value === 'object' && value !== null && attempt(() => brand in value, false);
  }

  override readonly name = 'ScrError';
  readonly code: string;
  readonly remedy: string;
  readonly plugin: string | undefined;
  readonly hook: string | undefined;

  /** @param detail what it happened to: an address, a file, an option path. */
  constructor(spec: ErrorSpec, detail?: string, options: ScrErrorOptions = {}) {
    super(detail === undefined ? spec.cause : `${detail}: ${spec.cause}`, { cause: options.cause });
    Object.defineProperty(this, brand, { value: true });
    this.code = spec.code;
    this.remedy = spec.remedy;
    this.plugin = options.plugin;
    this.hook = options.hook;
  }

  /** The same failure, said of the plugin, and of the hook's handler, that it came from. */
  within(plugin: string, hook?: string): ScrError {
    const spec = { code: this.code, cause: textOf(this), remedy: this.remedy };
    return new ScrError(spec, undefined, { cause: this.cause, plugin, hook });
  }

  /** The whole story in one line, for people: what, why, what to do. */
  explain(): string {
    const why = wholeReasonOf(this.cause);
    return `${this.code}: ${this.message}${why === '' ? '' : ` (${why})`}; ${this.remedy}`;
  }
}

/** Plugins throw what they like. To tell of it must not throw in turn: whoever tells has something to undo. */
export function attempt<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}

/** Why something ended, as it is told. */
export function endingOf(why: ErrorSpec | ScrError): Ending {
  return { code: why.code, reason: why instanceof ScrError ? why.message : why.cause };
}

/** The message of anything thrown, in one line; empty for nothing. Never throws. */
export function reasonOf(thrown: unknown): string {
  return textOf(thrown).replace(/\s*\n\s*/g, ' ');
}

/** Also what is behind a failure that has a code: that of a handler, whose failure another one has told. Never throws. */
export function wholeReasonOf(thrown: unknown): string {
  const behind = thrown instanceof ScrError ? attempt(() => reasonOf(thrown.cause), '') : '';
  return behind === '' ? reasonOf(thrown) : `${reasonOf(thrown)} (${behind})`;
}

function textOf(thrown: unknown): string {
  if (thrown === undefined || thrown === null) return '';
  return attempt(() => shown(thrown instanceof Error ? thrown.message : thrown), 'something that cannot be shown');
}

function shown(what: unknown): string {
  return typeof what === 'string' ? what : inspect(what);
}

/** The stack of an error, where it has one that can be shown. Never throws. */
export function stackOf(thrown: unknown): string | undefined {
  const stack = attempt<unknown>(() => (thrown instanceof Error ? thrown.stack : undefined), undefined);
  return typeof stack === 'string' ? stack : undefined;
}

/** Where the code of a plugin failed, for its author: a field of the log line. Failures with a code are told by that. */
export function placeOf(thrown: unknown): { readonly stack?: string } {
  if (!(thrown instanceof ScrError) || !ofPlugins.includes(thrown.code)) return {};
  const stack = stackOf(thrown.cause);
  return stack === undefined ? {} : { stack };
}

/** Codes of failures that come out of the code of a plugin. */
const ofPlugins: readonly string[] = ['SCR_HOOK_FAILED', 'SCR_LISTENER_FAILED', 'SCR_CLIENT_FAILED'];

/**
 * The core's own catalogue. docs/errors.md is made of all catalogues by `npm run docs`: `// ## …` names the heading, and what
 * a doc comment says is added to the error.
 */
export const errors = defineErrors({
  // ## The configuration
  SCR_CONFIG_NOT_FOUND: ['there is no such configuration file', 'check the path given to --config'],
  /** Also for a file that was found, not named: to pass over it could be to run without the TLS that it asks for. */
  SCR_CONFIG_UNREADABLE: [
    'the configuration file is there but cannot be read',
    'let this user read it, or name another with --config, or pass --no-config',
  ],
  /**
   * The file has a syntax error, or throws, or imports something that is not there, or is empty, or had not finished
   * loading after 10 seconds. The cause says which, with file and line where Node tells them.
   *
   * _it is taken for CommonJS_: the file says `export` or `import`, but the nearest `package.json` says
   * `"type": "commonjs"`, as `npm init` writes it. Set `"type": "module"` there, or call the file
   * `sc-remoted.config.mjs`.
   */
  SCR_CONFIG_BROKEN: ['the configuration file cannot be loaded', 'fix the file; --check-config tells when it loads'],
  /**
   * Only for a file that was found, not named: [whose file it is](configuration.md#whose-file-it-is). It happens after
   * `sudo` in somebody's folder, for example.
   */
  SCR_CONFIG_UNTRUSTED: [
    'a configuration file was found that somebody else owns or may change; it is not run',
    'name it with --config to use it, or start elsewhere, or pass --no-config',
  ],
  /**
   * All mistakes are listed, one a line: a wrong form, wrong options, plugins that are not there, plugins whose set-up
   * failed. In your own program, where a plugin's set-up is the only mistake, its error keeps its own code.
   */
  SCR_CONFIG_INVALID: ['the configuration has mistakes', 'fix each of the lines named'],
  /** `x` stands for the package `sc-remoted-plugin-x`, see [plugins](configuration.md#plugins). */
  SCR_PLUGIN_NOT_FOUND: [
    'no such plugin',
    'check the name; a third party plugin must be installed beside the configuration file (npm install)',
  ],
  /**
   * The file or package is there, but its code cannot be run, or had not finished loading after 10 seconds; or what the
   * package's `exports` or `main` name is not there. _Cannot find package 'sc-remoted'_: a plugin imports it by its
   * name; run `npm install sc-remoted` beside the plugin.
   */
  SCR_PLUGIN_LOAD: ['the plugin cannot be loaded', 'fix the plugin, or take it out of the configuration'],
  /**
   * What is wrong with it is in parentheses. Options are in the same brackets as their plugin:
   * `['zombie', { time: '3h' }]`.
   */
  SCR_PLUGIN_SHAPE: ['this is not a plugin', 'its default export must be made with definePlugin'],
  SCR_PLUGIN_API: [
    'the plugin was made for another version of the plugin API',
    'install a matching version of the plugin',
  ],
  /**
   * Where two plugins have the same name, the line says where both come from. A third party's plugin cannot have the
   * name of a default one that is listed too.
   */
  SCR_PLUGIN_TWICE: ['the plugin is listed twice', 'list each plugin once; two plugins need two names'],
  SCR_PLUGIN_SCHEMA: [
    "the plugin's schema is not a valid JSON Schema, or its own defaults do not fit it",
    'tell the author of the plugin',
  ],
  SCR_PLUGIN_SETUP: ['the plugin failed in setup', 'see the cause; fix the plugin or its options'],
  SCR_PLUGIN_BEFORE: ['a handler asks to run before a plugin that is not loaded', 'check the name given to before'],
  /** The line names the hook and the circle: `attach: one before two before one`. */
  SCR_PLUGIN_ORDER: [
    'handlers ask to run before each other, or before themselves',
    'remove one of these before options',
  ],
  SCR_SERVICE_MISSING: [
    'a plugin needs a service that no plugin offers',
    'load a plugin that offers it, or take the one that needs it out of the configuration',
  ],
  SCR_SERVICE_TWICE: ['two plugins offer the same service', 'load only one of them'],
  /** A plugin called `tap` after its `setup` had returned. */
  SCR_HOOK_LATE_TAP: ['handlers can be registered in setup only', 'fix the plugin: call tap in setup'],

  // ## A plugin's handler
  /**
   * It threw something without a code. What it threw is the `cause`; in `connection.refused` and `hook.failed` the
   * field `stack` says where, for the plugin's author. A failure with a code, of a plugin or of the core, keeps it.
   */
  SCR_HOOK_FAILED: ['a handler failed', 'see the cause; if the plugin is not yours, tell its author'],
  SCR_HOOK_TIMEOUT: ['a handler did not answer in time', 'raise its timeLimit, or fix the plugin'],
  /** The function that an `attach` or `start` handler returned took more than 30 seconds. The other releases still run. */
  SCR_RELEASE_TIMEOUT: ['what a plugin acquired was not released in time', 'fix the plugin whose release hangs'],
  SCR_HOOK_RESULT: [
    'a handler returned something that is not allowed',
    "fix the plugin: the hook's page says what it may return",
  ],

  // ## The start
  /** The plugin's failure has no code of its own. */
  SCR_START_FAILED: ['a plugin could not start', 'see the cause'],

  // ## A connection is refused
  /** A plugin refused the connection; `msg` has its reason. */
  SCR_REFUSED: ['the connection was refused', 'see the reason; change the access rules if it should be let in'],
  /** A plugin, or the check of the name in the client certificate, denied the instance; `msg` has the reason. */
  SCR_DENIED: ['authentication was denied', 'see the reason; change the access rules if it should be let in'],
  SCR_HELLO_TIMEOUT: [
    'nothing usable arrived before the time limit',
    'check that the peer is a scamper with matching TLS settings',
  ],
  /** Port scanners and health checks do this. */
  SCR_HELLO_EARLY_END: ['the peer left before it was attached', 'look at the peer: it may not be a scamper'],
  /** A scamper with `-O tls` that calls a controller without TLS looks like this. */
  SCR_HELLO_INVALID: [
    'the peer does not speak the scamper remote protocol',
    'check that it is a scamper and that TLS is on at both ends or at neither',
  ],
  SCR_HELLO_CROWD: [
    'too many connections are waiting to be attached',
    'raise limits.handshakes or limits.addressHandshakes, or find out who floods the port',
  ],
  /** It had waited long enough for its first message, or its address had most connections: [which](limits.md#who-makes-place). */
  SCR_HELLO_EVICTED: [
    'it made place for another connection, because too many are waiting',
    'find out who floods the port; a scamper comes back by itself',
  ],
  SCR_HELLO_RATE: [
    'too many connections come from this address',
    'raise limits.addressRate where many scampers share an address, or find out who floods the port',
  ],
  /** In all, or from this address. Instances that come back are not refused. */
  SCR_INSTANCE_CROWD: [
    'there are too many instances',
    'raise limits.instances or limits.addressInstances, or find out who starts so many',
  ],
  /** The name becomes part of a file name. */
  SCR_MONITOR_NAME: [
    'the monitor name has characters other than letters, digits, . and -, or begins with . or -',
    'change -M of that scamper',
  ],
  /** A zombie with this magic makes way for the new instance. */
  SCR_MAGIC_TAKEN: [
    'another instance, which is connected, already has this magic',
    'restart that scamper, so that it picks a new magic',
  ],
  SCR_NAME_TAKEN: [
    'another instance already has this name',
    'none needed where peers have ports: scamper comes back from another one; a transport gives each label once',
  ],
  /**
   * A label has 1 to 200 letters, digits, `.`, `:`, `_` and `-`, and begins with none of `.` and `-`: it becomes the name of
   * the instance, and with it a file name. A port is a whole number from 0 to 65535.
   */
  SCR_PEER_NAME: [
    'the transport named its peer in a way that no instance can be called',
    'fix the plugin that brings the connections: a peer has an IP address and a port, or a proper label',
  ],
  /** What was announced is closed where it can be. */
  SCR_ANNOUNCEMENT: [
    'the transport announced something that is no connection',
    'fix the plugin that brings the connections: announce takes a duplex stream and its peer',
  ],
  /** Usual after a restart of the controller, and when a scamper was away for longer than `-Z`. */
  SCR_RESUME_UNKNOWN: ['nothing is known of the session to resume', 'none needed: scamper starts afresh'],
  /** The instance is gone then; its clients see end of file. */
  SCR_RESUME_MISMATCH: ['the two ends disagree about the session to resume', 'none needed: scamper starts afresh'],

  // ## An instance
  /** The connection is dropped; `msg` says what was wrong. */
  SCR_PROTOCOL: ['the instance broke the protocol', 'update that scamper if it happens again'],
  /** For 60 seconds. The instance is a zombie then and may resume. */
  SCR_INSTANCE_SILENT: ['nothing was heard from the instance for too long', 'look at the path to that scamper'],
  /**
   * For 60 seconds it acknowledged nothing of what it was sent, or did not read while 262,144 bytes waited for it; see
   * [limits.md](limits.md#an-instance-that-does-not-take-commands).
   */
  SCR_INSTANCE_DEAF: ['the instance does not take what is sent to it', 'look at that scamper: it may hang'],
  SCR_INSTANCE_ENDED: ['the instance closed the connection', 'none needed: it comes back by itself'],
  /** It was not yet noticed that the old connection is lost. */
  SCR_INSTANCE_REPLACED: ['the instance came back on a new connection', 'none needed'],
  /** Its zombie is gone, and clients of that see end of file. Debian's scamper does so after a rejected resume. */
  SCR_INSTANCE_AFRESH: ['the instance has begun a new session with the same magic', 'none needed'],
  /** Of zombies only those without clients and without a checked certificate. */
  SCR_INSTANCE_EVICTED: [
    'the zombie made place for a new instance, because there are too many',
    'none needed: it comes back as a new one; or raise limits.instances or limits.addressInstances',
  ],
  /**
   * Also for a client that connected just when the instance went, and for an instance that did not come back in time.
   */
  SCR_INSTANCE_GONE: ['the instance has gone', 'use another instance, or wait until it comes back'],
  /** It is a zombie: those clients that it has stay, and nobody new is let in until it is back. */
  SCR_INSTANCE_AWAY: ['the instance is away', 'wait until it comes back, usually within a minute, or use another'],
  /** SIGINT or SIGTERM. */
  SCR_STOPPED: ['the controller is stopping', 'none needed'],

  // ## A client, a local socket
  /** See [limits.md](limits.md#a-client-that-does-not-read). */
  SCR_CLIENT_STALLED: [
    'the client does not read what is sent to it',
    'fix the client, or raise limits.clientBuffer and limits.clientStall',
  ],
  /**
   * Its user, or all users together, have held up the instance for as long as they may while others use it; see
   * [limits.md](limits.md#a-client-that-does-not-read).
   */
  SCR_CLIENT_TOO_SLOW: [
    'the client does not keep pace, and the other clients of the instance have waited for long enough',
    'have the client read faster, or use the instance alone; or raise limits.clientBuffer and limits.sharedStall',
  ],
  /** It was the one for which much had waited for long, of the user for whom most waited. */
  SCR_BACKLOG_CROWD: [
    'too much waits for all clients together, and much of it for this one',
    'find out which clients do not read, or raise limits.backlogs',
  ],
  SCR_CLIENT_LEFT: ['the client left', 'none needed'],
  /** scamper finishes a channel when it has done all it was asked for and was told `done`, or that no more comes. */
  SCR_CHANNEL_FINISHED: ['the instance finished the channel', 'none needed'],
  SCR_CLIENT_DENIED: ['the client may not use this instance', 'see the reason; change the access rules if it should'],
  SCR_CLIENT_CROWD: ['the instance has as many clients as allowed', 'end some clients, or raise limits.channels'],
  /**
   * Debian's scamper goes on with what a client had queued when that client leaves, and finishes the channel at the very
   * end.
   */
  SCR_CHANNEL_CROWD: [
    'the instance has not finished the channels of too many clients that left',
    'wait until their measurements have ended, or restart that scamper',
  ],
  /** See [limits.md](limits.md#an-instance-that-does-not-take-commands). */
  SCR_INSTANCE_FULL: [
    'too much waits already for the instance',
    'wait until it takes what was sent to it; look at that scamper if it does not',
  ],
  SCR_CLIENT_FAILED: ["the client's stream failed", 'see the cause; fix the plugin that made the stream'],
  /** A listener of onClose, an observer, or a task for the end of a turn. The others are called. */
  SCR_LISTENER_FAILED: ['a listener failed', 'see the cause; fix the plugin that registered it'],
  SCR_LOCAL_ACCESS: ['it could not be decided who may use a local socket', 'see the cause; the socket was not made'],

  // ## In your own program
  SCR_CONTROLLER_STATE: ['the controller is not in a state that allows this', 'start once, stop once'],
  /**
   * The connection, client or instance concerned is dropped; the controller goes on.
   */
  SCR_INTERNAL: ['a mistake in sc-remoted', 'please report it with the log line'],
});
