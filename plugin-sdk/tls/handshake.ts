import type { Duplex } from 'node:stream';
import { type SecureContext, TLSSocket } from 'node:tls';
import type { Clock } from '../../core/contract/clock.js';
import { type ErrorSpec, ScrError } from '../../core/contract/errors.js';
import { errors, plainly } from './errors.js';
import { subjectIn } from './identity.js';
import { SECURE, TLS_ERROR, verdictOn } from './node-internals.js';

export interface HandshakeOptions {
  readonly context: SecureContext;
  /** Whether the peer must show a certificate that the context's CA has signed. */
  readonly requireCertificate: boolean;
  /** In milliseconds. */
  readonly timeLimit: number;
}

/**
 * Does the server's side of a TLS handshake. @throws ScrError SCR_TLS_HANDSHAKE, SCR_TLS_HANDSHAKE_TIMEOUT,
 * SCR_TLS_NO_CERTIFICATE, SCR_TLS_CLIENT_CERTIFICATE, SCR_TLS_CERTIFICATE_EXPIRED, SCR_TLS_CERTIFICATE_EARLY; the
 * connection is destroyed then
 *
 * Node's public way, a tls.Server that is given the connection, does not tell which of its secure connections came from
 * which stream. So the socket is made here, and three things that tls.Server does with means Node does not document are
 * done here too: see node-internals.ts. Should one of them go away, nobody is let in: without the event `secure` the time
 * limit refuses, without a verdict so does {@link rejection}.
 */
export function handshake(stream: Duplex, clock: Clock, options: HandshakeOptions): Promise<TLSSocket> {
  if (stream.destroyed) return Promise.reject(failed(errors.SCR_TLS_HANDSHAKE, closedEarly()));
  const { context, requireCertificate, timeLimit } = options;
  const secure = new TLSSocket(stream, {
    isServer: true,
    secureContext: context,
    requestCert: requireCertificate,
    rejectUnauthorized: requireCertificate,
  });
  // Without a tls.Server, Node only tells of TLS that breaks after the handshake, and leaves the connection open.
  secure.on(TLS_ERROR, (cause: Error) => secure.destroy(plainly(cause) as Error));
  return new Promise((resolve, reject: (why: ScrError) => void) => {
    let reason: unknown;
    const finish = (why?: ScrError): void => {
      timer.cancel();
      secure.off(SECURE, onSecure).off('close', onClose).off('end', onClose);
      if (why === undefined) return resolve(secure);
      secure.destroy();
      reject(why);
    };
    const note = (cause: unknown): void => void (reason ??= cause);
    const onClose = (): void => finish(failed(specOf(reason), reason ?? closedEarly()));
    const onSecure = (): void => {
      finish(requireCertificate ? rejection(secure) : undefined);
    };
    const timer = clock.after(timeLimit, () => finish(failed(errors.SCR_TLS_HANDSHAKE_TIMEOUT)));
    // A stream that may be half open is not closed by its end, and nothing more can come of it.
    secure.on('error', note).on('close', onClose).on('end', onClose).on(SECURE, onSecure);
  });
}

function failed(spec: ErrorSpec, cause?: unknown, detail?: string): ScrError {
  return new ScrError(spec, detail, { cause: plainly(cause) });
}

function closedEarly(): Error {
  return new Error('the peer closed the connection');
}

/** OpenSSL itself ends a handshake without a certificate; with a wrong one Node lets it end, and tells afterwards. */
function specOf(reason: unknown): ErrorSpec {
  const showedNone = codeOf(reason) === 'ERR_SSL_PEER_DID_NOT_RETURN_A_CERTIFICATE';
  return showedNone ? errors.SCR_TLS_NO_CERTIFICATE : errors.SCR_TLS_HANDSHAKE;
}

/** Why the peer's certificate chain is not trusted; undefined only when OpenSSL says that it is. */
function rejection(secure: TLSSocket): ScrError | undefined {
  const certificate = secure.getPeerX509Certificate();
  if (certificate === undefined) return failed(errors.SCR_TLS_NO_CERTIFICATE);
  const verdict = verdictOn(secure);
  if (verdict === null) return undefined;
  const cause = verdict ?? new Error('the certificate could not be verified');
  return failed(verdictSpecs.get(codeOf(verdict)) ?? errors.SCR_TLS_CLIENT_CERTIFICATE, cause, subjectIn(certificate));
}

const verdictSpecs: ReadonlyMap<unknown, ErrorSpec> = new Map([
  ['CERT_HAS_EXPIRED', errors.SCR_TLS_CERTIFICATE_EXPIRED],
  ['CERT_NOT_YET_VALID', errors.SCR_TLS_CERTIFICATE_EARLY],
]);

function codeOf(failure: unknown): unknown {
  return failure instanceof Error ? Reflect.get(failure, 'code') : undefined;
}
