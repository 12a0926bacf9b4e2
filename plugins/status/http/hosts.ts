import type { IncomingMessage } from 'node:http';

/** Names under which a loopback address is asked. */
const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * The names that a request may be for: otherwise a page from elsewhere could have a browser on this machine ask for it, under a name
 * that its owner lets point here.
 */
export function hostsKnown(more: readonly string[], listens: string | undefined): ReadonlySet<string> {
  return new Set([...LOOPBACK, ...(listens === undefined ? [] : [listens]), ...more].map((host) => host.toLowerCase()));
}

/** The host that a request is for, without the port; empty where it says none. */
export function hostOf({ headers: { host = '' } }: Pick<IncomingMessage, 'headers'>): string {
  return host.replace(/:\d*$/, '').toLowerCase();
}
