import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { type ConnectionOptions, type TLSSocket, connect } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { PluginEntry, Prompt } from '../../../plugin-sdk/index.js';
import { SimScamper, type SimScamperOptions, type TestBench, startBench } from '../../../testing/index.js';
import tcp from '../../../plugins/tcp/index.js';
import tls from '../../../plugins/tls/index.js';
import { Authority, type Pair } from './certificates.js';
import { tempDirectory } from './local.js';
import { portOf } from './remote.js';

export const SERVER_NAME = 'controller.example';

/** Who signed the certificates of the controllers under test. */
export const authority = await Authority.create('The CA of controllers');
/** The certificate of the controllers under test. */
export const server = await authority.issue({ subject: `CN=${SERVER_NAME}`, dns: [SERVER_NAME] });

/** Writes the PEM files `cert.pem`, `key.pem` and, where there is a CA, `ca.pem`. */
export function writePair(directory: string, { cert, key }: Pair, ca?: string): void {
  writeFileSync(join(directory, 'cert.pem'), cert);
  writeFileSync(join(directory, 'key.pem'), key);
  if (ca !== undefined) writeFileSync(join(directory, 'ca.pem'), ca);
}

export interface Setting {
  readonly pair?: Pair;
  /** Who must have signed client certificates; without it none is asked for. */
  readonly ca?: string;
  readonly options?: object;
  readonly plugins?: readonly PluginEntry[];
  readonly prompt?: Prompt;
}

export interface Secured {
  readonly bench: TestBench;
  readonly directory: string;
  readonly port: number;
  /** The entry of the plugin, for a reload with other options. */
  readonly entry: (options?: object) => PluginEntry;
}

/** A controller with TLS on a port of its own; its files are in `directory`. */
export async function secured({
  pair = server,
  ca,
  options = {},
  plugins = [],
  prompt,
}: Setting = {}): Promise<Secured> {
  const directory = tempDirectory();
  writePair(directory, pair, ca);
  const entry = (more: object = {}): PluginEntry => [
    tls,
    { cert: 'cert.pem', key: 'key.pem', ...(ca !== undefined && { ca: 'ca.pem' }), ...options, ...more },
  ];
  const bench = await startBench([[tcp, { listen: '127.0.0.1:0' }], ...plugins, entry()], {
    directory,
    ...(prompt !== undefined && { prompt }),
  });
  onTestFinished(() => bench.stop());
  return { bench, directory, port: portOf(bench), entry };
}

export interface Remote extends ConnectionOptions {
  /** The certificate that it shows. */
  readonly shows?: Pair;
  /** The wire to use in place of a TCP connection. */
  readonly wire?: Duplex;
}

/** The scamper's side of TLS. */
export function dialTls(port: number, { shows, wire, ...options }: Remote = {}): TLSSocket {
  const socket = connect({
    ...(wire === undefined ? { port, host: '127.0.0.1' } : { socket: wire }),
    servername: SERVER_NAME,
    ca: authority.cert,
    ...(shows !== undefined && shows),
    ...options,
  });
  socket.on('error', () => undefined); // the test sees the end of the stream
  return socket;
}

/** A simulated scamper inside TLS. */
export function dialScamper(port: number, remote: Remote & SimScamperOptions = {}): SimScamper {
  const { magic, monitorName, script, acknowledges, sequence, ...tlsOptions } = remote;
  const simulated = { magic, monitorName, script, acknowledges, sequence };
  const given = Object.fromEntries(Object.entries(simulated).filter(([, value]) => value !== undefined));
  return new SimScamper(dialTls(port, tlsOptions), given);
}

/** Why a connection was refused. */
export interface Refusal {
  readonly step: unknown;
  /** The code under which it was told. */
  readonly code: unknown;
  readonly message: string;
  readonly cause?: unknown;
}

/** What the log told of the one connection that was refused; a warning, in one line. */
export async function refusal({ log }: TestBench): Promise<Refusal> {
  const { level, message, fields } = await log.waitFor('connection.refused');
  if (level !== 'warn' || log.of('connection.refused').length > 1) throw new Error('not told in one warning');
  const cause = fields['cause'] === undefined ? {} : { cause: fields['cause'] };
  return { step: fields['step'], code: fields['code'], message: message.replace(/^\S+ refused: /, ''), ...cause };
}

/** What is told of a connection that did not get through TLS. */
export function refusedByTls(code: string, message: string): Refusal {
  return { step: 'accept', code, message };
}

export function handshakeFailed(reason: string): Refusal {
  return { ...refusedByTls('SCR_TLS_HANDSHAKE', 'the TLS handshake failed'), cause: reason };
}

export const handshakeTimedOut = refusedByTls('SCR_TLS_HANDSHAKE_TIMEOUT', 'the TLS handshake took too long');

/** What is told of a certificate that was shown. @param who the subject in it */
export function certificateRefused(
  reason: string,
  who: string,
  code = 'SCR_TLS_CLIENT_CERTIFICATE',
  what = 'was not accepted',
): Refusal {
  return { ...refusedByTls(code, `${who}: the peer's certificate ${what}`), cause: reason };
}

export const showedNone: Refusal = {
  ...refusedByTls('SCR_TLS_NO_CERTIFICATE', 'the peer showed no certificate'),
  cause: 'peer did not return a certificate',
};
