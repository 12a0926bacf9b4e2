import { resolve } from 'node:path';
import { type ConfigFile, loadConfigFile } from '../config/file.js';
import { ScrError } from '../core/contract/errors.js';
import type { Limits } from '../core/contract/limits.js';
import type { Plugin, PluginEntry } from '../core/contract/plugin.js';
import { defaultPlugins } from '../plugins/index.js';
import { cliErrors } from './errors.js';
import type { Flags } from './flags.js';
import { lineOfSyntaxError } from './syntax.js';

/** What is to run: the configuration file with the flags laid over it. */
export interface Settings {
  /** Undefined when the defaults are used. */
  readonly file: string | undefined;
  readonly directory: string;
  readonly plugins: readonly PluginEntry[];
  readonly limits: Partial<Limits>;
  /** What is wrong with the form of the file. */
  readonly problems: readonly string[];
}

/** What the flags may set of a default plugin; a value that the command line does not have does not compile. */
interface Settable {
  readonly onDemand?: true;
  readonly flags?: Readonly<Record<string, keyof Values>>;
}
type Values = ReturnType<typeof valuesOf>;
const table: readonly [name: string, Settable][] = Object.entries<Settable>(defaultPlugins);

/** The order in which a plugin that a flag asks for finds its place. */
const usualOrder = table.map(([name]) => name);
const usualPlugins: readonly PluginEntry[] = table
  .filter(([, { onDemand }]) => onDemand !== true)
  .map(([name]) => name);

/** With a mux and no directory there is no socket for each instance, as in C. */
function usualPluginsFor({ mux, directory }: Flags): readonly PluginEntry[] {
  if (mux === undefined || directory !== undefined) return usualPlugins;
  return usualPlugins.filter((name) => name !== 'unix-export');
}

/** Options by plugin that the flags ask for. */
type Overrides = ReadonlyMap<string, Readonly<Record<string, unknown>>>;

/** @throws ScrError when the file or the flags are wrong. Paths in flags start at `cwd`, paths in the file at its folder. */
export async function resolveSettings(flags: Flags, cwd: string): Promise<Settings> {
  const found = flags.config === false ? undefined : await loadConfigFile(flags.config, cwd, lineOfSyntaxError);
  const plugins = withOverrides(found?.plugins ?? usualPluginsFor(flags), overridesOf(flags, cwd));
  checkTls(plugins, flags);
  const { file, directory = cwd, limits = {}, problems = [] }: Partial<ConfigFile> = found ?? {};
  return { file, directory, plugins, limits, problems };
}

/** The unix socket of the mux that would run; undefined where there is none. */
export function muxPathOf(settings: Settings): string | undefined {
  return pathIn(settings, 'mux', 'path');
}

/** The control socket that the configuration names. */
export function controlPathOf(settings: Settings): string | undefined {
  return pathIn(settings, 'status', 'socket');
}

function pathIn({ plugins, directory }: Settings, plugin: string, option: string): string | undefined {
  const entry = plugins.find((one) => isNamed(one, plugin));
  const path: unknown = entry === undefined ? undefined : new Map(Object.entries(partsOf(entry).options)).get(option);
  return typeof path === 'string' && path !== '' ? resolve(directory, path) : undefined;
}

/** The entries of a plugin: one, if it is there. */
export function entriesNamed({ plugins }: Settings, name: string): readonly PluginEntry[] {
  return plugins.filter((entry) => isNamed(entry, name));
}

function overridesOf(flags: Flags, cwd: string): Overrides {
  const values = valuesOf(flags, cwd);
  const given = table.map(([plugin, { flags: its = {} }]) => {
    const options = Object.entries(its).map(([option, value]) => [option, values[value]] as const);
    return [plugin, Object.fromEntries(options.filter(([, value]) => value !== undefined))] as const;
  });
  return new Map(given.filter(([, options]) => Object.keys(options).length > 0));
}

/** What the command line says of options, by the names that the table of the default plugins uses. */
function valuesOf(flags: Flags, cwd: string) {
  const absolute = (path: string | undefined) => (path === undefined ? undefined : resolve(cwd, path));
  const asked = (option: Flags['tailor'][number]) => flags.tailor.includes(option) || undefined;
  return {
    port: flags.port,
    family: familyOf(flags),
    certificate: absolute(flags.certificate),
    privateKey: absolute(flags.privateKey),
    ca: absolute(flags.ca),
    directory: absolute(flags.directory),
    mux: absolute(flags.mux),
    metadata: absolute(flags.metadata),
    allowgroup: asked('allowgroup'),
    allowother: asked('allowother'),
    zombieTime: flags.zombieTime,
  };
}

/** Both -4 and -6 ask for both families, whatever the file says. */
function familyOf({ ipv4 = false, ipv6 = false }: Flags): string | undefined {
  if (ipv4 && ipv6) return 'any';
  if (ipv4) return 'ipv4';
  return ipv6 ? 'ipv6' : undefined;
}

function isPair(entry: PluginEntry): entry is readonly [string | Plugin, unknown?] {
  return Array.isArray(entry);
}

/** What an entry names and which options it gives; wrong ones are told later, by the check of the whole list. */
function partsOf(entry: PluginEntry): { which: string | Plugin; options: object } {
  const [which, options] = isPair(entry) ? entry : [entry];
  return { which, options: typeof options === 'object' && options !== null ? options : {} };
}

function isNamed(entry: PluginEntry, plugin: string): boolean {
  const { which } = partsOf(entry);
  return which === plugin || (typeof which === 'object' && (which as Partial<Plugin> | null)?.name === plugin);
}

/** Flags win over the file; a flag whose plugin the file does not list adds it. */
function withOverrides(entries: readonly PluginEntry[], overrides: Overrides): PluginEntry[] {
  const result = [...entries];
  for (const [plugin, options] of overrides) {
    const index = result.findIndex((entry) => isNamed(entry, plugin));
    const entry = result[index];
    if (entry === undefined) result.splice(placeFor(plugin, result), 0, [plugin, options]);
    else result[index] = withOptions(entry, options);
  }
  return result;
}

function withOptions(entry: PluginEntry, more: object): PluginEntry {
  const { which, options } = partsOf(entry);
  return [which, { ...options, ...more }];
}

function placeFor(plugin: string, entries: readonly PluginEntry[]): number {
  const later = usualOrder.slice(usualOrder.indexOf(plugin) + 1);
  const index = entries.findIndex((entry) => later.some((name) => isNamed(entry, name)));
  return index < 0 ? entries.length : index;
}

function checkTls(plugins: PluginEntry[], flags: Flags): void {
  const index = plugins.findIndex((entry) => isNamed(entry, 'tls'));
  const entry = plugins[index];
  if (entry === undefined) return;
  const { options } = partsOf(entry);
  const fromFlags = flags.certificate ?? flags.privateKey ?? flags.ca;
  const whole = 'cert' in options && 'key' in options;
  if (fromFlags !== undefined && !whole) {
    throw new ScrError(cliErrors.SCR_FLAG_TLS, flags.ca === undefined ? undefined : '-C goes with both');
  }
  if (flags.tailor.includes('skipnameverification')) plugins[index] = withOptions(entry, { verifyName: false });
}
