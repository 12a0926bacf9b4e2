import { readFile } from 'node:fs/promises';
import { definePlugin } from '../../../../plugin-sdk/index.js';

/** Denies the monitor names in a JSON file, which is read again at a reload. */
export default definePlugin({
  name: 'blocked',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['file'],
    properties: { file: { type: 'string', minLength: 1, description: 'a list of names, as JSON' } },
  },
  setup({ hooks, resolvePath }, options) {
    let blocked = new Set<unknown>();

    async function load(from: typeof options): Promise<void> {
      const names: unknown = JSON.parse(await readFile(resolvePath(from.file), 'utf8'));
      if (!Array.isArray(names)) throw new TypeError(`${from.file}: expected a list`);
      blocked = new Set(names); // nothing can fail any more
    }

    hooks.start.tap(() => load(options));
    hooks.reload.tap(load);
    hooks.authenticate.tap(({ monitorName }) => (blocked.has(monitorName) ? { deny: 'it is blocked' } : undefined));
  },
});
