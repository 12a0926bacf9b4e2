import { X509Certificate } from 'node:crypto';
import { type ConnectionOptions, createSecureContext } from 'node:tls';

/** What is wrong with what TLS is given, and which option it is. */
export interface CredentialFault {
  readonly option: 'ca' | 'cert' | 'key';
  /** In plain words. */
  readonly reason: string;
}

const CERTIFICATE = /-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/;
const PRIVATE_KEY = /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/;

/** Looks at each of them alone, and then at the pair. Node leaves out authorities that it cannot read, and says nothing. */
export function credentialFault({ ca, cert, key, passphrase }: ConnectionOptions): CredentialFault | undefined {
  if (!piecesOf(ca).every(isCertificate))
    return { option: 'ca', reason: 'what is given as authority is no certificate' };
  if (!loads({ cert })) return { option: 'cert', reason: wrongCertificate(cert) };
  if (!loads({ key, passphrase })) return { option: 'key', reason: wrongKey(key, passphrase) };
  if (loads({ cert, key, passphrase })) return undefined;
  return { option: 'key', reason: 'the private key does not belong to the certificate' };
}

function loads(options: ConnectionOptions): boolean {
  try {
    createSecureContext(options);
    return true;
  } catch {
    return false;
  }
}

function isCertificate(pem: string): boolean {
  try {
    return CERTIFICATE.test(pem) && new X509Certificate(pem).serialNumber !== '';
  } catch {
    return false;
  }
}

function wrongCertificate(cert: ConnectionOptions['cert']): string {
  const pieces = piecesOf(cert);
  if (pieces.some(isCertificate)) return 'the certificate cannot be used; its key may be too short';
  const isKey = pieces.some((pem) => PRIVATE_KEY.test(pem));
  return isKey ? 'what is given as certificate is a private key' : 'what is given as certificate is none';
}

function wrongKey(key: ConnectionOptions['key'], passphrase: string | undefined): string {
  const pieces = piecesOf(key);
  if (pieces.some((pem) => CERTIFICATE.test(pem) && !PRIVATE_KEY.test(pem))) {
    return 'what is given as private key is a certificate';
  }
  if (!pieces.some(isEncrypted)) return 'what is given as private key is none';
  return passphrase === undefined ? 'the private key is encrypted' : 'the passphrase of the private key is wrong';
}

/** PKCS #8 says it in its first line, older kinds in a header. */
function isEncrypted(pem: string): boolean {
  return /ENCRYPTED PRIVATE KEY|^Proc-Type: 4,ENCRYPTED/m.test(pem);
}

/** One, or several, each as text. */
function piecesOf(given: unknown): string[] {
  if (Array.isArray(given)) return given.flatMap(piecesOf);
  if (typeof given === 'string') return [given];
  if (given instanceof Uint8Array) return [Buffer.from(given).toString('latin1')];
  if (typeof given === 'object' && given !== null && 'pem' in given) return piecesOf(given.pem);
  return [];
}
