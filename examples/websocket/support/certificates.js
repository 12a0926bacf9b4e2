import { webcrypto } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import 'reflect-metadata'; // needed by the next
import * as x509 from '@peculiar/x509';

x509.cryptoProvider.set(webcrypto);

const algorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const validity = { notBefore: new Date(Date.now() - 86_400_000), notAfter: new Date(Date.now() + 86_400_000) };
let serial = 1;

async function pem(cert, { privateKey }) {
  const key = x509.PemConverter.encode(await webcrypto.subtle.exportKey('pkcs8', privateKey), 'PRIVATE KEY');
  return { cert: cert.toString('pem'), key };
}

function freshKeys() {
  return webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
}

/** An authority. */
export async function makeAuthority() {
  const keys = await freshKeys();
  const name = 'CN=An authority';
  const extensions = [new x509.BasicConstraintsExtension(true)];
  const shared = { signingAlgorithm: algorithm, ...validity };
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    ...shared,
    name,
    serialNumber: '01',
    keys,
    extensions,
  });
  return {
    pem: root.toString('pem'),
    /** A pair for these names: `dns` and `ip` entries. */
    async issue(names, subject = 'CN=somebody') {
      const own = await freshKeys();
      const certificate = await x509.X509CertificateGenerator.create({
        ...shared,
        subject,
        issuer: name,
        serialNumber: (++serial).toString(16).padStart(2, '0'),
        publicKey: own.publicKey,
        signingKey: keys.privateKey,
        extensions: names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : [],
      });
      return pem(certificate, own);
    },
  };
}

/** The pair of a server on the loopback, its files in a folder, and the authority behind it. */
export async function makeServerFiles(folder) {
  const authority = await makeAuthority();
  const write = async ({ cert, key }) => {
    await writeFile(join(folder, 'cert.pem'), cert);
    await writeFile(join(folder, 'key.pem'), key);
  };
  const issue = () => authority.issue([{ type: 'ip', value: '127.0.0.1' }]);
  await write(await issue());
  await writeFile(join(folder, 'ca.pem'), authority.pem);
  return { authority, write, issue };
}
