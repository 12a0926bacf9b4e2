import { isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { moduleResolve } from 'import-meta-resolve';
import { ScrError, errors, reasonOf } from '../contract/errors.js';
import { loadCode } from './load-code.js';
import { PLUGIN_API, type Plugin, type PluginEntry } from '../contract/plugin.js';
import { isFileMissing, isSelfMissing } from './node-messages.js';
import { hideSecrets } from './secrets.js';
import { validate } from './validate.js';

/** The plugins that can be named without a package, by name. */
export type Builtins = Readonly<Record<string, { readonly load: () => Promise<{ readonly default: Plugin }> }>>;

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
  const sources = new Map<string, string>();
  for (const [index, entry] of entries.entries()) {
    try {
      assertNoStrayOptions(entry, entries[index - 1]);
      const { problems: its, ...one } = await loadPlugin(entry, options);
      problems.push(...its);
      assertNew(one, sources);
      if (its.length === 0) plugins.push(one);
    } catch (failure) {
      problems.push(`${options.label}: ${explain(failure)}`);
    }
  }
  return { plugins, problems };
}

/** Options without brackets of their own look like one more plugin. */
function assertNoStrayOptions(entry: unknown, before: PluginEntry | undefined): void {
  if (typeof before !== 'string' || typeof entry !== 'object' || entry === null) return;
  if (Array.isArray(entry) || 'setup' in entry || 'schema' in entry) return;
  const cause = new Error(`options stand in brackets with their plugin: write ['${before}', { … }]`);
  throw new ScrError(errors.SCR_PLUGIN_SHAPE, `an object behind '${before}'`, { cause });
}

/** @throws ScrError SCR_PLUGIN_TWICE */
function assertNew({ plugin: { name }, source }: LoadedPlugin, sources: Map<string, string>): void {
  const other = sources.get(name);
  if (other !== undefined) {
    throw new ScrError(errors.SCR_PLUGIN_TWICE, other === source ? name : `${name} (${other}; ${source})`);
  }
  sources.set(name, source);
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
  if (builtin !== undefined) return { plugin: (await builtin.load()).default, source: 'built in' };
  const location = locate(which, options.directory);
  let module: { default?: unknown };
  try {
    module = await loadCode(() => import(location) as Promise<{ default?: unknown }>);
  } catch (cause) {
    throw new ScrError(errors.SCR_PLUGIN_LOAD, which, { cause: withPeerHint(cause) });
  }
  return { plugin: checkPlugin(module.default, which), source: location };
}

/** A plugin imports this package by its name, and finds it only where it is installed beside. */
function withPeerHint(cause: unknown): unknown {
  const reason = reasonOf(cause);
  if (!isSelfMissing(reason)) return cause;
  return new Error(`${reason}; npm install sc-remoted beside it`, { cause });
}

/** The URL of a plugin's module. @throws ScrError */
function locate(which: string, directory: string): string {
  try {
    return moduleResolve(specifierOf(which, directory), pathToFileURL(join(directory, '/'))).href;
  } catch (cause) {
    throw new ScrError(isInstalled(which, cause) ? errors.SCR_PLUGIN_LOAD : errors.SCR_PLUGIN_NOT_FOUND, which, {
      cause,
    });
  }
}

/** Whether the package is there, and only what it says of its files is wrong. */
function isInstalled(which: string, cause: unknown): boolean {
  if (isPath(which) || !(cause instanceof Error)) return false;
  const { code } = cause as NodeJS.ErrnoException;
  if (code === 'ERR_PACKAGE_PATH_NOT_EXPORTED' || code === 'ERR_INVALID_PACKAGE_CONFIG') return true;
  return code === 'ERR_MODULE_NOT_FOUND' && isFileMissing(cause);
}

const PREFIX = 'sc-remoted-plugin-';

/** A file's URL, or the name of a package; `x` stands for sc-remoted-plugin-x. */
function specifierOf(which: string, directory: string): string {
  if (isPath(which)) return pathToFileURL(resolve(directory, which)).href;
  return which.startsWith('@') || which.startsWith(PREFIX) ? which : PREFIX + which;
}

function isPath(which: string): boolean {
  return which.startsWith('.') || isAbsolute(which);
}

/** Plugins are JavaScript too: looks at what the types promise. @throws ScrError */
function checkPlugin(candidate: unknown, which: string): Plugin {
  const fault = faultOf(candidate);
  if (fault !== undefined) throw new ScrError(errors.SCR_PLUGIN_SHAPE, which, { cause: new Error(fault) });
  const { api } = candidate as { api?: unknown };
  if (api !== PLUGIN_API) {
    throw new ScrError(errors.SCR_PLUGIN_API, `${which}: made for API ${String(api)}, this is ${PLUGIN_API}`);
  }
  return candidate as Plugin;
}

/** What about it is not as a plugin should be. */
function faultOf(candidate: unknown): string | undefined {
  if (candidate === null || candidate === undefined) return `it is ${String(candidate)}`;
  if (typeof candidate !== 'object') return `it is a ${typeof candidate}`;
  const { name, schema, setup } = candidate as Partial<Record<keyof Plugin, unknown>>;
  if (typeof name !== 'string') return 'it has no name';
  if (!/^(@[a-z0-9-]+\/)?[a-z][a-z0-9-]*$/.test(name)) {
    return `its name ${JSON.stringify(name)} is not of lower-case letters, digits and -, a letter first`;
  }
  if (typeof schema !== 'object' || schema === null) return `${name} has no schema that is an object`;
  return typeof setup === 'function' ? undefined : `${name} has no function setup`;
}
