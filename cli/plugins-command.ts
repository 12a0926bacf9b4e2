import { readFileSync, readdirSync, realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Command, CommanderError } from 'commander';
import { tellingAll } from '../config/problems.js';
import { type Controller, type PluginSummary, createController } from '../index.js';
import { foreground } from './daemon.js';
import { type ConfigFlag, type Flags, addConfigFlags, configIn, parseStrictly } from './flags.js';
import { openLog } from './log.js';
import { ownCommand } from './own-command.js';
import { printable } from './printable.js';
import { explain } from './run.js';
import { type Settings, resolveSettings } from './settings.js';
import { version } from './version.js';

const usage = '[--config file | --no-config]';

/** Lists the plugins that would run, and those that are installed beside them. @param argv what follows `plugins` @returns the exit code */
export async function listPlugins(argv: readonly string[]): Promise<number> {
  try {
    const flags: Flags = { tailor: [], ...parse(argv) };
    const settings = await resolveSettings(flags, process.cwd());
    const told = describe(settings, await prepare(settings), installedFor(settings.directory));
    process.stdout.write(printable(told));
    return 0;
  } catch (failure) {
    if (failure instanceof CommanderError) return failure.exitCode === 0 ? 0 : 1; // it has been told
    await foreground.failed(explain(failure));
    return 1;
  }
}

export function pluginsCommand(): Command {
  const what = 'Lists the plugins that would run, in their order, and those that are installed but not configured.';
  return addConfigFlags(ownCommand('plugins', usage, what, 'sc_remoted'));
}

function parse(argv: readonly string[]): ConfigFlag {
  const command = pluginsCommand();
  parseStrictly(command, argv);
  return configIn(command.opts<{ config?: string | boolean }>().config);
}

/** The plugins are set up, as for a start, and nothing is opened. */
function prepare({ plugins, limits, problems, directory, file }: Settings): Promise<Controller> {
  const { logger } = openLog({ tailor: [] }, foreground.person);
  const options = { plugins, limits, directory, label: file ?? 'defaults', logger };
  return tellingAll(problems, () => createController(options));
}

/** A package that says it is a plugin. */
interface Installed {
  readonly name: string;
  readonly version: string;
  readonly directory: string;
}

function describe({ file }: Settings, { plugins, handlers }: Controller, installed: readonly Installed[]): string {
  const used = new Set(plugins.map((plugin) => packageOf(plugin, installed)));
  const others = installed.filter((one) => !used.has(one)).map(({ name, version: its }) => `  ${name} ${its}\n`);
  return [
    `configuration file: ${file ?? 'none, the defaults are used'}\n`,
    'plugins, in order:\n',
    ...plugins.map((plugin, index) => `  ${index + 1}. ${describePlugin(plugin, packageOf(plugin, installed))}`),
    ...describeHandlers(handlers),
    ...(others.length > 0 ? ['installed, but not configured:\n', ...others] : []),
  ].join('');
}

/** Whose handler comes when: `before` may have moved one out of the plugins' order, and `stop` goes backwards. */
function describeHandlers(handlers: Controller['handlers']): string[] {
  const tapped = Object.entries(handlers).filter(([, by]) => by.length > 0);
  return [
    'handlers of each hook, in the order they run:\n',
    ...tapped.map(([hook, by]) => `  ${hook}: ${by.join(', ')}\n`),
  ];
}

function describePlugin(plugin: PluginSummary, from: Installed | undefined): string {
  const source = from === undefined ? plugin.source : `package ${from.name}`;
  const its = plugin.version ?? (plugin.source === 'built in' ? version : from?.version);
  const title = `${plugin.name}${its === undefined ? '' : ` ${its}`} (${source})`;
  const hooks = plugin.hooks.length === 0 ? 'none' : plugin.hooks.join(', ');
  return `${title}\n     hooks: ${hooks}\n     options: ${JSON.stringify(plugin.options)}\n`;
}

function packageOf({ source }: PluginSummary, installed: readonly Installed[]): Installed | undefined {
  if (!source.startsWith('file:')) return undefined;
  const path = realpathSync(fileURLToPath(source));
  return installed.find(({ directory }) => path.startsWith(directory + sep));
}

/** Plugins from npm that a configuration in this folder can name. The nearest of several with one name counts, as for Node. */
function installedFor(directory: string): Installed[] {
  const found = new Map<string, Installed>();
  for (let folder = directory; ; folder = dirname(folder)) {
    for (const one of pluginsIn(join(folder, 'node_modules'))) if (!found.has(one.name)) found.set(one.name, one);
    if (folder === dirname(folder)) return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }
}

function pluginsIn(modules: string): Installed[] {
  const names = namesIn(modules).flatMap((name) =>
    name.startsWith('@') ? namesIn(join(modules, name)).map((inner) => `${name}/${inner}`) : [name],
  );
  return names.map((name) => pluginAt(join(modules, name))).filter((one) => one !== undefined);
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return []; // there is none, or it is a file
  }
}

/** Known by the beginning of its name, or by the keyword `sc-remoted-plugin`. */
function pluginAt(directory: string): Installed | undefined {
  try {
    const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Record<string, unknown>;
    const { name, version: its, keywords } = manifest;
    if (typeof name !== 'string' || typeof its !== 'string') return undefined;
    const marked = Array.isArray(keywords) && keywords.includes('sc-remoted-plugin');
    if (!marked && !name.startsWith('sc-remoted-plugin-')) return undefined;
    return { name, version: its, directory: realpathSync(directory) };
  } catch {
    return undefined; // no package
  }
}
