import { ScrError, endingOf, errors } from '../contract/errors.js';
import type { AuthenticationRequest } from '../contract/views.js';
import type { ArrivingConnection } from '../hooks/hooks.js';
import { type MaybePromise, whenKnown } from '../hooks/maybe.js';
import type { Recalled } from '../contract/hooks.js';
import { Instance, type Origin, type Past, fingerprintOf, sessionOf } from '../instance/instance.js';
import { LIVES } from '../instance/sums.js';
import {
  ControlType,
  type Hello,
  MAX_HELLO,
  type MasterNew,
  type MasterRes,
  encodeMasterId,
  isMonitorName,
} from '../protocol/control.js';
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
  if (arrival.dropped !== undefined) throw arrival.dropped;
  if (linkOf(arrival).ended) throw new ScrError(errors.SCR_HELLO_EARLY_END);
}

/** Finds the instance that comes back, or makes a new one. */
export function identify(arrival: Arrival): MaybePromise<void> {
  const hello = helloOf(arrival);
  logHello(arrival.core, arrival.connection, hello);
  return hello.type === ControlType.MASTER_RES ? find(arrival, hello) : begin(arrival, hello);
}

function find(arrival: Arrival, request: MasterRes): MaybePromise<void> {
  const { core, connection } = arrival;
  arrival.instance = resumable(arrival, request);
  if (arrival.instance !== undefined) return;
  const { transport, peer, tls } = connection;
  const { magic } = request;
  const asked = { session: sessionOf(magic), fingerprint: fingerprintOf(magic), transport, peer, tls };
  return whenKnown(core.hooks.recall.run(asked), (recalled) => {
    assertAlive(arrival);
    arrival.instance = resumable(arrival, request);
    if (arrival.instance === undefined) recall(arrival, request, recalled);
  });
}

/** @returns undefined where nobody knows the magic. @throws ScrError SCR_RESUME_UNKNOWN where its session has only begun */
function resumable({ core }: Arrival, { magic }: MasterRes): Instance | undefined {
  const known = core.registry.withMagic(magic);
  if (known?.state === 'pending' && !known.isRecalled) throw new ScrError(errors.SCR_RESUME_UNKNOWN);
  return known;
}

/** [REC-1]: a session that another controller began goes on with the numbers that the instance names. */
function recall(arrival: Arrival, request: MasterRes, recalled: Recalled | undefined): void {
  if (recalled === undefined) throw new ScrError(errors.SCR_RESUME_UNKNOWN);
  arrival.isRecalled = true;
  arrival.instance = instanceFor(arrival, request, recalled.monitorName, { request, since: recalled.since });
}

function begin(arrival: Arrival, hello: MasterNew): void {
  const { registry } = arrival.core;
  const { magic, monitorName } = hello;
  const known = registry.withMagic(magic);
  if (monitorName !== undefined && !isMonitorName(monitorName)) {
    throw new ScrError(errors.SCR_MONITOR_NAME, JSON.stringify(monitorName));
  }
  assertReplaceable(known);
  if (known === undefined) registry.assertRoom(arrival.network);
  arrival.instance = instanceFor(arrival, hello, monitorName);
  if (known === undefined) registry.add(arrival.instance);
}

function instanceFor(arrival: Arrival, { magic }: Hello, monitorName: string | undefined, past?: Past): Instance {
  return new Instance(arrival.core, arrival.nextId(), magic, monitorName, originOf(arrival), past);
}

function originOf({ connection: { transport, peer, tls }, network }: Arrival): Origin {
  return { transport, peer, tls, network };
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
  const hello = helloOf(arrival);
  const instance = instanceOf(arrival);
  if (hello.type !== ControlType.MASTER_RES) {
    takePlace(arrival, instance);
    return instance.attach();
  }
  if (arrival.isRecalled) enter(arrival.core, instance);
  else arrival.nameBefore = instance.name;
  return instance.reattach(linkOf(arrival), originOf(arrival), hello);
}

/**
 * A zombie with the same magic, and those that are in the way, go now, not before: who was denied must not end them.
 * @throws ScrError SCR_MAGIC_TAKEN, SCR_INSTANCE_CROWD
 */
function takePlace({ core: { registry }, network }: Arrival, instance: Instance): void {
  const known = registry.withMagic(instance.magic);
  if (known !== instance) {
    assertReplaceable(known);
    known?.expire(endingOf(errors.SCR_INSTANCE_AFRESH));
    registry.add(instance);
  }
  registry.makeRoom(network);
}

/** @throws ScrError SCR_INSTANCE_REPLACED where it has come on another connection meanwhile */
function enter({ registry }: ArrivalContext, instance: Instance): void {
  if (registry.withMagic(instance.magic) !== undefined) throw new ScrError(errors.SCR_INSTANCE_REPLACED, instance.name);
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
  const { isRecalled, nameBefore: before } = arrival;
  if (core.sums.writes({ event, level: 'info' }, arrival.network, LIVES)) {
    const more = {
      transport: connection.transport,
      ...(isRecalled && { recalled: isRecalled }),
      ...(before !== undefined && { before }),
    };
    core.log.info({ event, ...instance.fields(), ...more }, `${instance.name} ${resumed ? 'resumed' : 'attached'}`);
  }
  if (resumed) instance.carry(link, [], hello);
  else instance.carry(link, [encodeMasterId(peerName(connection.peer))]);
  if (link.ended) instance.lost(new ScrError(errors.SCR_INSTANCE_ENDED));
  else link.unpause();
}
