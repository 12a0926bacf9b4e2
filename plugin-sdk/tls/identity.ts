import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';
import type { TlsIdentity } from '../../core/contract/views.js';

/** What the handshake tells of the peer. */
export function identityOf(secure: TLSSocket): TlsIdentity {
  const certificate = secure.getPeerX509Certificate();
  return {
    authorized: certificate !== undefined,
    names: certificate === undefined ? [] : namesIn(certificate),
    fingerprint256: certificate?.fingerprint256,
    ...(certificate !== undefined && { subject: subjectIn(certificate) }),
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

/** Whose certificate it is, in one line, for the log: its subject, or its alternative names where that is empty. */
export function subjectIn(certificate: X509Certificate): string {
  return onOneLine(subjectOf(certificate)) || onOneLine(certificate.subjectAltName) || 'no name';
}

/** Characters of a name that are told: in a certificate that nobody has checked there may be any number. */
const TOLD = 256;

/** A name as Node gives it, a part a line, as people write it. What cannot be seen is replaced. */
export function onOneLine(name = ''): string {
  const line = name
    .split('\n')
    .join(', ')
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, '?');
  return line.length > TOLD ? `${line.slice(0, TOLD)}…` : line;
}

function valuesOf(kind: string, entries: readonly string[]): string[] {
  return entries.filter((entry) => entry.startsWith(kind)).map((entry) => entry.slice(kind.length));
}

/** Node quotes names that hold what no host name can; commas are escaped in them. */
function isQuoted(name: string): boolean {
  return name.startsWith('"');
}
