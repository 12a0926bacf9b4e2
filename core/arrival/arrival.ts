import type { RefusedConnection } from '../contract/observations.js';
import type { ArrivalContext } from './context.js';
import { ScrError, errors, reasonOf } from '../contract/errors.js';
import type { ArrivingConnection } from '../hooks/hooks.js';
import { type MaybePromise, whenKnown } from '../hooks/maybe.js';
import { Instance, fingerprintOf } from '../instance/instance.js';
import { Link } from '../relay/link.js';
import { errorFields } from '../contract/logger.js';
import {
  ControlError,
  ControlType,
  type Hello,
  MAX_HELLO,
  decodeHello,
  encodeMasterId,
  encodeMasterRej,
  isMonitorName,
} from '../protocol/control.js';
import { FrameLengthError } from '../protocol/frame.js';
import { peerName } from '../protocol/names.js';
import type { AuthenticationRequest } from '../contract/views.js';

/** docs/protocol.md [TIME-3]: before MASTER_NEW or MASTER_RES, silence of this many milliseconds ends the connection. */
export const HELLO_LIMIT = 30_000;

/** A connection on its way to become, or to carry, an instance. */
export class Arrival {
  link: Link | undefined;
  hello: Hello | undefined;
  instance: Instance | undefined;
  /** The controller stops: nothing may come of this any more. */
  dropped = false;

  constructor(
    readonly core: ArrivalContext,
    readonly connection: ArrivingConnection,
    readonly nextId: () => number,
  ) {}

  /** Closes the connection, whatever step it is at; the step fails then. */
  drop(): void {
    this.dropped = true;
    if (this.link === undefined) this.connection.stream.destroy();
    else this.link.break(new ScrError(errors.SCR_STOPPED));
  }
}

type Step = (arrival: Arrival) => MaybePromise<void>;

/** What happens to a connection, in order. A step that throws refuses it; `refuse` says what is undone. */
export const pipeline: readonly (readonly [name: string, step: Step])[] = [
  ['accept', accept],
  ['hello', readHello],
  ['identify', identify],
  ['authenticate', authenticate],
  ['attach', attach],
  ['answer', answer],
];

/** Takes a new connection through the pipeline. Never rejects. */
export async function receive(arrival: Arrival): Promise<void> {
  for (const [name, step] of pipeline) {
    try {
      const pending = step(arrival);
      if (pending !== undefined) await pending;
    } catch (failure) {
      refuse(arrival, name, failure);
      return;
    }
  }
}

/** The hook `accept`: TLS and the like; may replace the stream. */
function accept(arrival: Arrival): MaybePromise<void> {
  const { core, connection } = arrival;
  return whenKnown(core.hooks.accept.run(connection), (refusal) => {
    if (refusal !== undefined) throw refusal;
    arrival.link = new Link(connection.stream, core.clock);
    arrival.link.decoder.maxPayload = MAX_HELLO;
    assertAlive(arrival);
  });
}

function assertAlive(arrival: Arrival): void {
  if (arrival.dropped) throw new ScrError(errors.SCR_STOPPED);
  if (linkOf(arrival).ended) throw new ScrError(errors.SCR_HELLO_EARLY_END);
}

/** [HELLO-1]: the first message is MASTER_NEW or MASTER_RES, on channel 0. */
function readHello(arrival: Arrival): Promise<void> {
  const link = linkOf(arrival);
  return new Promise((resolve, reject: (why: ScrError) => void) => {
    const finish = (why?: ScrError): void => {
      limit.cancel();
      link.reader = undefined;
      link.pause();
      if (why === undefined) resolve();
      else reject(why);
    };
    const limit = arrival.core.clock.after(HELLO_LIMIT, () => finish(new ScrError(errors.SCR_HELLO_TIMEOUT)));
    link.reader = {
      read: (chunk) => {
        const outcome = takeHello(arrival, link, chunk);
        if (outcome !== 'more') finish(outcome);
      },
      lost: (why) => finish(new ScrError(errors.SCR_HELLO_EARLY_END, undefined, { cause: why.cause })),
    };
  });
}

