import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

/** A certificate and its key, as files. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
}

/** Makes a certificate that nobody has signed. @returns undefined where there is no openssl to make it with */
export function makeCertificate(folder: string): Certificate | undefined {
  const [certFile, keyFile] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const made = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', keyFile, '-out', certFile];
  const { status } = spawnSync('openssl', [...made, '-subj', '/CN=localhost', '-days', '2'], { stdio: 'ignore' });
  return status === 0 ? { certFile, keyFile } : undefined;
}
