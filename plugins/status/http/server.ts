import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http';
import { type PluginController, reasonOf } from '../../../plugin-sdk/index.js';
import { securityHeaders } from './headers.js';
import { hostOf } from './hosts.js';
import { type Faces, answer } from './routes.js';

/** Connections at a time, to each place where it listens. */
const MOST_CONNECTIONS = 64;
/** Milliseconds for the head of a request, for all of it, and until the next one on the same connection. */
const HEAD_TIME = 5_000;
const REQUEST_TIME = 10_000;
const IDLE_TIME = 15_000;
const MOST_HEAD = 8_192;
const MOST_BODY = 4_096;

/** Where it listens, and what may be done there. */
export interface Place {
  readonly mayChange: boolean;
  /** The names that a request may be for; undefined for any, where no browser gets. */
  readonly hosts: ReadonlySet<string> | undefined;
}

/** A server that does not listen yet. */
export function serverFor({ log }: Pick<PluginController, 'log'>, faces: Faces, place: Place): Server {
  const options = { maxHeaderSize: MOST_HEAD, headersTimeout: HEAD_TIME, requestTimeout: REQUEST_TIME };
  const server = createServer({ ...options, keepAliveTimeout: IDLE_TIME, connectionsCheckingInterval: HEAD_TIME });
  server.maxConnections = MOST_CONNECTIONS;
  server.on('request', (request, response) => {
    serve(request, response, faces, place).catch((failure: unknown) => {
      log.error({ event: 'status.failed', code: 'SCR_INTERNAL', url: request.url }, reasonOf(failure));
      if (!response.headersSent) response.writeHead(500);
      response.end();
    });
  });
  return server;
}

async function serve(request: IncomingMessage, response: ServerResponse, faces: Faces, place: Place): Promise<void> {
  for (const [name, value] of securityHeaders) response.setHeader(name, value);
  const { hosts, mayChange } = place;
  if (hosts?.has(hostOf(request)) === false) {
    refuse(response, 421, 'the name of this host is not known here: see `hosts` in the README of status');
    return;
  }
  const body = await bodyOf(request);
  if (body === undefined) {
    refuse(response, 400, `what was sent is no JSON, or more than ${MOST_BODY} octets`);
    return;
  }
  await answer(request, response, { faces, mayChange, body: body.value });
}

function refuse(response: ServerResponse, code: number, error: string): void {
  response.writeHead(code, { 'Content-Type': 'application/json; charset=utf-8', Connection: 'close' });
  response.end(`${JSON.stringify({ error })}\n`);
}

/** What was sent along. @returns undefined where it cannot be taken */
async function bodyOf(request: IncomingMessage): Promise<{ readonly value: unknown } | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > MOST_BODY) return undefined;
    pieces.push(piece);
  }
  if (length === 0) return { value: undefined };
  try {
    return { value: JSON.parse(Buffer.concat(pieces).toString()) };
  } catch {
    return undefined;
  }
}