/** @returns `more` when the message is not whole yet, a failure, or undefined when it is there. */
function takeHello(arrival: Arrival, link: Link, chunk: Buffer): 'more' | ScrError | undefined {
  let outcome: 'more' | ScrError | undefined = 'more';
  const sink = {
    frame: (sequence: number, channel: number, buffer: Buffer, start: number, end: number): boolean => {
      outcome = undefined;
      if (sequence !== 0 || channel !== 0) outcome = invalidHello('the first frame is not a control message');
      else arrival.hello = decodeHello(buffer.subarray(start, end));
      return false;
    },
  };
  try {
    link.decoder.push(chunk, sink);
    return outcome;
  } catch (cause) {
    if (cause instanceof FrameLengthError || cause instanceof ControlError) return invalidHello(cause.message);
    return new ScrError(errors.SCR_INTERNAL, undefined, { cause });
  }
}

function invalidHello(detail: string): ScrError {
  return new ScrError(errors.SCR_HELLO_INVALID, detail);
}

/** Finds the instance that comes back, or makes a new one. */
function identify(arrival: Arrival): void {
  const { core, connection } = arrival;
  const hello = helloOf(arrival);
  logHello(core, connection, hello);
  const known = core.registry.withMagic(hello.magic);
  if (hello.type === ControlType.MASTER_RES) {
    if (known === undefined || known.state === 'pending') throw new ScrError(errors.SCR_RESUME_UNKNOWN);
    arrival.instance = known;
    return;
  }
  if (hello.monitorName !== undefined && !isMonitorName(hello.monitorName)) {
    throw new ScrError(errors.SCR_MONITOR_NAME, JSON.stringify(hello.monitorName));
  }
  // [HELLO-4]: a second MASTER_NEW with a known magic is refused.
  if (known !== undefined) throw new ScrError(errors.SCR_MAGIC_TAKEN, known.name);
  const { transport, peer, tls } = connection;
  arrival.instance = new Instance(core, arrival.nextId(), hello.magic, hello.monitorName, { transport, peer, tls });
  core.registry.add(arrival.instance);
}

/** Says what came, but for the magic. */
function logHello({ log }: ArrivalContext, { peer }: ArrivingConnection, hello: Hello): void {
  if (!log.isLevelEnabled('debug')) return;
  const { type, magic: _secret, ...rest } = hello;
  const message = type === ControlType.MASTER_NEW ? 'MASTER_NEW' : 'MASTER_RES';
  log.debug({ event: 'protocol.hello', peer: peerName(peer), message, ...rest }, message);
}

/** The hook `authenticate`, for new and for resumed instances alike. */
function authenticate(arrival: Arrival): MaybePromise<void> {
  const { core, connection } = arrival;
  const instance = instanceOf(arrival);
  const resumes = helloOf(arrival).type === ControlType.MASTER_RES;
  const request: AuthenticationRequest = {
    kind: resumes ? 'resume' : 'new',
    transport: connection.transport,
    peer: connection.peer,
    tls: connection.tls,
    monitorName: instance.monitorName,
    fingerprint: instance.fingerprint,
    instance: resumes ? instance.view : undefined,
  };
  return whenKnown(core.hooks.authenticate.run(request), (denial) => {
    if (denial !== undefined) throw denial;
    assertAlive(arrival);
  });
}

/** The hook `attach`: [HELLO-3], reachable locally first, answered only then. */
function attach(arrival: Arrival): Promise<void> {
  const { connection } = arrival;
  const { transport, peer, tls } = connection;
  const hello = helloOf(arrival);
  const instance = instanceOf(arrival);
  if (hello.type !== ControlType.MASTER_RES) return instance.attach();
  return instance.reattach(linkOf(arrival), { transport, peer, tls }, hello);
}

