import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { TlsIdentity } from '../../plugin-sdk/index.js';

/** What the handshake tells of the peer. */
export function identityOf(secure: TLSSocket): TlsIdentity {
  const certificate = secure.getPeerX509Certificate();
  return {
    authorized: certificate !== undefined,
    names: certificate === undefined ? [] : namesIn(certificate),
    fingerprint256: certificate?.fingerprint256,
    protocol: secure.getProtocol() ?? 'unknown',
  };
}

/** The DNS subjectAltNames; the CN only where there is none. */
function namesIn(certificate: X509Certificate): string[] {
  const alternatives = valuesOf('DNS:', (certificate.subjectAltName ?? '').split(', '));
  const names = alternatives.length > 0 ? alternatives : valuesOf('CN=', subjectOf(certificate).split('\n'));
  return names.filter((name) => !isQuoted(name));
}

/** The subject, one part a line. Node has none for an empty one, whatever its types say. */
function subjectOf(certificate: { readonly subject?: string }): string {
  return certificate.subject ?? '';
}

function valuesOf(kind: string, entries: readonly string[]): string[] {
  return entries.filter((entry) => entry.startsWith(kind)).map((entry) => entry.slice(kind.length));
}

/** Node quotes names that hold what no host name can; commas are escaped in them. */
function isQuoted(name: string): boolean {
  return name.startsWith('"');
}

/** Whether the certificate was made out for the monitor name; names are compared as DNS does, without regard to case. */
export function isNamed(identity: TlsIdentity, monitorName: string | undefined): boolean {
  if (monitorName === undefined) return false;
  const wanted = monitorName.toLowerCase();
  return identity.names.some((name) => name.toLowerCase() === wanted);
}
