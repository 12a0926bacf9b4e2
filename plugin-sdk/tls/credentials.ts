import { X509Certificate, constants, createPrivateKey } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { type SecureContext, type SecureVersion, createSecureContext } from 'node:tls';
import { ScrError, reasonOf } from '../../core/contract/errors.js';
import type { PluginController } from '../../core/contract/plugin.js';
import { errors, plainly } from './errors.js';
import type { Loaded } from './validity.js';

/** Which files, and where the passphrase comes from. */
export interface CredentialOptions {
  readonly cert: string;
  readonly key: string;
  readonly ca?: string | undefined;
  readonly passphraseFile?: string | undefined;
  readonly passphraseEnv?: string | undefined;
  readonly minVersion: SecureVersion;
}

/** What was loaded. */
export interface LoadedCredentials {
  readonly context: SecureContext;
  /** Every certificate in the files: our own first, then its chain, then the authorities. */
  readonly certificates: readonly [own: Loaded, ...others: Loaded[]];
  /** Files of secrets that everybody on this machine may read. */
  readonly exposed: readonly string[];
}

type Controller = Pick<PluginController, 'prompt' | 'resolvePath'>;

/**
 * Each connection shows and proves its certificates anew: nothing is taken over from an earlier connection, nothing
 * changes after the handshake. scamper uses neither.
 */
const SECURE_OPTIONS = constants.SSL_OP_NO_TICKET | constants.SSL_OP_NO_RENEGOTIATION;

const OTHERS_READ = 0o004;

/** How often a wrong passphrase may be typed. */
const ATTEMPTS = 3;

/**
 * Loads certificate, key and CA; remembers a passphrase that was typed, because nobody can be
 * asked at a reload.
 */
export class Credentials {
  readonly #controller: Controller;
  #typed: string | undefined;
  #exposed: string[] = [];

  constructor(controller: Controller) {
    this.#controller = controller;
  }

  /** @throws ScrError SCR_TLS_FILE, SCR_TLS_PAIR, SCR_TLS_CA, SCR_TLS_PASSPHRASE */
  async load(options: CredentialOptions): Promise<LoadedCredentials> {
    this.#exposed = [];
    const cert = await this.#read(options.cert);
    if (!/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----/.test(cert)) {
      throw new ScrError(errors.SCR_TLS_PAIR, options.cert, { cause: new Error('there is no certificate in it') });
    }
    const key = await this.#readSecret(options.key);
    const ca = options.ca === undefined ? undefined : await this.#readCa(options.ca);
    const passphrase = await this.#passphrase(options, key);
    try {
      const pair = { cert, key, ...(passphrase !== undefined && { passphrase }) };
      const [own, ...chain] = certificatesIn(options.cert, cert);
      assertPair(own.certificate, pair);
      const { minVersion } = options;
      const context = createSecureContext({
        ...pair,
        minVersion,
        secureOptions: SECURE_OPTIONS,
        ...(ca !== undefined && { ca: ca.pem }),
      });
      const certificates = [own, ...chain, ...(ca?.certificates ?? [])] as const;
      return { context, certificates, exposed: this.#exposed };
    } catch (cause) {
      throw new ScrError(errors.SCR_TLS_PAIR, `${options.cert}, ${options.key}`, { cause: plainly(cause) });
    }
  }

  /** Reads what nobody else should. */
  async #readSecret(path: string): Promise<string> {
    const text = await this.#read(path);
    const { mode } = await stat(this.#controller.resolvePath(path));
    if ((mode & OTHERS_READ) !== 0) this.#exposed.push(path);
    return text;
  }

  async #read(path: string): Promise<string> {
    try {
      return await readFile(this.#controller.resolvePath(path), 'utf8');
    } catch (cause) {
      throw new ScrError(errors.SCR_TLS_FILE, path, { cause });
    }
  }

  async #readCa(path: string): Promise<{ readonly pem: string; readonly certificates: readonly Loaded[] }> {
    const pem = await this.#read(path);
    try {
      return { pem, certificates: certificatesIn(path, pem) };
    } catch (cause) {
      throw new ScrError(errors.SCR_TLS_CA, path, { cause: plainly(cause) });
    }
  }

