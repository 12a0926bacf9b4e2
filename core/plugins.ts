import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { moduleResolve } from 'import-meta-resolve';
import { ScrError, errors, reasonOf } from './errors.js';
import { loadCode } from './load-code.js';
import { PLUGIN_API, type Plugin, type PluginEntry } from './plugin.js';
import { hideSecrets } from './secrets.js';
import { validate } from './validate.js';

/** The plugins that can be named without a package, by name. */
export type Builtins = Readonly<Record<string, () => Promise<{ readonly default: Plugin }>>>;

/** A plugin, found, checked, with its effective options. */
export interface LoadedPlugin {
  readonly plugin: Plugin;
  readonly options: unknown;
  /** The effective options as they may be shown: secrets hidden. */
  readonly shownOptions: unknown;
  /** Where it came from: `built in`, a path, a package, or `given as an object`. */
  readonly source: string;
}

/** Thrown when a configuration is wrong: all that is wrong with it at once. */
export class ConfigurationError extends ScrError {
  readonly problems: readonly string[];

  /** @param only the failure of a plugin's setup, where that is all there is to tell: it keeps its code */
  constructor(problems: readonly string[], only?: ScrError) {
    const { code, remedy } = only ?? errors.SCR_CONFIG_INVALID;
    super({ code, remedy, cause: only?.message ?? problems.join('\n') }, undefined, only);
    this.problems = problems;
  }
}

/** What came of the entries of a configuration. */
export interface Loading {
  /** Those that are right. */
  readonly plugins: readonly LoadedPlugin[];
  /** All that is wrong with the others: place, plugin, path of the option, what was expected. */
  readonly problems: readonly string[];
}

export interface LoadOptions {
  readonly builtins: Builtins;
  /** Relative plugins and packages are looked up from this folder. */
  readonly directory: string;
  /** Named in every problem: the configuration file. */
  readonly label: string;
}

/** Finds every plugin and checks its options. */
export async function loadPlugins(entries: readonly PluginEntry[], options: LoadOptions): Promise<Loading> {
  const plugins: LoadedPlugin[] = [];
  const problems: string[] = [];
  const names = new Set<string>();
  for (const entry of entries) {
    try {
      const { problems: its, ...one } = await loadPlugin(entry, options);
      problems.push(...its);
      if (names.has(one.plugin.name)) throw new ScrError(errors.SCR_PLUGIN_TWICE, one.plugin.name);
      names.add(one.plugin.name);
      if (its.length === 0) plugins.push(one);
    } catch (failure) {
      problems.push(`${options.label}: ${explain(failure)}`);
    }
  }
  return { plugins, problems };
}

function explain(failure: unknown): string {
  return failure instanceof ScrError ? failure.explain() : reasonOf(failure);
}

async function loadPlugin(entry: PluginEntry, options: LoadOptions): Promise<LoadedPlugin & { problems: string[] }> {
  if (isTuple(entry) && entry.length > 2)
    throw new ScrError(errors.SCR_PLUGIN_SHAPE, 'more than a plugin and its options');
  const [which, given] = isTuple(entry) ? entry : [entry, undefined];
  const { plugin, source } = await findPlugin(which, options);
  const { value, problems } = checkOptions(plugin, given);
  return {
    plugin,
    source,
    options: value,
    shownOptions: hideSecrets(plugin.schema, value),
    problems: problems.map((problem) => `${options.label}: plugin ${plugin.name}: ${problem}`),
  };
}

function isTuple(entry: PluginEntry): entry is readonly [string | Plugin, unknown?] {
  return Array.isArray(entry);
}

function checkOptions(plugin: Plugin, given: unknown) {
  try {
    return validate(plugin.schema, given);
  } catch (cause) {
    throw new ScrError(errors.SCR_PLUGIN_SCHEMA, plugin.name, { cause, plugin: plugin.name });
  }
}

async function findPlugin(which: unknown, options: LoadOptions): Promise<{ plugin: Plugin; source: string }> {
  if (typeof which !== 'string') return { plugin: checkPlugin(which, 'an object'), source: 'given as an object' };
  const builtin = Object.hasOwn(options.builtins, which) ? options.builtins[which] : undefined;
  if (builtin !== undefined) return { plugin: (await builtin()).default, source: 'built in' };
  const location = locate(which, options.directory);
  let module: { default?: unknown };
  try {
    module = await loadCode(() => import(location) as Promise<{ default?: unknown }>);
  } catch (cause) {
    throw new ScrError(errors.SCR_PLUGIN_LOAD, which, { cause });
  }
  return { plugin: checkPlugin(module.default, which), source: location };
}

/** The URL of a plugin's module. */
function locate(which: string, directory: string): string {
  try {
    return moduleResolve(specifierOf(which, directory), pathToFileURL(join(directory, '/'))).href;
  } catch (cause) {
    throw new ScrError(errors.SCR_PLUGIN_NOT_FOUND, which, { cause });
  }
}

const PREFIX = 'sc-remoted-plugin-';

/** A file's URL, or the name of a package; `x` stands for sc-remoted-plugin-x. */
function specifierOf(which: string, directory: string): string {
  if (which.startsWith('.') || isAbsolute(which)) return pathToFileURL(resolve(directory, which)).href;
  return which.startsWith('@') || which.startsWith(PREFIX) ? which : PREFIX + which;
}

/** Plugins are JavaScript too: looks at what the types promise. @throws ScrError */
function checkPlugin(candidate: unknown, which: string): Plugin {
  if (typeof candidate !== 'object' || candidate === null) throw new ScrError(errors.SCR_PLUGIN_SHAPE, which);
  const { name, api, schema, setup } = candidate as Partial<Record<keyof Plugin, unknown>>;
  if (typeof setup !== 'function' || typeof schema !== 'object' || schema === null || !isPluginName(name)) {
    throw new ScrError(errors.SCR_PLUGIN_SHAPE, which);
  }
  if (api !== PLUGIN_API) {
    throw new ScrError(errors.SCR_PLUGIN_API, `${which}: made for API ${String(api)}, this is ${PLUGIN_API}`);
  }
  return candidate as Plugin;
}

function isPluginName(name: unknown): name is string {
  return typeof name === 'string' && /^(@[a-z0-9-]+\/)?[a-z][a-z0-9-]*$/.test(name);
}
