import { ScrError, errors, reasonOf } from '../contract/errors.js';
import { errorFields } from '../contract/logger.js';
import type { RefusedConnection } from '../contract/observations.js';
import { fingerprintOf } from '../instance/instance.js';
import { type Kind, REFUSALS } from '../instance/sums.js';
import { ControlType, encodeMasterRej, isMonitorName } from '../protocol/control.js';
import { peerName } from '../protocol/names.js';
import type { Arrival } from './arrival.js';

/** Closes the connection and undoes what was begun; tells why, once. */
export function refuse(arrival: Arrival, step: string, failure: unknown): void {
  const { core, connection, link } = arrival;
  const known = failure instanceof ScrError;
  const error = known ? failure : new ScrError(errors.SCR_INTERNAL, step, { cause: failure });
  core.refused(refusalOf(arrival, step, error));
  logRefusal(arrival, step, error, known ? levelOf(error) : 'error');
  const resumes = arrival.hello?.type === ControlType.MASTER_RES;
  const isOwn = !resumes || (arrival.isRecalled && step !== 'answer');
  if (isOwn) arrival.instance?.forget();
  if (link === undefined) connection.stream.destroy();
  else if (isMismatch(error)) link.end(encodeMasterRej());
  else link.drop();
}

function logRefusal(arrival: Arrival, step: string, error: ScrError, level: Kind['level']): void {
  const { core, connection, network } = arrival;
  const event = 'connection.refused';
  if (!core.sums.writes({ event, code: error.code, level }, network, REFUSALS)) return;
  const peer = peerName(connection.peer);
  const at = { peer, transport: connection.transport, step, ...whoIn(arrival) };
  core.log[level]({ event, ...at, ...errorFields(error) }, `${peer} refused: ${reasonOf(error)}`);
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
