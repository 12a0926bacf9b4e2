import type { IncomingMessage, ServerResponse } from 'node:http';
import { contentType } from '../metrics/metrics.js';
import type { Live, Sources } from './live.js';

/** What the routes tell of, and what they may change. */
export interface Faces extends Sources {
  readonly page: () => string;
  readonly metrics: () => Promise<string>;
  readonly schema: () => object;
  readonly live: Live;
  /** @returns whether there was one */
  readonly forget: (key: string) => boolean;
  /** Sets the level of the log, for a time. @returns what is wrong with the wish */
  readonly log: (wish: unknown) => { readonly level: object } | { readonly wrong: string };
}

/** An answer, where it is not sent piece by piece. */
interface Reply {
  readonly code: number;
  readonly type: string;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** A request that was read. @param body what was sent along */
interface Asked {
  readonly faces: Faces;
  readonly params: readonly string[];
  readonly query: URLSearchParams;
  readonly body: unknown;
}

type Handler = (asked: Asked) => Reply | Promise<Reply>;
type Methods = Readonly<Partial<Record<'GET' | 'PUT' | 'DELETE', Handler>>>;

const json = (value: unknown, code = 200): Reply => ({
  code,
  type: 'application/json; charset=utf-8',
  body: `${JSON.stringify(value)}\n`,
});
const wrong = (code: number, error: string): Reply => json({ error }, code);
const text = (body: string, type = 'text/plain; charset=utf-8', code = 200): Reply => ({ code, type, body });

const MOST_EVENTS = 1_000;

/** Every path, and what may be done there. What changes something is PUT or DELETE. */
const routes: readonly (readonly [path: RegExp, methods: Methods])[] = [
  [/^\/$/, { GET: ({ faces }) => text(faces.page(), 'text/html; charset=utf-8') }],
  [/^\/livez$/, { GET: () => text('ok\n') }],
  [/^\/readyz$/, { GET: readiness }],
  [/^\/metrics$/, { GET: async ({ faces }) => text(await faces.metrics(), contentType) }],
  [/^\/api\/v1\/status$/, { GET: async ({ faces }) => json(await faces.status()) }],
  [/^\/api\/v1\/vps$/, { GET: ({ faces }) => json(faces.vps()) }],
  [/^\/api\/v1\/vps\/([^/]+)$/, { GET: oneVp, DELETE: forget }],
  [/^\/api\/v1\/events$/, { GET: events }],
  [/^\/api\/v1\/schema$/, { GET: ({ faces }) => json(faces.schema()) }],
  [/^\/api\/v1\/log$/, { PUT: logLevel }],
];

/** What goes on and on. */
const STREAM = '/api/v1/stream';

async function readiness({ faces }: Asked): Promise<Reply> {
  const { readiness: found } = await faces.status();
  return json(found, found.ready ? 200 : 503);
}

function oneVp({ faces, params: [key = ''] }: Asked): Reply {
  const vp = faces.vp(key);
  return vp === undefined ? wrong(404, `no VP is called ${key}`) : json(vp);
}

function forget({ faces, params: [key = ''] }: Asked): Reply {
  if (faces.vp(key) === undefined) return wrong(404, `no VP is called ${key}`);
  if (!faces.forget(key)) return wrong(409, `${key} is there, or was never seen: there is nothing to forget`);
  return json({ forgotten: key });
}

function events({ faces, query }: Asked): Reply {
  const number = (name: string, otherwise: number): number => Number(query.get(name) ?? otherwise);
  const [count, after] = [number('count', 200), number('after', 0)];
  if (!Number.isInteger(count) || count < 1 || count > MOST_EVENTS) return wrong(400, `count: 1 to ${MOST_EVENTS}`);
  if (!Number.isInteger(after) || after < 0) return wrong(400, 'after: the number of an event');
  return json(faces.events(count, after));
}

function logLevel({ faces, body }: Asked): Reply {
  const outcome = faces.log(body);
  return 'wrong' in outcome ? wrong(400, outcome.wrong) : json(outcome.level);
}

/** Answers a request. @param mayChange whether it came where things may be changed */
export async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { faces, mayChange, body }: { readonly faces: Faces; readonly mayChange: boolean; readonly body: unknown },
): Promise<void> {
  const url = urlOf(request);
  const method = request.method === 'HEAD' ? 'GET' : (request.method ?? '');
  if (url === undefined) {
    send(request, response, wrong(400, 'this is no address'));
    return;
  }
  if (url.pathname === STREAM && request.method === 'GET') {
    faces.live.add(response);
    return;
  }
  const found = find(url.pathname);
  if (found === undefined) {
    send(request, response, wrong(404, 'nothing is here; see docs/status.md'));
    return;
  }
  const [params, methods] = found;
  const allowed = Object.keys(methods).filter((one) => one === 'GET' || mayChange);
  const handler = isOneOf(method, methods) && allowed.includes(method) ? methods[method] : undefined;
  if (handler === undefined) {
    send(request, response, notAllowed(allowed));
    return;
  }
  send(request, response, await handler({ faces, params, query: url.searchParams, body }));
}

function notAllowed(allowed: readonly string[]): Reply {
  const allow = allowed.flatMap((one) => (one === 'GET' ? ['GET', 'HEAD'] : [one])).join(', ');
  const why = 'this may not be done here: what changes something goes over the control socket';
  return { ...wrong(405, why), headers: { Allow: allow } };
}

function isOneOf(method: string, methods: Methods): method is keyof Methods {
  return Object.hasOwn(methods, method);
}

function urlOf({ url = '/' }: IncomingMessage): URL | undefined {
  const base = 'http://status';
  return URL.canParse(url, base) ? new URL(url, base) : undefined;
}

function find(path: string): readonly [params: readonly string[], methods: Methods] | undefined {
  for (const [pattern, methods] of routes) {
    const found = pattern.exec(path);
    if (found === null) continue;
    const params = found.slice(1).map(decoded);
    return params.includes(undefined) ? undefined : [params.filter((one) => one !== undefined), methods];
  }
  return undefined;
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part);
  } catch {
    return undefined;
  }
}

function send({ method }: IncomingMessage, response: ServerResponse, { code, type, body, headers }: Reply): void {
  response.writeHead(code, { 'Content-Type': type, 'Content-Length': Buffer.byteLength(body), ...headers });
  response.end(method === 'HEAD' ? undefined : body);
}
