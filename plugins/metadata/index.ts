import { definePlugin, metadata } from '../../plugin-sdk/index.js';
import { loadFile } from './file.js';
import type { Vps } from './gather.js';
import { tellKept, tellLoaded } from './tell.js';
import { FileWatch } from './watch.js';

/** Offers what a file says of vantage points as the service `metadata`. */
export default definePlugin({
  name: 'metadata',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['file'],
    properties: {
      file: {
        type: 'string',
        minLength: 1,
        description: 'the file; JSON where its name ends in `.json`, YAML in `.yaml` or `.yml`, lines in all else',
      },
      watch: { type: 'boolean', default: false, description: 'read it again when it changes, not only at a reload' },
    },
  },
  setup(controller, options) {
    const { clock, hooks, log, signal } = controller;
    let vps: Vps = new Map();
    let active = options;
    let watch: FileWatch | undefined;
    let last = Promise.resolve();
    controller.provide(metadata, {
      of: (monitorName = '') => vps.get(monitorName),
      names: () => vps.keys(),
    });

    /** Replaces all or nothing. @returns whether anything is not what it was */
    async function load(fresh: typeof options): Promise<boolean> {
      const path = controller.resolvePath(fresh.file);
      const loaded = await loadFile(path, fresh.file, vps);
      if (signal.aborted) return false;
      active = fresh;
      ({ vps } = loaded);
      watch?.close();
      watch = fresh.watch ? new FileWatch(path, loaded.version, clock, () => void loadAgain()) : undefined;
      tellLoaded(log, fresh.file, loaded);
      return loaded.changed > 0;
    }

    /** One at a time: of two, the one that was asked for later must hold. */
    function loadNext(fresh: () => typeof options): Promise<void> {
      const loading = last.then(async () => {
        if (await load(fresh())) controller.notify(metadata);
      });
      last = loading.catch(() => undefined);
      return loading;
    }

    async function loadAgain(): Promise<void> {
      try {
        await loadNext(() => active);
      } catch (failure) {
        if (!signal.aborted) tellKept(log, active.file, failure);
      }
    }

    // What others ask for in their own `start` is there then. Nobody knew anything else before, so nobody is told.
    hooks.start.tap({ place: 'first' }, async () => {
      await load(options);
      return () => watch?.close();
    });
    hooks.reload.tap((fresh) => loadNext(() => fresh));
  },
});
