import { describe, expect, expectTypeOf, test } from 'vitest';
import { type OptionsOf, PLUGIN_API, definePlugin } from '../../plugin-sdk/index.js';

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['cert'],
  properties: {
    cert: { type: 'string' },
    port: { type: 'integer', default: 31_337 },
    family: { enum: ['any', 'ipv4', 'ipv6'], default: 'any' },
    time: { type: ['integer', 'string'] },
    rules: {
      type: 'array',
      items: {
        type: 'object',
        required: ['match'],
        properties: { match: { type: 'string' }, group: { type: 'string' } },
      },
    },
    free: { type: 'object' },
    either: { oneOf: [{ type: 'boolean' }, { const: 'auto' }] },
    anything: {},
  },
} as const;

describe('definePlugin', () => {
  test('gives a plugin for this API that nobody can change', () => {
    const plugin = definePlugin({ name: 'mine', version: '1.0.0', schema, setup: () => undefined });
    expect(plugin).toMatchObject({ name: 'mine', version: '1.0.0', api: PLUGIN_API, schema });
    expect(Object.isFrozen(plugin)).toBe(true);
  });

  test('types the options by the schema: what is required or has a default is there', () => {
    definePlugin({
      name: 'mine',
      schema,
      setup(controller, options) {
        expectTypeOf(options).toEqualTypeOf<{
          readonly cert: string;
          readonly port: number;
          readonly family: 'any' | 'ipv4' | 'ipv6';
          readonly time?: number | string | undefined;
          readonly rules?: readonly { readonly match: string; readonly group?: string | undefined }[] | undefined;
          readonly free?: Readonly<Record<string, unknown>> | undefined;
          readonly either?: boolean | 'auto' | undefined;
          readonly anything?: unknown;
        }>();
        controller.hooks.reload.tap((fresh) => {
          expectTypeOf(fresh).toEqualTypeOf(options);
        });
      },
    });
  });

  test('lets a user leave out what has a default', () => {
    expectTypeOf<OptionsOf<typeof schema, false>>().toExtend<{ cert: string; port?: number | undefined }>();
    expectTypeOf<{ cert: string }>().toExtend<OptionsOf<typeof schema, false>>();
    expectTypeOf<{ port: 1 }>().not.toExtend<OptionsOf<typeof schema, false>>();
  });
});
