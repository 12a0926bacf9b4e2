import type { Writable } from 'node:stream';
import { definePlugin, reasonOf } from '../../../../plugin-sdk/index.js';

/** Octets that may wait for the reader. */
const LIMIT = 1_048_576;

/** Prints a line for each instance that comes or goes. Tests give another sink. */
export function printTo(sink: Writable) {
  return definePlugin({
    name: 'printer',
    schema: { type: 'object', additionalProperties: false },
    setup({ hooks, log }) {
      let open = true;

      function print(line: string): void {
        if (open && sink.writableLength <= LIMIT) sink.write(`${line}\n`);
      }

      hooks.start.tap(() => {
        // Never taken off again: the last write may fail after the stop.
        sink.on('error', (cause) => {
          if (open) log.error({ event: 'printer.closed' }, `nothing is printed any more: ${reasonOf(cause)}`);
          open = false;
        });
      });
      hooks.attach.tap(({ name }, { resumed }) => print(`${name} ${resumed ? 'came back' : 'came'}`));
      hooks.expire.tap(({ name }, { code }) => print(`${name} went: ${code}`));
    },
  });
}

export default printTo(process.stdout);
