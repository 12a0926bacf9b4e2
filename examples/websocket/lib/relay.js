// @ts-check
import { createServer } from 'node:net';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { WebSocket } from 'ws';
import { listen } from './address.js';
import { WebSocketStream } from './stream.js';

/** @import { AddressInfo, Socket } from 'node:net' */
/** @import { Endpoint } from './address.js' */

/**
 * @typedef {object} RelayOptions
 * @property {string} url ws://… or wss://…
 * @property {Endpoint} endpoint where scamper connects to
 * @property {string | undefined} [proxy] URL of an HTTP proxy on the way out
 * @property {Readonly<Record<string, string>>} [headers] sent with the request
 * @property {{ cert?: string, key?: string, ca?: string }} [tls] contents of PEM files
 * @property {(message: string) => void} log
 */

/** From the TCP connection to the WebSocket, in milliseconds. */
const HANDSHAKE_TIME = 15_000;
/** Controllers send frames of at most 65,545 bytes, some gathered in one message. */
const MAX_PAYLOAD = 16_777_216;
/** scampers at a time; usually there is one. */
const MOST_CONNECTIONS = 256;

/** Listens for scamper and passes what it says on over WebSockets, one for each connection. */
export class Relay {
  #options;
  #agent;
  #server;
  /** @type {Set<WebSocketStream>} */
  #streams = new Set();

  /** @param {RelayOptions} options */
  constructor(options) {
    this.#options = options;
    this.#agent = options.proxy === undefined ? undefined : new HttpsProxyAgent(options.proxy);
    // What scamper says at once waits until the WebSocket is open.
    this.#server = createServer({ noDelay: true }, (scamper) => this.#relay(scamper));
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /**
   * @returns {Promise<AddressInfo>}
   * @throws what the system says
   */
  async open() {
    const address = await listen(this.#server, this.#options.endpoint);
    this.#server.on('error', (cause) => this.#options.log(`accept failed: ${cause.message}`));
    return address;
  }

  /** Takes no more connections and ends those there are. Resolves when they have ended. */
  async close() {
    this.#server.close();
    const ended = [...this.#streams].map((stream) => new Promise((resolve) => stream.once('close', resolve)));
    for (const stream of this.#streams) stream.end();
    await Promise.all(ended);
  }

  /** @param {Socket} scamper */
  #relay(scamper) {
    const name = `${scamper.remoteAddress} port ${scamper.remotePort}`;
    const { log, url } = this.#options;
    const socket = this.#connect();
    const stream = new WebSocketStream(socket);
    this.#streams.add(stream);
    socket.once('open', () => log(`${name}: connected to ${url}`));
    stream.once('error', (why) => log(`${name}: ${why.message}`));
    stream.once('close', () => {
      this.#streams.delete(stream);
      log(`${name}: ended`);
      // What came before the end still has to reach scamper.
      if (stream.readableEnded) scamper.end();
      else scamper.destroy();
    });
    scamper.once('error', (why) => log(`${name}: ${why.message}`));
    scamper.once('close', () => {
      if (stream.writableEnded)
        stream.resume(); // nobody is left to read up to the end
      else stream.destroy(); // cut, not ended
    });
    scamper.pipe(stream).pipe(scamper);
  }

  #connect() {
    const { url, headers = {}, tls = {} } = this.#options;
    return new WebSocket(url, {
      ...tls,
      headers: { ...headers },
      agent: this.#agent,
      handshakeTimeout: HANDSHAKE_TIME,
      maxPayload: MAX_PAYLOAD,
      perMessageDeflate: false,
    });
  }
}
