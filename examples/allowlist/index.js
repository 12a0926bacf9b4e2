// @ts-check
import { definePlugin } from 'sc-remoted/plugin-sdk';
import { describe, lineFor } from './lib/entry.js';
import { readList } from './lib/list.js';

/** @import { Entry } from './lib/entry.js' */

/** Lets only those scampers in that a file lists. */
export default definePlugin({
  name: 'allowlist',
  version: '1.0.0',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['file'],
    properties: {
      file: { type: 'string', minLength: 1, description: 'who may connect, one kind a line; read again at a reload' },
    },
  },
  setup(controller, options) {
    /**
     * Nobody, until the list is loaded.
     * @type {readonly Entry[]}
     */
    let entries = [];
    let { file } = options;

    /** @param {string} path */
    async function load(path) {
      entries = await readList(controller.resolvePath(path));
      file = path;
      controller.log.info(
        { event: 'allowlist.loaded', file, entries: entries.length },
        `${file} lists who may connect`,
      );
    }

    controller.hooks.start.tap(() => load(options.file));
    // What it throws is logged; the list from before stays.
    controller.hooks.reload.tap((fresh) => load(fresh.file));
    controller.hooks.authenticate.tap((request) => {
      const line = lineFor(entries, request);
      if (line === undefined) return { deny: `${file} has no line for ${describe(request)}` };
      controller.log.debug({ event: 'allowlist.allowed', line }, `line ${line} lets in ${describe(request)}`);
    });
  },
});