  /** The passphrase that opens the key; undefined for a key without one. */
  async #passphrase(options: CredentialOptions, key: string): Promise<string | undefined> {
    if (this.#opens(options, key, undefined)) return undefined;
    const given = await this.#given(options);
    if (given !== undefined) {
      if (this.#opens(options, key, given)) return given;
      throw new ScrError(errors.SCR_TLS_PASSPHRASE, options.key);
    }
    return this.#ask(options, key);
  }

  async #given({ passphraseFile, passphraseEnv }: CredentialOptions): Promise<string | undefined> {
    if (passphraseFile !== undefined) return (await this.#readSecret(passphraseFile)).replace(/\r?\n[^]*$/, '');
    return passphraseEnv === undefined ? undefined : process.env[passphraseEnv];
  }

  async #ask(options: CredentialOptions, key: string): Promise<string> {
    if (this.#typed !== undefined && this.#opens(options, key, this.#typed)) return this.#typed;
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const again = attempt === 0 ? '' : 'Wrong passphrase. ';
      const typed = await this.#typedAnswer(options, `${again}Passphrase of ${options.key}: `);
      if (!this.#opens(options, key, typed)) continue;
      this.#typed = typed;
      return typed;
    }
    throw new ScrError(errors.SCR_TLS_PASSPHRASE, `${options.key}: ${ATTEMPTS} attempts`);
  }

  async #typedAnswer(options: CredentialOptions, question: string): Promise<string> {
    try {
      return await this.#controller.prompt(question);
    } catch (failure) {
      const { passphraseEnv } = options;
      const unset = passphraseEnv === undefined ? '' : `the environment variable ${passphraseEnv} is not set, and `;
      const cause = new Error(`${unset}${reasonOf(failure)}`, { cause: failure });
      throw new ScrError(errors.SCR_TLS_PASSPHRASE, options.key, { cause });
    }
  }

  /** @throws ScrError SCR_TLS_PAIR when the key is broken, whatever the passphrase */
  #opens(options: CredentialOptions, key: string, passphrase: string | undefined): boolean {
    try {
      createPrivateKey({ key, ...(passphrase !== undefined && { passphrase }) });
      return true;
    } catch (cause) {
      if (isEncrypted(key)) return false;
      const why = isKey(key) ? plainly(cause) : new Error('there is no key in it');
      throw new ScrError(errors.SCR_TLS_PAIR, options.key, { cause: why });
    }
  }
}

function isKey(pem: string): boolean {
  return /-----BEGIN [A-Z0-9 ]*PRIVATE KEY-----/.test(pem);
}

function isEncrypted(pem: string): boolean {
  return pem.includes('BEGIN ENCRYPTED PRIVATE KEY') || pem.includes('Proc-Type: 4,ENCRYPTED');
}

/** OpenSSL would take a key of another kind than the certificate's without a word, and then fail every handshake. */
function assertPair(own: X509Certificate, key: { readonly key: string; readonly passphrase?: string }): void {
  if (!own.checkPrivateKey(createPrivateKey(key))) {
    throw new Error('the key is not the one of the first certificate');
  }
}

/** Every certificate of a file. OpenSSL would take a CA file with none as "trust nobody", and tell nobody. */
function certificatesIn(file: string, pem: string): [Loaded, ...Loaded[]] {
  const blocks =
    pem.match(/-----BEGIN [A-Z0-9 ]*CERTIFICATE-----[^]*?(?:-----END [A-Z0-9 ]*CERTIFICATE-----|$)/g) ?? [];
  const [own, ...others] = blocks.map((block) => ({ file, certificate: new X509Certificate(block) }));
  if (own === undefined) throw new Error('there is no certificate in it');
  return [own, ...others];
}
