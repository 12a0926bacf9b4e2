import { PLUGIN_API, type Plugin, type PluginController } from '../core/contract/plugin.js';
import type { OptionsOf, OptionsSchema } from './options-of.js';

/** What makes a plugin. */
export interface PluginDefinition<Schema extends OptionsSchema> {
  /** Lower-case letters, digits and `-`; a scope in front is allowed. Names handlers, log lines and errors. */
  readonly name: string;
  readonly version?: string;
  /**
   * JSON Schema of the options: validation, defaults, and the type of `options`. Say `additionalProperties: false`
   * for an exact type; unknown options are refused anyway. `writeOnly: true` marks a secret.
   */
  readonly schema: Schema;
  /** Registers handlers. Acquire nothing here: `start` is for that, what it returns releases it. */
  setup(controller: PluginController<OptionsOf<Schema>>, options: OptionsOf<Schema>): void;
}

/** Defines a plugin; export what it returns as the module's default. */
export function definePlugin<const Schema extends OptionsSchema>(
  definition: PluginDefinition<Schema>,
): Plugin<OptionsOf<Schema>, Schema> {
  return Object.freeze({ ...definition, api: PLUGIN_API });
}
