import type { Duplex } from 'node:stream';
import type { SecureContext } from 'node:tls';
import { ScrError } from '../../core/contract/errors.js';
import type { Release } from '../../core/contract/hooks.js';
import type { PluginController } from '../../core/contract/plugin.js';
import type { TlsIdentity } from '../../core/contract/views.js';
import { type CredentialOptions, Credentials } from './credentials.js';
import { errors } from './errors.js';
import { handshake } from './handshake.js';
import { identityOf } from './identity.js';
import { ValidityWatch, certificateFields } from './validity.js';

/** In seconds. */
const LONGEST_HANDSHAKE = 300;

/** A little more than any handshake may take: what a hook that waits for one needs as its time limit; in milliseconds. */
export const tlsHandshakeTime = LONGEST_HANDSHAKE * 1000 + 5_000;

/** JSON Schema of what a {@link TlsServer} is given; `cert` and `key` are required. */
export const tlsServerOptions = {
  cert: { type: 'string', minLength: 1, description: 'PEM file: the certificate, with its chain behind it' },
  key: { type: 'string', minLength: 1, description: 'PEM file: the private key' },
  ca: {
    type: 'string',
    minLength: 1,
    description: 'PEM file: the authorities whose client certificates are accepted; with it they are required',
  },
  passphraseFile: { type: 'string', minLength: 1, description: "file whose first line is the key's passphrase" },
  passphraseEnv: { type: 'string', minLength: 1, description: "environment variable with the key's passphrase" },
  minVersion: {
    enum: ['TLSv1.2', 'TLSv1.3'],
    default: 'TLSv1.2',
    description: 'the oldest version of TLS allowed',
  },
  handshakeTime: {
    type: 'integer',
    minimum: 1,
    maximum: LONGEST_HANDSHAKE,
    default: 15,
    description: 'seconds that a handshake may take, 1 to 300',
  },
} as const;

/** The options that {@link tlsServerOptions} describes. */
export interface TlsServerOptions extends CredentialOptions {
  /** In seconds. */
  readonly handshakeTime: number;
}

/** The server's side of TLS: a certificate that can be replaced, and handshakes with it. */
export class TlsServer {
  readonly #controller: Pick<PluginController, 'clock' | 'log' | 'tell'>;
  readonly #credentials: Credentials;
  readonly #validity: ValidityWatch;
  #active: { readonly context: SecureContext; readonly options: TlsServerOptions } | undefined;

  constructor(controller: Pick<PluginController, 'clock' | 'log' | 'prompt' | 'resolvePath' | 'tell'>) {
    this.#controller = controller;
    this.#credentials = new Credentials(controller);
    this.#validity = new ValidityWatch(controller);
  }

  /**
   * Loads all before anything is replaced; for `start` and for `reload`.
   * @throws ScrError SCR_TLS_FILE, SCR_TLS_PAIR, SCR_TLS_CA, SCR_TLS_PASSPHRASE
   */
  async load(options: TlsServerOptions): Promise<void> {
    const event = this.#active === undefined ? 'tls.loaded' : 'tls.reloaded';
    const { context, certificates, exposed } = await this.#credentials.load(options);
    this.#active = { context, options };
    const fields = { event, ...certificateFields(certificates[0]) };
    this.#controller.log.info(fields, `certificate and key are loaded; valid until ${fields.notAfter}`);
    this.#validity.watch(certificates);
    this.#controller.tell('certificates', certificates.map(certificateFields));
    for (const file of exposed) {
      const message = `everybody on this machine may read ${file}: let this user alone read it (chmod 600)`;
      this.#controller.log.warn({ event: 'tls.exposed', file }, message);
    }
  }

  /** Warns each day of certificates that are about to expire. @returns what ends it */
  begin(): Release {
    return this.#validity.begin();
  }

  /**
   * Does a handshake. With `ca` the other end has shown a certificate that it signed.
   * @throws ScrError SCR_TLS_HANDSHAKE, SCR_TLS_HANDSHAKE_TIMEOUT, SCR_TLS_NO_CERTIFICATE, SCR_TLS_CLIENT_CERTIFICATE,
   * SCR_TLS_CERTIFICATE_EXPIRED, SCR_TLS_CERTIFICATE_EARLY; the connection is destroyed then
   */
  async secure(stream: Duplex): Promise<{ readonly stream: Duplex; readonly tls: TlsIdentity }> {
    if (this.#active === undefined) throw new ScrError(errors.SCR_TLS_NOT_READY);
    const { context, options } = this.#active;
    const requireCertificate = options.ca !== undefined;
    const timeLimit = options.handshakeTime * 1000;
    const secure = await handshake(stream, this.#controller.clock, { context, requireCertificate, timeLimit });
    return { stream: secure, tls: identityOf(secure) };
  }
}
