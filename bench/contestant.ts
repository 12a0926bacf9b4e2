import type { Kind } from './cases.js';
import type { Certificate } from './certificate.js';

/** Where a contestant runs. */
export interface Site {
  readonly folder: string;
  readonly port: number;
  /** Where its sockets shall appear. */
  readonly directory: string;
  /** Where its mux shall be, in place of the sockets; undefined: there is to be none. */
  readonly muxPath: string | undefined;
  /** Where a relay without a protocol listens for the local end. */
  readonly pipePath: string;
  readonly certificate: Certificate | undefined;
  /** limits.clientStall in seconds; undefined: the default. */
  readonly clientStall: number | undefined;
  /** Where the heap is to be told; undefined: nowhere. */
  readonly heapProbe: string | undefined;
}

/** How to start it. */
export interface Command {
  readonly program: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** Somebody who takes part. */
export interface Contestant {
  readonly kind: Kind;
  readonly label: string;
  /** What exactly it is. */
  readonly detail: string;
  readonly tls: boolean;
  /** Whether it has a mux. */
  readonly mux: boolean;
  /** Whether it tells the size of its heap. */
  readonly tellsHeap: boolean;
  command(site: Site): Command;
}

/** sc_remoted's flags, which both understand. */
export function flagsFor({ port, directory, muxPath, certificate }: Site): string[] {
  const tls = certificate === undefined ? [] : ['-c', certificate.certFile, '-p', certificate.keyFile];
  return ['-P', `127.0.0.1:${port}`, ...(muxPath === undefined ? ['-U', directory] : ['-M', muxPath]), ...tls];
}
