import type { Socket } from 'node:net';
import {
  type ClientOrigin,
  type InstanceView,
  LineSplitter,
  type Port,
  ScrError,
  definePlugin,
  listenLocal,
} from '../../../../plugin-sdk/index.js';

/** So much may wait in a connection before its channels count as full. */
const ROOM = 262_144;

/** One socket for all instances: a line `ID COMMAND` goes to the instance with that id, its results come as `ID BASE64`. */
export default definePlugin({
  name: 'funnel',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['path'],
    properties: { path: { type: 'string', minLength: 1 } },
  },
  setup(controller, options) {
    const { instances, atTurnEnd, hooks, resolvePath } = controller;

    function serve(socket: Socket, origin: ClientOrigin): void {
      const ports = new Map<number, Port>();
      const gathered: string[] = [];
      const flush = (): void => void socket.write(gathered.splice(0).join(''));
      const say = (text: string): void => {
        gathered.push(text);
        atTurnEnd(flush); // once, however many channels ask for it
      };

      function open(instance: InstanceView): Port {
        const { id } = instance;
        const sink = {
          data(pieces: readonly Buffer[]) {
            say(`${id} ${Buffer.concat(pieces).toString('base64')}\n`); // a copy: the pieces are only lent
            return socket.writableLength < ROOM;
          },
          end: () => port.close(), // what was said is on its way
          pace: (open: boolean) => void (open ? socket.resume() : socket.pause()),
          closed({ code }: { readonly code: string }) {
            ports.delete(id);
            say(`${id} end ${code}\n`);
          },
        };
        const port = instance.open(sink, origin);
        ports.set(id, port);
        return port;
      }

      function take(id: number, command: string): void {
        const instance = instances().find((each) => each.id === id);
        if (instance === undefined) return say(`${id} refused\n`);
        try {
          (ports.get(id) ?? open(instance)).send(Buffer.from(`${command}\n`));
        } catch (failure) {
          say(`${id} refused ${failure instanceof ScrError ? failure.code : ''}\n`);
        }
      }

      const lines = new LineSplitter(); // bounded: a line without end is not kept
      const heard = {
        line(bytes: Buffer) {
          const [id = '', ...command] = bytes.toString().split(' ');
          take(Number(id), command.join(' '));
        },
        tooLong: () => void socket.destroy(),
      };
      socket.on('data', (chunk: Buffer) => lines.push(chunk, heard));
      socket.on('end', () => socket.end());
      socket.on('drain', () => ports.forEach((port) => port.ready()));
      socket.on('error', () => undefined); // `close` follows
      socket.on('close', () => ports.forEach((port) => port.close()));
    }

    hooks.start.tap(() => listenLocal(controller, { path: resolvePath(options.path), onConnection: serve }));
  },
});
