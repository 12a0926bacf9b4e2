// @ts-check
import { STATUS_CODES, createServer } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { ScrError } from 'sc-remoted/plugin-sdk';
import { WebSocketServer } from 'ws';
import { listen } from './address.js';
import { errors } from './errors.js';
import { peerOf } from './forwarded.js';
import { Lobby } from './lobby.js';

/** @import { IncomingMessage } from 'node:http' */
/** @import { Socket } from 'node:net' */
/** @import { SecureContextOptions } from 'node:tls' */
/** @import { Clock, Logger, Peer } from 'sc-remoted/plugin-sdk' */
/** @import { WebSocket } from 'ws' */
/** @import { Endpoint } from './address.js' */
/** @import { IsTrusted } from './forwarded.js' */

/**
 * @typedef {object} FrontOptions
 * @property {Endpoint} endpoint
 * @property {IsTrusted} isTrusted
 * @property {string} path
 * @property {number} maxPayload in bytes
 * @property {number} handshakeTime in seconds
 */

/**
 * @typedef {object} FrontDuties
 * @property {Clock} clock
 * @property {Logger} log
 * @property {SecureContextOptions | undefined} credentials undefined for plain HTTP
 * @property {(socket: WebSocket, peer: Peer, connection: Socket) => void} arrived
 */

/** The HTTP server that scampers arrive at. */
export class Front {
  #path;
  #log;
  #arrived;
  #isTrusted;
  #server;
  #endpoint;
  #lobby;
  #sockets;

  /**
   * @param {FrontOptions} options
   * @param {FrontDuties} duties
   */
  constructor(options, { clock, log, credentials, arrived }) {
    this.#endpoint = options.endpoint;
    this.#isTrusted = options.isTrusted;
    this.#path = options.path;
    this.#log = log;
    this.#arrived = arrived;
    this.#lobby = new Lobby(clock, options.handshakeTime * 1000, (socket, reason) => this.#tell(socket, reason));
    this.#sockets = new WebSocketServer({
      noServer: true,
      clientTracking: false,
      maxPayload: options.maxPayload,
      perMessageDeflate: false,
    });
    this.#server = this.#makeServer(credentials);
  }

  /** @param {SecureContextOptions | undefined} credentials */
  #makeServer(credentials) {
    const server =
      credentials === undefined ? createServer({ maxHeaderSize: 16_384 }) : this.#makeTlsServer(credentials);
    server.on('connection', (socket) => this.#lobby.enter(socket));
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, /** @type {Socket} */ (socket), head));
    server.on('request', (request, response) => {
      const status = this.#isOurPath(request) ? 426 : 404;
      response.writeHead(status, { Connection: 'close', ...(status === 426 && { Upgrade: 'websocket' }) }).end();
    });
    return server;
  }

  /** @param {SecureContextOptions} credentials */
  #makeTlsServer(credentials) {
    const requestCert = credentials.ca !== undefined;
    // Node would close a connection with a wrong certificate without telling anybody.
    const options = { maxHeaderSize: 16_384, requestCert, rejectUnauthorized: false, ...credentials };
    const server = createTlsServer(options);
    server.on('tlsClientError', (cause, socket) => {
      if (this.#lobby.leave(socket)) this.#tell(socket, `TLS: ${cause.message}`);
    });
    server.on('secureConnection', (socket) => {
      if (!requestCert || socket.authorized) return;
      const shown = socket.getPeerX509Certificate() !== undefined;
      this.#tell(
        socket,
        shown ? `client certificate: ${socket.authorizationError}` : 'no client certificate was shown',
      );
      socket.destroy();
    });
    return server;
  }

  /** @throws {ScrError} SCR_WEBSOCKET_PORT */
  async open() {
    try {
      const { address, port } = await listen(this.#server, this.#endpoint);
      this.#server.on('error', (cause) =>
        this.#log.warn({ event: 'websocket.error', cause: cause.message }, 'accept failed'),
      );
      return { address, port };
    } catch (cause) {
      const { host, port } = this.#endpoint;
      throw new ScrError(errors.SCR_WEBSOCKET_PORT, host === undefined ? `port ${port}` : `${host}, port ${port}`, {
        cause,
      });
    }
  }

  /** Takes no more connections; WebSockets that are open stay. */
  close() {
    this.#server.close();
    this.#lobby.clear();
  }

  /**
   * For connections from now on.
   * @param {SecureContextOptions} credentials
   */
  renew(credentials) {
    if ('setSecureContext' in this.#server) this.#server.setSecureContext(credentials);
  }

  /** @param {IncomingMessage} request */
  #isOurPath({ url = '' }) {
    return url.split('?', 1)[0] === this.#path;
  }

  /**
   * @param {IncomingMessage} request
   * @param {Socket} socket
   * @param {Buffer} head
   */
  #upgrade(request, socket, head) {
    socket.on('error', () => undefined); // `close` follows
    if (!this.#isOurPath(request)) return this.#reject(socket, 404, 'another path');
    // A web page must not make its reader's browser a scamper.
    if (request.headers.origin !== undefined) return this.#reject(socket, 403, 'a browser');
    const peer = peerOf(request, this.#isTrusted);
    if (peer === undefined) return this.#reject(socket, 400, 'X-Forwarded-For makes no sense');
    this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
      this.#lobby.leave(socket);
      this.#arrived(webSocket, peer, socket);
    });
  }

  /**
   * @param {Socket} socket
   * @param {number} status
   * @param {string} reason
   */
  #reject(socket, status, reason) {
    this.#tell(socket, reason);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  }

  /**
   * @param {Socket} socket
   * @param {string} reason
   */
  #tell({ remoteAddress = 'unknown', remotePort = 0 }, reason) {
    const fields = { event: 'websocket.refused', address: remoteAddress, port: remotePort, reason };
    this.#log.warn(fields, `${remoteAddress} port ${remotePort} refused: ${reason}`);
  }
}
