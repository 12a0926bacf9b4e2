import type { TLSSocket } from 'node:tls';

/*
 * All that TLS here takes of Node without Node documenting it: what Node's own tls.Server does with its sockets. Nowhere
 * else is it touched.
 */

/** The event of a handshake that is done. */
export const SECURE = 'secure';
/** The event of TLS that breaks after the handshake. */
export const TLS_ERROR = '_tlsError';

/** What OpenSSL says of the peer's chain: null where it is trusted, else why not; undefined where Node does not tell. */
export function verdictOn(secure: TLSSocket): unknown {
  const ssl: unknown = Reflect.get(secure, 'ssl');
  const verify: unknown = typeof ssl === 'object' && ssl !== null ? Reflect.get(ssl, 'verifyError') : undefined;
  return typeof verify === 'function' ? Reflect.apply(verify, ssl, []) : undefined;
}
