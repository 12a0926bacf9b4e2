import type { Limits } from '../core/contract/limits.js';
import type { PluginEntry } from '../core/contract/plugin.js';
import type { OptionsOf } from '../plugin-sdk/index.js';
import type { defaultPlugins } from '../plugins/index.js';

/** A configuration: what sc-remoted.config.js exports. */
export interface Configuration<Plugins = readonly PluginEntry[]> {
  /** Which plugins, in which order; order is the order of handlers. Without it: tcp, unix-export, access, zombie. */
  readonly plugins?: Plugins;
  /** Bounds on memory and patience. */
  readonly limits?: Partial<Limits>;
}

type Defaults = {
  readonly [Name in keyof typeof defaultPlugins]: Awaited<ReturnType<(typeof defaultPlugins)[Name]['load']>>['default'];
};

/** The options that a plugin takes, as a user writes them. */
type OptionsFor<Which> = Which extends keyof Defaults
  ? OptionsFor<Defaults[Which]>
  : Which extends { readonly schema: infer Schema }
    ? OptionsOf<Schema, false>
    : unknown;

type Checked<Entry> = Entry extends readonly [infer Which, unknown] ? readonly [Which, OptionsFor<Which>] : Entry;

/** Returns the configuration as it is; its types check the options of the default plugins and of plugins given as objects. */
export function defineConfig<const Plugins extends readonly PluginEntry[]>(
  configuration: Configuration<{ readonly [K in keyof Plugins]: Checked<Plugins[K]> }> & { readonly plugins?: Plugins },
): Configuration {
  return configuration;
}
