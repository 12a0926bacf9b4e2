import { type ClientOrigin, peerName } from '../../plugin-sdk/index.js';
import { type Fields, certificateFields } from './fields.js';
import { Names } from './names.js';

/** Tells who clients are: users and groups, certificates, addresses. */
export class Who {
  readonly names = new Names();
  /** A program on a mux has one connection and many channels. */
  readonly #connections = new WeakMap<ClientOrigin, number>();
  #last = 0;

  fields(origin: ClientOrigin): Fields {
    const { socket, peer, tls } = origin;
    const connection = this.#connections.get(origin) ?? ++this.#last;
    this.#connections.set(origin, connection);
    return { connection, socket, ...this.#user(origin), peer: peer && peerName(peer), ...certificateFields(tls) };
  }

  #user({ credentials }: ClientOrigin): Fields {
    if (credentials === undefined) return {};
    const { uid, gid, pid } = credentials;
    return { uid, user: this.names.of('passwd', uid), gid, group: this.names.of('group', gid), pid };
  }
}
