// @ts-check
import { TLSSocket } from 'node:tls';
import { isDeepStrictEqual } from 'node:util';
import { ScrError, definePlugin } from 'sc-remoted/plugin-sdk';
import { parseEndpoint } from './lib/address.js';
import { identityOf, isNamed, loadCredentials } from './lib/credentials.js';
import { errors } from './lib/errors.js';
import { trust } from './lib/forwarded.js';
import { Front } from './lib/front.js';
import { WebSocketStream, keepAlive } from './lib/stream.js';

/** The listener for scampers that arrive over WebSocket. */
export default definePlugin({
  name: 'websocket',
  version: '1.0.0',
  schema: {
    type: 'object',
    additionalProperties: false,
    dependencies: { cert: ['key'], key: ['cert'], ca: ['cert'] },
    properties: {
      listen: {
        type: ['string', 'integer'],
        minimum: 0,
        maximum: 65_535,
        default: 8080,
        description: 'port, ip:port or [ip6]:port; port 0 takes a free one',
      },
      path: {
        type: 'string',
        pattern: '^/[^?#]*$',
        default: '/',
        description: 'path of the URL that scampers connect to',
      },
      cert: { type: 'string', minLength: 1, description: 'PEM file: the certificate and its chain, for wss' },
      key: { type: 'string', minLength: 1, description: 'PEM file: the private key' },
      ca: {
        type: 'string',
        minLength: 1,
        description: 'PEM file: who must have signed the client certificates, which are required then',
      },
      verifyName: {
        type: 'boolean',
        default: true,
        description: 'with ca: the client certificate must hold the monitor name',
      },
      trustedProxies: {
        type: 'array',
        items: { type: 'string' },
        default: [],
        description: 'addresses and prefixes of proxies whose X-Forwarded-For is believed',
      },
      maxPayload: {
        type: 'integer',
        minimum: 1_024,
        maximum: 16_777_216,
        default: 1_048_576,
        description: 'bytes that a message may have',
      },
      pingInterval: {
        type: 'integer',
        minimum: 1,
        maximum: 3_600,
        default: 30,
        description: 'seconds between pings; who does not answer until the next is cut off',
      },
      handshakeTime: {
        type: 'integer',
        minimum: 1,
        maximum: 300,
        default: 15,
        description: 'seconds from the TCP connection to the WebSocket',
      },
    },
  },
  setup(controller, options) {
    const { hooks, log, clock } = controller;
    const settings = {
      ...options,
      endpoint: endpointOf(options.listen),
      isTrusted: trust(options.trustedProxies),
    };
    /** @type {Front | undefined} */
    let front;

    /** @param {typeof options} from */
    const load = ({ cert, key, ca }) => {
      const absolute = (/** @type {string | undefined} */ path) => path && controller.resolvePath(path);
      return loadCredentials({ cert: absolute(cert), key: absolute(key), ca: absolute(ca) });
    };

    /** @type {import('./lib/front.js').FrontDuties['arrived']} */
    const arrived = (webSocket, peer, connection) => {
      const stream = new WebSocketStream(webSocket);
      keepAlive(stream, clock, options.pingInterval * 1000);
      controller.announce({ stream, peer, ...(connection instanceof TLSSocket && { tls: identityOf(connection) }) });
    };

    hooks.start.tap(async () => {
      const opened = new Front(settings, { clock, log, credentials: await load(options), arrived });
      const { address, port } = await opened.open();
      if (controller.signal.aborted) return opened.close(); // stopped meanwhile
      front = opened;
      log.info({ event: 'websocket.listening', address, port }, `listening for WebSockets on ${address} port ${port}`);
    });
    hooks.stop.tap(() => front?.close());
    hooks.reload.tap(async (fresh) => {
      const credentials = await load(fresh);
      if (credentials !== undefined) front?.renew(credentials);
      if (isDeepStrictEqual(lasting(fresh), lasting(options))) return;
      log.warn({ event: 'reload.partial' }, 'other options take a restart; certificate and key were read again');
    });
    hooks.authenticate.tap(({ transport, tls, monitorName }) => {
      if (transport !== controller.name || options.ca === undefined) return undefined;
      if (tls?.authorized !== true) return { deny: 'no client certificate was shown' };
      if (!options.verifyName || isNamed(tls, monitorName)) return undefined;
      const names = tls.names.join(', ') || 'no name';
      return { deny: `the certificate is for ${names}, the monitor name is ${monitorName ?? 'not given'}` };
    });
  },
});

/**
 * What a reload cannot change: all but the contents of the files for TLS, wherever they are.
 * @template {{ cert?: string | undefined, key?: string | undefined, ca?: string | undefined }} Options
 * @param {Options} options
 */
function lasting(options) {
  return { ...options, cert: options.cert !== undefined, key: options.key !== undefined, ca: options.ca !== undefined };
}

/**
 * @param {string | number} listen
 * @throws {ScrError} SCR_WEBSOCKET_LISTEN
 */
function endpointOf(listen) {
  const endpoint = parseEndpoint(listen);
  if (endpoint === undefined) throw new ScrError(errors.SCR_WEBSOCKET_LISTEN, String(listen));
  return endpoint;
}