/** MASTER_ID for a new instance; MASTER_OK and everything held for a resumed one. */
function answer(arrival: Arrival): void {
  const { core, connection } = arrival;
  const hello = helloOf(arrival);
  const instance = instanceOf(arrival);
  const link = linkOf(arrival);
  if (instance.state === 'gone') throw new ScrError(errors.SCR_INSTANCE_GONE, instance.name);
  const resumed = hello.type === ControlType.MASTER_RES;
  if (resumed && !instance.isClaimedBy(link)) throw new ScrError(errors.SCR_INSTANCE_REPLACED, instance.name);
  if (link.ended && !resumed) {
    // It never learned that it was attached, and would be refused for its magic if its state were kept.
    const why = new ScrError(errors.SCR_HELLO_EARLY_END);
    instance.expire({ code: why.code, reason: why.message });
    throw why;
  }
  const event = resumed ? 'instance.resumed' : 'instance.attached';
  const fields = { event, ...instance.fields(), transport: connection.transport };
  core.log.info(fields, `${instance.name} ${resumed ? 'resumed' : 'attached'}`);
  if (resumed) instance.carry(link, [], hello);
  else instance.carry(link, [encodeMasterId(peerName(connection.peer))]);
  if (link.ended) instance.lost(new ScrError(errors.SCR_INSTANCE_ENDED));
  else link.unpause();
}

/** Closes the connection and undoes what was begun; tells why, once. */
function refuse(arrival: Arrival, step: string, failure: unknown): void {
  const { core, connection, link } = arrival;
  const known = failure instanceof ScrError;
  const error = known ? failure : new ScrError(errors.SCR_INTERNAL, step, { cause: failure });
  const peer = peerName(connection.peer);
  const at = { peer, transport: connection.transport, step, ...whoIn(arrival) };
  const fields = { event: 'connection.refused', ...at, ...errorFields(error) };
  core.refused(refusalOf(arrival, step, error));
  core.log[known ? levelOf(error) : 'error'](fields, `${peer} refused: ${reasonOf(error)}`);
  const resumes = arrival.hello?.type === ControlType.MASTER_RES;
  if (!resumes) arrival.instance?.forget();
  if (isMismatch(error)) link?.end(encodeMasterRej());
  else if (link === undefined) connection.stream.destroy();
  else link.drop();
}

function refusalOf(arrival: Arrival, step: string, { code, message, plugin }: ScrError): RefusedConnection {
  const { core, connection } = arrival;
  const { transport, peer } = connection;
  const who = { monitorName: undefined, fingerprint: undefined, subject: undefined, ...whoIn(arrival) };
  return { step, code, reason: message, plugin, transport, peer, ...who, at: core.clock.date() };
}

/** After a restart every scamper is refused once: that is no warning. */
function levelOf({ remedy }: ScrError): 'info' | 'warn' {
  return remedy.startsWith('none needed') ? 'info' : 'warn';
}

/** Who it was, as far as it said so: what it called itself, a hash of its magic, whose certificate it showed. */
function whoIn({
  hello,
  instance,
  connection: { tls },
}: Arrival): Partial<Pick<RefusedConnection, 'monitorName' | 'fingerprint' | 'subject'>> {
  const said = hello?.type === ControlType.MASTER_NEW ? hello.monitorName : undefined;
  const monitorName = instance?.monitorName ?? said;
  return {
    ...(monitorName !== undefined && isMonitorName(monitorName) && { monitorName }),
    ...(hello !== undefined && { fingerprint: fingerprintOf(hello.magic) }),
    ...(tls?.subject !== undefined && { subject: tls.subject }),
  };
}

/** [RES-5]: otherwise MASTER_REJ, flush, close; scamper then starts afresh. */
function isMismatch(error: ScrError): boolean {
  return error.code === 'SCR_RESUME_UNKNOWN' || error.code === 'SCR_RESUME_MISMATCH';
}

function linkOf(arrival: Arrival): Link {
  return present(arrival.link);
}

function helloOf(arrival: Arrival): Hello {
  return present(arrival.hello);
}

function instanceOf(arrival: Arrival): Instance {
  return present(arrival.instance);
}

function present<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the steps of the pipeline ran out of order');
  return value;
}
