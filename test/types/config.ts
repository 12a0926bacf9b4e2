/**
 * What is wrong in a configuration with types is told by the compiler. Nothing here is run: `npm run typecheck` fails when a
 * line below `@ts-expect-error` compiles, or another one does not.
 */
import { createController, defineConfig } from '../../index.js';
import { definePlugin } from '../../plugin-sdk/index.js';

const mine = definePlugin({
  name: 'mine',
  schema: {
    type: 'object',
    additionalProperties: false,
    required: ['names'],
    properties: {
      names: { type: 'array', items: { type: 'string' } },
      level: { enum: ['debug', 'info'], default: 'info' },
    },
  },
  setup: () => undefined,
});

// ---- what is right

defineConfig({});
defineConfig({ plugins: ['tcp', 'unix-export', 'access', 'zombie'], limits: { channels: 7 } });
defineConfig({
  plugins: [
    ['tcp', { listen: 31_337, family: 'ipv4' }],
    ['tcp', { listen: '127.0.0.1:0' }],
    ['tls', { cert: 'cert.pem', key: 'key.pem' }],
    ['access', { rules: [{ match: 'ucsd-*', group: 'ucsd' }] }],
    ['zombie', { time: '15m' }],
    [mine, { names: ['ams-1'] }],
    [mine, { names: [], level: 'debug' }],
    // Of plugins that are found when it runs, nothing is known here.
    ['somebodys', { any: 'thing' }],
    ['./local.js', { any: 'thing' }],
  ],
});

// ---- what is not

// @ts-expect-error -- no such setting
defineConfig({ plugin: [] });
// @ts-expect-error -- no such limit
defineConfig({ limits: { chanels: 7 } });
// @ts-expect-error -- a number
defineConfig({ limits: { channels: '7' } });
// @ts-expect-error -- a plugin is a name, a plugin, or one of them with options
defineConfig({ plugins: [7] });
// @ts-expect-error -- no such option of tcp
defineConfig({ plugins: [['tcp', { port: 31_337 }]] });
// @ts-expect-error -- no such family
defineConfig({ plugins: ['zombie', ['tcp', { family: 'ipx' }]] });
// @ts-expect-error -- a number or text
defineConfig({ plugins: [['tcp', { listen: true }]] });
// @ts-expect-error -- tls needs a key
defineConfig({ plugins: [['tls', { cert: 'cert.pem' }]] });
// @ts-expect-error -- a rule says for whom it is
defineConfig({ plugins: [['access', { rules: [{ group: 'ucsd' }] }]] });
// @ts-expect-error -- no option of a rule
defineConfig({ plugins: [['access', { rules: [{ match: '*', grup: 'ucsd' }] }]] });
// @ts-expect-error -- names are required
defineConfig({ plugins: [[mine, {}]] });
// @ts-expect-error -- names are text
defineConfig({ plugins: [[mine, { names: [7] }]] });
// @ts-expect-error -- no such level
defineConfig({ plugins: [[mine, { names: [], level: 'loud' }]] });
// @ts-expect-error -- nothing stands after the options
defineConfig({ plugins: [[mine, { names: [] }, true]] });

// ---- embedding

export async function embed(): Promise<void> {
  const controller = await createController({ plugins: ['tcp', [mine, { names: ['ams-1'] }]] });
  await controller.start();
  // @ts-expect-error -- states are known
  void (controller.state === 'sleeping');
  // @ts-expect-error -- what is seen is not the embedder's to change
  controller.instances[0].name = 'other';
  // @ts-expect-error -- no plugins
  await createController({});
}
