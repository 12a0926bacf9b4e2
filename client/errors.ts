/** What one kind of failure means and what to do about it. */
interface ErrorSpec {
  readonly code: string;
  readonly cause: string;
  readonly remedy: string;
}

/** One `[cause, remedy]` pair for each code; docs/errors.md is made of them. */
function defineErrors<Code extends `SCR_${string}`>(
  table: Readonly<Record<Code, readonly [cause: string, remedy: string]>>,
): (code: Code) => ErrorSpec {
  return (code) => ({ code, cause: table[code][0], remedy: table[code][1] });
}

const specOf = defineErrors({
  // ## A client of the mux
  SCR_NO_CONTROLLER: [
    'no controller can be reached there',
    'see the cause; check the path or address, that the controller runs with the plugin mux, and that you may use its socket',
  ],
  /** Nothing was sent. The command line takes no passphrase. */
  SCR_MUX_CREDENTIALS: [
    'the certificate, key or authorities for TLS cannot be used',
    'see the reason; give PEM: a certificate, its own private key, not encrypted, and the authorities of controllers',
  ],
  /** Also where the controller asks for a certificate and does not like the one it is given, or gets none. */
  SCR_MUX_TLS: [
    'TLS failed',
    'see the cause; name the authority that signed the certificate of the controller, and give your own where it asks for one',
  ],
  /** What answers speaks something else: the socket of a single instance, for example, or TLS. Or it hangs up before it has said anything. */
  SCR_NOT_A_MUX: ['what answers there is no mux', 'check the path or address; say tls where the mux wants TLS'],
  /** The client waits 10 seconds unless told otherwise. */
  SCR_MUX_SILENT: [
    'the controller did not tell its vantage points in time',
    'check that a mux listens there, and whether it wants TLS; give it more time if it is far or busy',
  ],
  SCR_MUX_LOST: ['the connection to the controller is lost', 'connect again; see the log of the controller'],
  /** The connection ends then, with all its channels. */
  SCR_MUX_BROKEN: ['the controller broke the protocol of the mux', 'update the controller, or tell who wrote it'],
  /** Nothing was asked of it. */
  SCR_VP_AWAY: [
    'the vantage point is away: it lost its connection and may come back',
    'wait for it, or leave it out with state=connected',
  ],
  SCR_VP_GONE: ['the vantage point has gone', 'use another one, or wait until it comes back'],
  /** What the controller says of it is in the message. */
  SCR_CHANNEL_REFUSED: [
    'the vantage point cannot be used',
    'see the reason; wait if it is away, change the access rules if you should be let in',
  ],
  SCR_CHANNEL_ENDED: ['the channel has ended', 'see the reason; open another channel'],
  /** The program called `close`, of the channel or of the connection, or `finish` before it. */
  SCR_CHANNEL_CLOSED: ['the channel was closed by this program', 'open another channel'],
  /** What scamper, or a plugin of the controller, says of it is in the message. */
  SCR_COMMAND_REFUSED: [
    'the command was refused',
    'see the reason; targets are addresses, not names: scamper looks none up; man scamper has the commands',
  ],
  /**
   * A command is one line of printable ASCII, 65,535 characters at most. `halt` and `done` are not run: see `signal`, `close` and
   * `finish`.
   */
  SCR_COMMAND_LINE: ['this is no command that can be run', 'give one measurement, in one line of printable ASCII'],
  /** The channel ends then; the others go on. */
  SCR_ANSWER_BROKEN: ['the instance said something that cannot be understood', 'update that scamper'],
  SCR_WARTS_BROKEN: [
    'this is not warts, or of a kind that cannot be joined',
    'see the cause; write a file for each channel',
  ],
  SCR_SELECTOR: [
    'this does not select vantage points',
    'write names or patterns, key=value, + for "and", a comma for "or": ucsd-*,cc=NL+tag=wifi; or all',
  ],
});

/** What the other side says must not steer a terminal. */
const CONTROLS = /[\0-\x1f\x7f-\x9f]/g;

/** The codes that this client gives its failures. */
export type ClientErrorCode = Parameters<typeof specOf>[0];

export interface ClientErrorOptions {
  /** The lower-level failure. */
  readonly cause?: unknown;
  /** What the other side said of it. */
  readonly reason?: string | undefined;
}

/** Every failure of the client: a stable `code`, what happened, and a `remedy`. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  readonly remedy: string;
  /** What the controller or scamper said of it, where it did: `SCR_CLIENT_DENIED: …`, `command not accepted`. */
  readonly reason: string | undefined;

  /** @param detail what it happened to: a name, a path, a command */
  constructor(code: ClientErrorCode, detail?: string, { cause, reason }: ClientErrorOptions = {}) {
    const spec = specOf(code);
    const parts = [detail, spec.cause, reason].filter((part) => part !== undefined && part !== '');
    super(parts.join(': ').replace(CONTROLS, '?'), { cause });
    this.code = code;
    this.remedy = spec.remedy;
    this.reason = reason;
  }

  /** The same failure, said of something: a VP, a path. */
  of(what: string): ClientError {
    return new ClientError(this.code, what, { cause: this.cause, reason: this.reason });
  }

  /** The whole story in one line, for people: what, why, what to do. */
  explain(): string {
    const why = this.cause instanceof Error ? ` (${this.cause.message.replace(CONTROLS, '?')})` : '';
    return `${this.code}: ${this.message}${why}; ${this.remedy}`;
  }
}

export const brokenMux = (reason: string): ClientError => new ClientError('SCR_MUX_BROKEN', undefined, { reason });
export const brokenAnswer = (reason: string): ClientError =>
  new ClientError('SCR_ANSWER_BROKEN', undefined, { reason });
export const brokenWarts = (reason: string): ClientError => new ClientError('SCR_WARTS_BROKEN', undefined, { reason });
