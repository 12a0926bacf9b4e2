// @ts-check
import { peerName } from 'sc-remoted/plugin-sdk';

/**
 * @import { Attachment, Ending, IncomingConnection, InstanceView, TlsIdentity } from 'sc-remoted/plugin-sdk'
 */

/** @param {IncomingConnection} connection */
export function connectionFields({ transport, peer, tls }) {
  return { transport, peer: peerName(peer), ...certificateFields(tls) };
}

/** @param {InstanceView} instance */
export function instanceFields(instance) {
  const { name, id, monitorName, fingerprint, transport, peer, tls } = instance;
  return {
    instance: name,
    instanceId: id,
    monitorName,
    fingerprint,
    transport,
    peer: peerName(peer),
    ...certificateFields(tls),
  };
}

/**
 * @param {InstanceView} instance
 * @param {Ending} ending
 */
export function endingFields({ name, id, monitorName }, { code, reason }) {
  return { instance: name, instanceId: id, monitorName, code, reason };
}

/** @param {Attachment} how */
export function attachmentEvent({ resumed }) {
  return resumed ? 'instance.resumed' : 'instance.attached';
}

/** @param {TlsIdentity | undefined} tls */
function certificateFields(tls) {
  if (tls?.fingerprint256 === undefined) return {};
  return { certificate: tls.fingerprint256, certificateNames: tls.names };
}
