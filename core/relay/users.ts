import type { ClientOrigin } from '../contract/views.js';

/** Who a client belongs to, as far as that is known: what all clients of one user cost is counted together. */
export function userOf({ credentials, tls, peer }: ClientOrigin): string {
  if (credentials !== undefined) return `uid ${credentials.uid}`;
  if (tls?.authorized === true && tls.subject !== undefined) return `subject ${tls.subject}`;
  if (peer !== undefined) return peer.kind === 'label' ? `label ${peer.label}` : `address ${peer.address}`;
  return 'anyone';
}
