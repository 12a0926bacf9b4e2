import { request } from 'node:http';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { PluginEntry } from '../../../../core/contract/plugin.js';
import status from '../../../../plugins/status/index.js';
import { type TestBench, startBench } from '../../../../testing/index.js';
import { temporaryFolder } from '../../../cli/support/command.js';

/** What came back. */
export interface Answer {
  readonly code: number | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

export interface Asking {
  readonly method?: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Where to ask: a unix socket, or a port on loopback. */
export type Where = { readonly socketPath: string } | { readonly port: number };

/** Asks once. */
export function ask(where: Where, path: string, { method = 'GET', body, headers = {} }: Asking = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const host = 'port' in where ? { host: '127.0.0.1' } : {};
    const asking = request({ ...where, ...host, path, method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece: string) => (text += piece));
      response.on('end', () => resolve({ code: response.statusCode, headers: response.headers, text }));
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

/** A controller with the plugin. */
export interface StatusBench {
  readonly bench: TestBench;
  readonly where: { readonly socketPath: string };
  /** What is told at a path, as JSON. */
  readonly json: <T = unknown>(path: string) => Promise<T>;
}

/** Starts a controller with a control socket, and what else is asked for; it is stopped in the end. */
export async function startStatus(options: object = {}, others: readonly PluginEntry[] = []): Promise<StatusBench> {
  const socketPath = join(temporaryFolder(), 'control');
  const bench = await startBench([...others, [status, { socket: socketPath, ...options }]]);
  onTestFinished(() => bench.stop());
  const where = { socketPath };
  const json = async <T>(path: string): Promise<T> => JSON.parse((await ask(where, path)).text) as T;
  return { bench, where, json };
}
