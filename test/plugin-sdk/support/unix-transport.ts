/** A third party's transport: scamper's frames over a unix socket. It imports what any plugin may import, and nothing else. */
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { definePlugin } from '../../../plugin-sdk/index.js';

export default definePlugin({
  name: 'unix-transport',
  version: '1.0.0',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['path'],
    properties: {
      path: { type: 'string', description: 'where scampers connect to' },
      pause: { type: 'boolean', default: false, description: 'whether connections are handed over paused' },
    },
  },
  setup(controller, options) {
    controller.hooks.start.tap(async () => {
      let count = 0;
      const path = controller.resolvePath(options.path);
      const server = createServer({ allowHalfOpen: true, pauseOnConnect: options.pause }, (stream) => {
        controller.announce({ stream, peer: { kind: 'label', label: `unix-${++count}` } });
      });
      await once(server.listen(path), 'listening');
      controller.log.info({ event: 'unix.listening', path }, 'listening');
      return () => {
        server.close();
        rmSync(path, { force: true });
      };
    });
  },
});
