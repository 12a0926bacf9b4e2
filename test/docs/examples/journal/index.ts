import { once } from 'node:events';
import { type WriteStream, createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';
import { definePlugin, reasonOf } from '../../../../plugin-sdk/index.js';

/** Octets that may wait for the disk. */
const LIMIT = 1_048_576;

/** Writes down, line by line, which instances came and went. */
export default definePlugin({
  name: 'journal',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['file'],
    properties: { file: { type: 'string', minLength: 1, description: 'where to append' } },
  },
  setup({ hooks, log, clock, resolvePath }, options) {
    let sink: WriteStream | undefined;
    let lost = 0;

    function write(what: string): void {
      if (sink === undefined || sink.destroyed || sink.writableLength > LIMIT) lost++;
      else sink.write(`${clock.date().toISOString()} ${what}\n`);
    }

    hooks.start.tap(async () => {
      const opened = createWriteStream(resolvePath(options.file), { flags: 'a', mode: 0o600 });
      await once(opened, 'open'); // rejects where it cannot be opened: the start fails
      opened.on('error', (cause) => log.error({ event: 'journal.failed' }, reasonOf(cause)));
      sink = opened;
      return async () => {
        sink = undefined;
        if (lost > 0) log.warn({ event: 'journal.lost', lost }, `${lost} lines were not written`);
        opened.end();
        await finished(opened);
      };
    });
    hooks.attach.tap(({ name }, { resumed }) => write(`${name} ${resumed ? 'came back' : 'came'}`));
    hooks.expire.tap(({ name }, { code }) => write(`${name} went: ${code}`));
  },
});
