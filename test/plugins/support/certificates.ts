import 'reflect-metadata';
import { KeyObject, createPrivateKey, randomBytes, webcrypto } from 'node:crypto';
import * as x509 from '@peculiar/x509';

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const HOUR = 3_600_000;

/** A certificate and its key, PEM. */
export interface Pair {
  readonly cert: string;
  readonly key: string;
}

/** What a certificate says. */
export interface Subject {
  /** X.500 text: `CN=foo`, or its parts; default: no name at all. */
  readonly subject?: string | x509.JsonName;
  readonly dns?: readonly string[];
  /** Other kinds of alternative names. */
  readonly otherNames?: x509.JsonGeneralNames;
  /** Hours from now, or times. Default: -1 to 1. */
  readonly valid?: readonly [from: number | Date, to: number | Date];
}

function makeKeys(): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
}

function pemOf(key: webcrypto.CryptoKey): string {
  return KeyObject.from(key).export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The same key behind a passphrase. */
export function locked(key: string, passphrase = 'secret'): string {
  return createPrivateKey(key).export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();
}

/** An authority that issues certificates for tests. */
export class Authority {
  private constructor(
    private readonly name: string,
    private readonly keys: webcrypto.CryptoKeyPair,
    /** The authority's own certificate, PEM. */
    readonly cert: string,
  ) {}

  /** One that trusts itself. */
  static async create(name: string): Promise<Authority> {
    const keys = await makeKeys();
    const signer = { name, key: keys.privateKey };
    return new Authority(name, keys, await sign({ subject: `CN=${name}` }, keys.publicKey, signer, true));
  }

  /** One that this one answers for. */
  intermediate(name: string): Promise<Authority> {
    return this.below(name, true);
  }

  /** One whose certificate does not allow it to sign others. */
  deputy(name: string): Promise<Authority> {
    return this.below(name, false);
  }

  private async below(name: string, isAuthority: boolean): Promise<Authority> {
    const keys = await makeKeys();
    const cert = await sign({ subject: `CN=${name}` }, keys.publicKey, this.signer(), isAuthority);
    return new Authority(name, keys, cert);
  }

  async issue(subject: Subject): Promise<Pair> {
    const keys = await makeKeys();
    return { cert: await sign(subject, keys.publicKey, this.signer(), false), key: pemOf(keys.privateKey) };
  }

  /** The authority's own certificate, with its key. */
  own(): Pair {
    return { cert: this.cert, key: pemOf(this.keys.privateKey) };
  }

  private signer(): Signer {
    return { name: this.name, key: this.keys.privateKey };
  }
}

interface Signer {
  readonly name: string;
  readonly key: webcrypto.CryptoKey;
}

function timeOf(when: number | Date): Date {
  return typeof when === 'number' ? new Date(Date.now() + when * HOUR) : when;
}

async function sign(
  about: Subject,
  publicKey: webcrypto.CryptoKey,
  signer: Signer,
  isAuthority: boolean,
): Promise<string> {
  const { subject = '', dns = [], otherNames = [], valid: [from, to] = [-1, 1] } = about;
  const names = [...dns.map((value) => ({ type: 'dns', value }) as const), ...otherNames];
  const certificate = await x509.X509CertificateGenerator.create({
    serialNumber: randomBytes(8).toString('hex'),
    subject,
    issuer: `CN=${signer.name}`,
    notBefore: timeOf(from),
    notAfter: timeOf(to),
    publicKey,
    signingKey: signer.key,
    signingAlgorithm: ALGORITHM,
    extensions: [
      new x509.BasicConstraintsExtension(isAuthority, undefined, true),
      ...(names.length > 0 ? [new x509.SubjectAlternativeNameExtension(names)] : []),
    ],
  });
  return `${certificate.toString('pem')}\n`;
}

/** The same key, protected by a passphrase: PKCS#8, or the traditional form that OpenSSL used to write. */
export function encrypt(key: string, passphrase: string, form: 'pkcs8' | 'traditional' = 'pkcs8'): string {
  const type = form === 'pkcs8' ? 'pkcs8' : 'sec1';
  return createPrivateKey(key).export({ type, format: 'pem', cipher: 'aes-256-cbc', passphrase }).toString();
}
