import {
  type Attachment,
  type Ending,
  type IncomingConnection,
  type InstanceView,
  type TlsIdentity,
  peerName,
} from '../../plugin-sdk/index.js';

/** What a line of the trail says beside its time and event. */
export type Fields = Readonly<Record<string, unknown>>;

export function connectionFields({ transport, peer, tls }: IncomingConnection): Fields {
  return { transport, peer: peerName(peer), ...certificateFields(tls) };
}

export function instanceFields(instance: InstanceView): Fields {
  const { name, id, monitorName, fingerprint, transport, peer, tls } = instance;
  const known = { instance: name, instanceId: id, monitorName, fingerprint, transport };
  return { ...known, peer: peerName(peer), ...certificateFields(tls) };
}

export function endingFields({ name, id, monitorName }: InstanceView, { code, reason }: Ending): Fields {
  return { instance: name, instanceId: id, monitorName, code, reason };
}

export function attachmentEvent({ resumed }: Attachment): string {
  return resumed ? 'instance.resumed' : 'instance.attached';
}

function certificateFields(tls: TlsIdentity | undefined): Fields {
  if (tls?.fingerprint256 === undefined) return {};
  return { certificate: tls.fingerprint256, certificateNames: tls.names };
}
