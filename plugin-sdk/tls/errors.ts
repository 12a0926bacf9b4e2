import { defineErrors } from '../../core/contract/errors.js';

/** Failures of TLS. */
export const errors = defineErrors({
  // ## The start
  /** At a reload too; then the old certificate is kept. The same holds for the next three codes. */
  SCR_TLS_FILE: ['the file cannot be read', 'check the path and its permissions'],
  SCR_TLS_PAIR: [
    'certificate and key cannot be used together',
    'give the PEM files of one pair, the certificate with its chain',
  ],
  SCR_TLS_CA: ['this is not a file of CA certificates', 'give a PEM file with the certificates of the authority'],
  /** There are three attempts on the terminal. */
  SCR_TLS_PASSPHRASE: [
    'the passphrase of the private key is wrong or missing',
    'give it on the terminal, or with passphraseFile or passphraseEnv',
  ],

  // ## A connection is refused
  SCR_TLS_NOT_READY: ['TLS is asked for before its certificate is loaded', 'try again; the controller is starting'],
  /**
   * The cause is OpenSSL's. _wrong version number_: the peer does not speak TLS. _alert unknown ca_ and the like: the
   * peer does not trust this certificate.
   */
  SCR_TLS_HANDSHAKE: ['the TLS handshake failed', 'check that the peer uses TLS and trusts this certificate'],
  /** Given an address, or `-O notls-remote`, it does not; nor does Debian's, which is built without TLS. */
  SCR_TLS_HANDSHAKE_TIMEOUT: [
    'the TLS handshake took too long',
    'check that the peer uses TLS: the newest scamper does where -R holds a name',
  ],
  /**
   * `msg` begins with the subject of the certificate; the cause is OpenSSL's. How to make one that fits:
   * [tls](../plugins/tls/README.md#client-certificates-from-an-authority-of-your-own).
   */
  SCR_TLS_CLIENT_CERTIFICATE: [
    "the peer's certificate was not accepted",
    'give that scamper a certificate signed by the authority given with -C',
  ],
  SCR_TLS_NO_CERTIFICATE: [
    'the peer showed no certificate',
    'start that scamper with -O client-certfile= and -O client-privfile=',
  ],
  /** `msg` begins with the subject of the certificate. */
  SCR_TLS_CERTIFICATE_EXPIRED: [
    "the peer's certificate has expired",
    'give that scamper a new certificate; if all are told of, look at the authority given with -C',
  ],
  SCR_TLS_CERTIFICATE_EARLY: [
    "the peer's certificate is not valid yet",
    'set the clock of this machine, and of the one where the certificate was made',
  ],
});

/** What newer Nodes add to OpenSSL's verdict on a certificate. Here authorities come from `-C` and nowhere else. */
const HINT = /; if the root CA is installed locally, .*$/;

/**
 * OpenSSL's failures in plain words: without the codes and the places in its source that Node's message is made of, and without
 * Node's own advice.
 */
export function plainly(failure: unknown): unknown {
  if (!(failure instanceof Error)) return failure;
  const reason: unknown = Reflect.get(failure, 'reason');
  const words = typeof reason === 'string' ? reason : failure.message.replace(HINT, '');
  return words === failure.message ? failure : new Error(words, { cause: failure });
}
