import type { ClientOrigin } from '../contract/views.js';
import { type Prefixes, networkOf } from '../protocol/networks.js';

/** Who a client belongs to, as far as that is known: what all clients of one user cost is counted together. */
export function userOf({ credentials, tls, peer }: ClientOrigin, prefixes: Prefixes): string {
  if (credentials !== undefined) return `uid ${credentials.uid}`;
  if (tls?.authorized === true && tls.subject !== undefined) return `subject ${tls.subject}`;
  return peer === undefined ? 'anyone' : `network ${networkOf(peer, prefixes)}`;
}
