import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { onTestFinished } from 'vitest';
import type { PluginEntry } from '../../../../core/contract/plugin.js';
import mux from '../../../../plugins/mux/index.js';
import { type TestBench, startBench } from '../../../../testing/index.js';
import { Authority, type Pair } from '../../support/certificates.js';
import { tempDirectory } from '../../support/local.js';
import { SERVER_NAME, authority, server, writePair } from '../../support/tls.js';
import { StrictMux } from './strict-mux.js';

/** Who signs the certificates of clients. */
export const clients = await Authority.create('The CA of clients');
/** The option of a mux whose certificates are those of {@link listening}; `ca` asks for those of clients. */
export const tls = { cert: 'cert.pem', key: 'key.pem' };

interface Setting {
  readonly bench: TestBench;
  readonly port: number;
  readonly directory: string;
}

/** A controller with a mux on a free port of the loopback. */
export async function listening(options: object, more: readonly PluginEntry[] = []): Promise<Setting> {
  const directory = tempDirectory();
  writePair(directory, server, clients.cert);
  const bench = await startBench([...more, [mux, { listen: '127.0.0.1:0', ...options }]], { directory });
  onTestFinished(() => bench.stop());
  const port = bench.log.of('mux.listening')[0]?.fields['port'];
  return { bench, directory, port: Number(port) };
}

export function plain(port: number): StrictMux {
  return new StrictMux(connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
}

export function secure(port: number, shows?: Pair): StrictMux {
  const socket = connectTls({ port, host: '127.0.0.1', servername: SERVER_NAME, ca: authority.cert, ...shows });
  return new StrictMux(socket);
}
