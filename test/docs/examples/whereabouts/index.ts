import { definePlugin, metadata } from '../../../../plugin-sdk/index.js';

/** Says where each VP is that attaches, and of how many nothing is known. */
export default definePlugin({
  name: 'whereabouts',
  schema: { type: 'object', additionalProperties: false },
  setup({ hooks, log, instances, need, watch }) {
    const known = need(metadata);
    hooks.attach.tap(({ name, monitorName }) => {
      const { place = 'a place unknown', cc, tags = [] } = known().of(monitorName) ?? {};
      log.info({ event: 'whereabouts', instance: name, place, cc, tags }, `${name} is at ${place}`);
    });
    watch(metadata, () => {
      const strangers = instances().filter(({ monitorName }) => known().of(monitorName) === undefined);
      log.info({ event: 'whereabouts.strangers', count: strangers.length }, 'the metadata changed');
    });
  },
});
