import { defineErrors } from '../../plugin-sdk/index.js';

export const errors = defineErrors({
  SCR_TLS_FILE: ['the file cannot be read', 'check the path and its permissions'],
  SCR_TLS_PAIR: [
    'certificate and key cannot be used together',
    'give the PEM files of one pair, the certificate with its chain',
  ],
  SCR_TLS_CA: ['this is not a file of CA certificates', 'give a PEM file with the certificates of the authority'],
  SCR_TLS_PASSPHRASE: [
    'the passphrase of the private key is wrong or missing',
    'give it on the terminal, or with passphraseFile or passphraseEnv',
  ],
  SCR_TLS_HANDSHAKE: ['the TLS handshake failed', 'check that the peer uses TLS and trusts this certificate'],
  SCR_TLS_HANDSHAKE_TIMEOUT: ['the TLS handshake took too long', 'check that the peer uses TLS (scamper -O tls)'],
  SCR_TLS_CLIENT_CERTIFICATE: [
    "the peer's certificate was not accepted",
    'give that scamper a certificate signed by the authority given with -C',
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
