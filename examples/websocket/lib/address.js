// @ts-check
import { isIPv4, isIPv6 } from 'node:net';

/**
 * Where to listen; without a host, with both families.
 * @typedef {{ readonly host: string | undefined, readonly port: number }} Endpoint
 */

/**
 * Reads `8080`, `127.0.0.1:8080` or `[::1]:8080`.
 * @param {string | number} listen
 * @returns {Endpoint | undefined} undefined for anything else
 */
export function parseEndpoint(listen) {
  const [, bracketed, plain, digits = ''] = /^(?:\[([^\]]+)\]:|([^:]+):)?(\d{1,5})$/.exec(String(listen)) ?? [];
  const host = bracketed ?? plain;
  const isHost = host === undefined || (bracketed === undefined ? isIPv4(host) : isIPv6(host));
  return digits !== '' && Number(digits) <= 65_535 && isHost ? { host, port: Number(digits) } : undefined;
}

/**
 * @param {import('node:net').Server} server
 * @param {Endpoint} endpoint
 * @returns {Promise<import('node:net').AddressInfo>} what was taken, with port 0 a free one
 * @throws what the system says
 */
export function listen(server, { host, port }) {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    // Without a host Node takes both families, or IPv4 alone where there is no IPv6.
    server.listen({ port, host, backlog: 4096 }, () => {
      server.off('error', reject);
      resolve(/** @type {import('node:net').AddressInfo} */ (server.address()));
    });
  });
}
