import { ScrError, endingOf, errors } from '../contract/errors.js';
import type { AuthenticationRequest } from '../contract/views.js';
import type { ArrivingConnection } from '../hooks/hooks.js';
import { type MaybePromise, whenKnown } from '../hooks/maybe.js';
import { Instance } from '../instance/instance.js';
import { ControlType, type Hello, MAX_HELLO, encodeMasterId, isMonitorName } from '../protocol/control.js';
import { peerName } from '../protocol/names.js';
import { Link } from '../streams/link.js';
import { type Arrival, type ArrivalContext, helloOf, instanceOf, linkOf } from './arrival.js';

/** The hook `accept`: TLS and the like; may replace the stream. */
export function accept(arrival: Arrival): MaybePromise<void> {
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

/** Finds the instance that comes back, or makes a new one. */
export function identify(arrival: Arrival): void {
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
  assertReplaceable(known);
  const { transport, peer, tls } = connection;
  arrival.instance = new Instance(core, arrival.nextId(), hello.magic, hello.monitorName, { transport, peer, tls });
  if (known === undefined) core.registry.add(arrival.instance);
}

/** [HELLO-4]: the magic of an instance that is there is taken; that of a zombie is not. */
function assertReplaceable(known: Instance | undefined): void {
  if (known !== undefined && known.state !== 'zombie') throw new ScrError(errors.SCR_MAGIC_TAKEN, known.name);
}

/** Says what came, but for the magic. */
function logHello({ log }: ArrivalContext, { peer }: ArrivingConnection, hello: Hello): void {
  if (!log.isLevelEnabled('debug')) return;
  const { type, magic: _secret, ...rest } = hello;
  const message = type === ControlType.MASTER_NEW ? 'MASTER_NEW' : 'MASTER_RES';
  log.debug({ event: 'protocol.hello', peer: peerName(peer), message, ...rest }, message);
}

/** The hook `authenticate`, for new and for resumed instances alike. */
export function authenticate(arrival: Arrival): MaybePromise<void> {
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
export function attach(arrival: Arrival): Promise<void> {
  const { connection } = arrival;
  const { transport, peer, tls } = connection;
  const hello = helloOf(arrival);
  const instance = instanceOf(arrival);
  if (hello.type !== ControlType.MASTER_RES) {
    takePlace(arrival.core, instance);
    return instance.attach();
  }
  return instance.reattach(linkOf(arrival), { transport, peer, tls }, hello);
}

/** A zombie with the same magic makes way now, not before: who was denied must not end it. @throws ScrError SCR_MAGIC_TAKEN */
function takePlace({ registry }: ArrivalContext, instance: Instance): void {
  const known = registry.withMagic(instance.magic);
  if (known === instance) return;
  assertReplaceable(known);
  known?.expire(endingOf(errors.SCR_INSTANCE_AFRESH));
  registry.add(instance);
}

/** MASTER_ID for a new instance; MASTER_OK and everything held for a resumed one. */
export function answer(arrival: Arrival): void {
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
    instance.expire(endingOf(why));
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
