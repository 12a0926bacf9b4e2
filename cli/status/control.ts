import { type IncomingMessage, request } from 'node:http';
import { resolve } from 'node:path';
import { ScrError } from '../../core/contract/errors.js';
import type { EventReport, StatusReport, VpReport } from '../../plugin-sdk/index.js';
import { cliErrors } from '../errors.js';
import { controlPathOf, resolveSettings } from '../settings.js';

/** What the command line says of the controller. */
export interface ControlFlags {
  readonly control?: string;
}

const DEFAULT_PATH = 'scamper-remote-control';
/** Where the package's service has it. */
const SERVICE_PATH = '/run/sc-remoted/control';
/** Milliseconds without a word, while an answer is waited for. */
const PATIENCE = 10_000;

/** The control socket that the flags name; else that of the configuration file, of SC_REMOTED_CONTROL, or of the usual places. */
export async function controlPaths({ control }: ControlFlags): Promise<readonly string[]> {
  if (control !== undefined) return [control];
  const configured = controlPathOf(await resolveSettings({ tailor: [] }, process.cwd()));
  if (configured !== undefined) return [configured];
  const { SC_REMOTED_CONTROL: named = '' } = process.env;
  return named === '' ? [DEFAULT_PATH, SERVICE_PATH] : [named];
}

/** The controller, asked over its control socket. */
export class Control {
  readonly #paths: readonly string[];
  readonly #signal: AbortSignal;

  constructor(paths: readonly string[], signal: AbortSignal) {
    this.#paths = paths.map((path) => resolve(path));
    this.#signal = signal;
  }

  status(): Promise<StatusReport> {
    return this.#json('GET', '/api/v1/status');
  }

  vps(): Promise<readonly VpReport[]> {
    return this.#json('GET', '/api/v1/vps');
  }

  vp(name: string): Promise<VpReport> {
    return this.#json('GET', `/api/v1/vps/${encodeURIComponent(name)}`);
  }

  /** Oldest first. */
  events(after: number): Promise<readonly EventReport[]> {
    return this.#json('GET', `/api/v1/events?count=1000&after=${after}`);
  }

  async forget(name: string): Promise<void> {
    await this.#json('DELETE', `/api/v1/vps/${encodeURIComponent(name)}`);
  }

  async setLog(wish: object): Promise<void> {
    await this.#json('PUT', '/api/v1/log', wish);
  }

  /** Calls `heed` with what happened last, and then with what happens, until the controller or the command ends. */
  async follow(heed: (events: readonly EventReport[]) => Promise<void>): Promise<void> {
    const response = await this.#ask('GET', '/api/v1/stream');
    response.setEncoding('utf8');
    let text = '';
    for await (const piece of response as AsyncIterable<string>) {
      const blocks = (text + piece).split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) await heed(eventsIn(block));
    }
  }

  // What is told is what the schema of this version says: the socket is the user's own.
  async #json<T>(method: string, path: string, body?: object): Promise<T> {
    const response = await this.#ask(method, path, body);
    const pieces: Buffer[] = [];
    for await (const piece of response as AsyncIterable<Buffer>) pieces.push(piece);
    const text = Buffer.concat(pieces).toString();
    const { statusCode: code = 0 } = response;
    if (code >= 200 && code < 300) return JSON.parse(text) as T;
    throw new ScrError(code === 404 ? cliErrors.SCR_NO_SUCH_VP : cliErrors.SCR_STATUS_REFUSED, errorIn(text));
  }

  async #ask(method: string, path: string, body?: object): Promise<IncomingMessage> {
    const failures: unknown[] = [];
    for (const socketPath of this.#paths) {
      try {
        return await this.#askAt(socketPath, method, path, body);
      } catch (cause) {
        failures.push(cause);
      }
    }
    throw new ScrError(cliErrors.SCR_NO_STATUS, this.#paths.join(', '), { cause: failures[0] });
  }

  #askAt(socketPath: string, method: string, path: string, body?: object): Promise<IncomingMessage> {
    return new Promise((answered, failed) => {
      const asking = request({ socketPath, method, path, agent: false, signal: this.#signal }, answered);
      asking.on('error', failed);
      asking.setTimeout(PATIENCE, () => asking.destroy(new Error('it does not answer')));
      asking.on('response', () => asking.setTimeout(0));
      asking.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }
}

/** What a server-sent event tells of what happened. */
function eventsIn(block: string): readonly EventReport[] {
  const data =
    block
      .split('\n')
      .find((line) => line.startsWith('data: '))
      ?.slice('data: '.length) ?? '{}';
  const { events = [] } = JSON.parse(data) as { readonly events?: readonly EventReport[] };
  return events;
}

function errorIn(text: string): string {
  try {
    const { error } = JSON.parse(text) as { readonly error?: unknown };
    return String(error);
  } catch {
    return text;
  }
}
