// @ts-check

/** @import { Socket } from 'node:net' */
/** @import { Clock, Timer } from 'sc-remoted/plugin-sdk' */

/** Connections that may be on their way to a WebSocket at a time. */
const MOST = 1_024;

/**
 * Connections that are not yet a WebSocket: so many at most, so long at most, whatever they do or leave undone.
 * A TLS connection and the TCP connection below it are two sockets, but have the same addresses and ports.
 */
export class Lobby {
  /** @type {Map<string, { socket: Socket, timer: Timer }>} */
  #waiting = new Map();
  #clock;
  #timeLimit;
  #refused;

  /**
   * @param {Clock} clock
   * @param {number} timeLimit in milliseconds
   * @param {(socket: Socket, reason: string) => void} refused told before a connection is closed
   */
  constructor(clock, timeLimit, refused) {
    this.#clock = clock;
    this.#timeLimit = timeLimit;
    this.#refused = refused;
  }

  /** @param {Socket} socket a new TCP connection */
  enter(socket) {
    if (this.#waiting.size >= MOST) return this.#refuse(socket, `${MOST} connections are waiting already`);
    const key = keyOf(socket);
    const timer = this.#clock.after(this.#timeLimit, () => {
      this.#remove(key);
      this.#refuse(socket, `no WebSocket after ${this.#timeLimit / 1000} s`);
    });
    this.#waiting.set(key, { socket, timer });
    socket.once('close', () => this.#remove(key, socket));
  }

  /**
   * @param {Socket} socket one that has become a WebSocket, or failed to
   * @returns {boolean} whether it was still waited for
   */
  leave(socket) {
    return this.#remove(keyOf(socket));
  }

  /** Closes every connection that waits. */
  clear() {
    for (const { socket } of [...this.#waiting.values()]) socket.destroy();
  }

  /**
   * @param {string} key
   * @param {Socket} [only] where a later connection may have the same addresses
   */
  #remove(key, only) {
    const found = this.#waiting.get(key);
    if (found === undefined || (only !== undefined && found.socket !== only)) return false;
    found.timer.cancel();
    return this.#waiting.delete(key);
  }

  /**
   * @param {Socket} socket
   * @param {string} reason
   */
  #refuse(socket, reason) {
    this.#refused(socket, reason);
    socket.destroy();
  }
}

/** @param {Socket} socket */
function keyOf({ remoteAddress, remotePort, localAddress, localPort }) {
  return [remoteAddress, remotePort, localAddress, localPort].join(' ');
}
