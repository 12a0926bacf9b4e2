import {
  type Attachment,
  type Ending,
  type IncomingConnection,
  type InstanceView,
  type RefusedConnection,
  type TlsIdentity,
  peerName,
} from '../../plugin-sdk/index.js';

/** What a line of the trail says beside its time and event. What is not known is left out. */
export type Fields = Readonly<Record<string, unknown>>;

export function connectionFields({ transport, peer, tls }: IncomingConnection): Fields {
  return { transport, peer: peerName(peer), ...certificateFields(tls) };
}

export function refusedFields(refused: RefusedConnection): Fields {
  const { transport, peer, monitorName, fingerprint, subject, step, code, reason, plugin } = refused;
  const who = { transport, peer: peer && peerName(peer), monitorName, fingerprint, certificateSubject: subject };
  return { ...who, step, by: plugin, code, reason };
}

export function instanceFields(instance: InstanceView): Fields {
  const { monitorName, fingerprint, transport, peer, tls } = instance;
  return {
    ...nameFields(instance),
    monitorName,
    fingerprint,
    transport,
    peer: peerName(peer),
    ...certificateFields(tls),
  };
}

export function endingFields(instance: InstanceView, { code, reason }: Ending): Fields {
  return { ...nameFields(instance), monitorName: instance.monitorName, code, reason };
}

export function nameFields({ name, id }: Pick<InstanceView, 'name' | 'id'>): Fields {
  return { instance: name, instanceId: id };
}

export function attachmentEvent({ resumed }: Attachment): string {
  return resumed ? 'instance.resumed' : 'instance.attached';
}

export function certificateFields(tls: TlsIdentity | undefined): Fields {
  if (tls?.fingerprint256 === undefined) return {};
  return { certificate: tls.fingerprint256, certificateNames: tls.names, certificateSubject: tls.subject };
}
