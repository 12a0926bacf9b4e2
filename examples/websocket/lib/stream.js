// @ts-check
import { Duplex } from 'node:stream';
import { WebSocket } from 'ws';

/** Bytes to be sent that may wait here until a writer is asked to pause. */
const WAITING = 262_144;

/**
 * A WebSocket as a stream of bytes; each write, gathered or not, becomes one binary message. Both directions are bounded: who does not
 * read pauses the connection, and a write is done when the system has taken it. (createWebSocketStream of `ws` would make a message
 * and a packet of each of the pieces that are written together.)
 *
 * A WebSocket has no half-close: the end of what is read ends the writing side too.
 */
export class WebSocketStream extends Duplex {
  /** Whether the other side was heard, or could not be because nobody reads; for {@link keepAlive}. */
  heard = true;
  #socket;
  /** @type {Error | undefined} */
  #why;

  /** @param {WebSocket} socket open, or being opened */
  constructor(socket) {
    super({ allowHalfOpen: false, writableHighWaterMark: WAITING });
    this.#socket = socket;
    socket.binaryType = 'nodebuffer';
    socket.on('message', (data, isBinary) => this.#take(/** @type {Buffer} */ (data), isBinary));
    socket.on('pong', () => void (this.heard = true));
    // `close` follows, when the other side has been told why.
    socket.on('error', (why) => void (this.#why ??= why));
    socket.on('close', (code) => this.#closed(code));
  }

  /** True while nothing is read, because nobody takes it. */
  get paused() {
    return this.#socket.isPaused;
  }

  ping() {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping();
  }

  /**
   * @param {Buffer} data
   * @param {boolean} isBinary
   */
  #take(data, isBinary) {
    if (this.destroyed || this.#why !== undefined) return;
    this.heard = true;
    if (!isBinary) {
      this.#why = new Error('a text message came; bytes travel in binary messages');
      this.#socket.close(1003, 'binary messages only');
    } else if (!this.push(data)) {
      this.#socket.pause();
    }
  }

  /** @param {number} code as sent by the other side; 1006 when the connection broke without a word */
  #closed(code) {
    if (this.#why === undefined && code === 1006) this.#why = new Error('the connection broke');
    if (this.#why === undefined) this.push(null);
    else this.destroy(this.#why);
  }

  /** @override */
  _read() {
    if (!this.#socket.isPaused) return;
    this.heard = true;
    this.#socket.resume();
  }

  /**
   * @override
   * @param {Buffer} chunk
   * @param {BufferEncoding} _encoding
   * @param {(error?: Error | null) => void} done
   */
  _write(chunk, _encoding, done) {
    this.#whenOpen(() => this.#socket.send(chunk, { binary: true }, done));
  }

  /**
   * @override
   * @param {{ chunk: Buffer }[]} chunks
   * @param {(error?: Error | null) => void} done
   */
  _writev(chunks, done) {
    const message = Buffer.concat(chunks.map(({ chunk }) => chunk));
    this.#whenOpen(() => this.#socket.send(message, { binary: true }, done));
  }

  /**
   * Says goodbye, and waits for the answer.
   * @override
   * @param {(error?: Error | null) => void} done
   */
  _final(done) {
    if (this.#socket.readyState === WebSocket.CLOSED) return done();
    this.#socket.once('close', () => done());
    this.#whenOpen(() => this.#socket.close(1000));
  }

  /**
   * @override
   * @param {Error | null} error
   * @param {(error?: Error | null) => void} done
   */
  _destroy(error, done) {
    if (this.#socket.readyState !== WebSocket.CLOSED) this.#socket.terminate();
    done(error);
  }

  /**
   * When it cannot be opened, `close` comes instead and destroys the stream.
   * @param {() => void} task
   */
  #whenOpen(task) {
    if (this.#socket.readyState === WebSocket.CONNECTING) this.#socket.once('open', task);
    else task();
  }
}

/**
 * Asks the other side for a sign of life, and cuts the connection when none comes until the next time. What is sent also keeps
 * proxies on the way from closing a connection that looks idle.
 * @param {WebSocketStream} stream
 * @param {import('sc-remoted/plugin-sdk').Clock} clock
 * @param {number} interval in milliseconds
 */
export function keepAlive(stream, clock, interval) {
  const timer = clock.every(interval, () => {
    if (!stream.heard && !stream.paused) stream.destroy(new Error('no answer to a ping'));
    stream.heard = false;
    stream.ping();
  });
  stream.once('close', () => timer.cancel());
}
