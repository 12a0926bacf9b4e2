import { type AddressInfo, type Server, type Socket, createServer } from 'node:net';
import type { Duplex } from 'node:stream';
import {
  type ClientOrigin,
  type Endpoint,
  type PluginController,
  type Release,
  ScrError,
  TlsServer,
  type TlsServerOptions,
  ipPeer,
  isLoopback,
  listenOn,
  localEndpointsOf,
  reasonOf,
} from '../../plugin-sdk/index.js';
import { errors } from './errors.js';

/** Seconds after which the system asks a client that says nothing whether it is still there. */
const KEEPALIVE = 60;
/** Handshakes under way at a time. */
const HANDSHAKES = 256;

/** How the mux is offered to the network. */
export interface NetworkOptions {
  readonly listen: string | number;
  readonly tls?: TlsServerOptions | undefined;
  readonly insecure: boolean;
}

/** Given each connection that may go on. */
type OnClient = (stream: Duplex, origin: ClientOrigin) => void;

/**
 * Where it listens: on the loopback addresses where none is named.
 * @throws ScrError SCR_LISTEN_INVALID; SCR_MUX_INSECURE where the network could read along
 */
export function endpointsFor({ listen, tls, insecure }: NetworkOptions): readonly Endpoint[] {
  const endpoints = localEndpointsOf(String(listen));
  const isPrivate = endpoints.every(isLoopback);
  if (tls === undefined && !insecure && !isPrivate) throw new ScrError(errors.SCR_MUX_INSECURE, `listen ${listen}`);
  return endpoints;
}

/** Offers the mux over TCP, or TLS. */
export class Network {
  readonly #controller: PluginController;
  readonly #options: NetworkOptions;
  readonly #endpoints: readonly Endpoint[];
  readonly #onClient: OnClient;
  readonly #tls: TlsServer | undefined;
  readonly #handshaking = new Set<Socket>();

  /** @throws ScrError as {@link endpointsFor} */
  constructor(controller: PluginController, options: NetworkOptions, onClient: OnClient) {
    this.#controller = controller;
    this.#options = options;
    this.#endpoints = endpointsFor(options);
    this.#onClient = onClient;
    this.#tls = options.tls === undefined ? undefined : new TlsServer(controller);
  }

  /** @returns what ends it; clients stay. @throws ScrError where it cannot listen, or the certificate cannot be loaded */
  async start(): Promise<Release> {
    await this.reload(this.#options.tls);
    const endWatch = this.#tls?.begin();
    const servers: Server[] = [];
    const close = (): void => {
      endWatch?.();
      for (const server of servers) server.close();
      for (const socket of this.#handshaking) socket.destroy();
    };
    try {
      await this.#listen(servers);
      const bound = servers.map(boundTo);
      this.#controller.tell(
        'network',
        bound.map(({ address, port }) => ({ address, port, tls: this.#tls !== undefined })),
      );
    } catch (failure) {
      close();
      throw failure;
    }
    return close;
  }

  /** Loads the certificate anew. @throws ScrError; the one before is kept then */
  async reload(tls: TlsServerOptions | undefined): Promise<void> {
    if (tls !== undefined) await this.#tls?.load(tls);
  }

  /** The second family takes the port that the first was given. A machine without IPv6 does without. */
  async #listen(servers: Server[]): Promise<void> {
    const { log } = this.#controller;
    for (const endpoint of this.#endpoints) {
      const server = createServer({
        noDelay: true,
        keepAlive: true,
        keepAliveInitialDelay: KEEPALIVE * 1000,
        allowHalfOpen: true,
      });
      server.on('connection', (socket) => void this.#take(socket));
      const port = servers[0] === undefined ? endpoint.port : boundTo(servers[0]).port;
      try {
        await listenOn(server, { ...endpoint, port });
      } catch (failure) {
        if (servers.length === 0) throw failure;
        log.warn({ event: 'mux.one-family', cause: reasonOf(failure) }, `the mux does not listen on ${endpoint.host}`);
        continue;
      }
      servers.push(server);
      server.on('error', (cause) => log.warn({ event: 'mux.error', cause: cause.message }, 'accept failed'));
      const { address, port: bound } = boundTo(server);
      const fields = { event: 'mux.listening', address, port: bound, tls: this.#tls !== undefined };
      log.info(fields, `the mux listens on ${address} port ${bound}`);
    }
  }

  async #take(socket: Socket): Promise<void> {
    const { remoteAddress, remotePort } = socket;
    socket.on('error', () => undefined); // `close` follows
    if (remoteAddress === undefined || remotePort === undefined) return void socket.destroy(); // gone again already
    const peer = ipPeer(remoteAddress, remotePort);
    if (this.#tls === undefined) this.#onClient(socket, { peer });
    else await this.#secure(this.#tls, socket, peer);
  }

  async #secure(tls: TlsServer, socket: Socket, peer: NonNullable<ClientOrigin['peer']>): Promise<void> {
    const { log } = this.#controller;
    const at = { event: 'mux.refused', peer: peer.kind === 'ip' ? peer.address : peer.label };
    if (this.#handshaking.size >= HANDSHAKES) {
      socket.destroy();
      log.warn({ ...at, code: errors.SCR_MUX_CROWD.code }, 'a client was refused: too many handshakes at a time');
      return;
    }
    this.#handshaking.add(socket);
    try {
      const secured = await tls.secure(socket);
      this.#onClient(secured.stream, { peer, tls: secured.tls });
    } catch (failure) {
      const code = failure instanceof ScrError ? failure.code : 'SCR_INTERNAL';
      log.warn({ ...at, code, cause: reasonOf(failure) }, `a client was refused: ${reasonOf(failure)}`);
      socket.destroy();
    } finally {
      this.#handshaking.delete(socket);
    }
  }
}

function boundTo(server: Server): AddressInfo {
  return server.address() as AddressInfo;
}
