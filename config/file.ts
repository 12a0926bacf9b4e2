import { type Stats, closeSync, constants, existsSync, fstatSync, openSync, readFileSync, realpathSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Loader, defaultLoaders, defaultLoadersSync, getDefaultSearchPlaces } from 'cosmiconfig';
import { ScrError, errors, reasonOf } from '../core/contract/errors.js';
import { type Limits, limitsSchema } from '../core/contract/limits.js';
import { loadCode } from '../core/plugins/load-code.js';
import type { PluginEntry } from '../core/contract/plugin.js';
import { distrustOf } from './trust.js';
import { validate } from '../core/plugins/validate.js';

/** What a configuration file says; plugins are not looked at yet. */
export interface ConfigFile {
  /** Absolute. */
  readonly file: string;
  /** Its folder: relative paths and plugins start here. */
  readonly directory: string;
  /** Undefined where the file leaves the choice to the default. */
  readonly plugins: readonly PluginEntry[] | undefined;
  readonly limits: Partial<Limits>;
  /** All that is wrong with its form: place, path, what was expected. What is wrong is left out of the rest. */
  readonly problems: readonly string[];
}

const entry = { type: ['string', 'array', 'object'], minItems: 1, maxItems: 2 } as const;
const schema = {
  properties: {
    plugins: { type: 'array', minItems: 1, items: entry },
    limits: { ...limitsSchema, default: {} },
  },
} as const;
const entryAlone = { properties: { entry } };

/** A file that is there, as it is. */
interface Found {
  readonly path: string;
  readonly content: string;
  /** Of the very file that was read. */
  readonly info: Stats;
}

/** The line of the syntax error in a module with this content. */
type LineOf = (content: string) => Promise<string | undefined> | undefined;

/** A failure that is told of the file as a whole, not of a line of ours. */
function withoutPlace(failure: Error): Error {
  failure.stack = '';
  return failure;
}

let loads = 0;

const loadCommonJs = defaultLoadersSync['.cjs'];

/** Loads a module as it is now: a reload must not get what was imported before. CommonJS takes another way to that. */
const loadModule: Loader = async (file: string, content: string) => {
  const isCommonJs = file.endsWith('.js') && /\bmodule\.exports\b/.test(content) && !/\bexport\b/.test(content);
  if (isCommonJs) return loadCommonJs(file, content) as unknown;
  const url = pathToFileURL(file);
  url.searchParams.set('version', String(++loads));
  const { default: config } = (await import(url.href)) as { default?: unknown };
  if (config === undefined) throw withoutPlace(new Error('it has no default export'));
  return config;
};

/**
 * Names and forms are cosmiconfig's. Its search is not used: that would first run a `.config/config.js` of the working
 * directory, whoever put it there.
 */
const places = getDefaultSearchPlaces('sc-remoted');
const loaders: Readonly<Record<string, Loader>> = {
  ...defaultLoaders,
  '.js': loadModule,
  '.mjs': loadModule,
  '.cjs': loadCommonJs,
};

/**
 * Reads the configuration file. @param file as given by the user; without it, cosmiconfig's usual names are tried in `directory`.
 * @param lineOf finds the line of a syntax error in a module, where Node does not tell
 * @returns undefined when none was named and none is there
 * @throws ScrError SCR_CONFIG_NOT_FOUND, SCR_CONFIG_UNREADABLE, SCR_CONFIG_BROKEN, SCR_CONFIG_UNTRUSTED
 */
export async function loadConfigFile(
  file: string | undefined,
  directory: string,
  lineOf: LineOf = () => undefined,
): Promise<ConfigFile | undefined> {
  const found = file === undefined ? search(directory) : named(resolve(directory, file));
  if (found === undefined) return undefined;
  const { path } = found;
  const { value, problems } = validate(schema, await load(found, lineOf), 'the configuration');
  const { plugins, limits } = (value ?? {}) as { plugins?: unknown; limits?: Limits };
  return {
    file: path,
    directory: dirname(path),
    plugins: Array.isArray(plugins) ? plugins.filter(isEntry) : undefined,
    limits: problems.length === 0 ? { ...limits } : {},
    problems: problems.map((problem) => `${path}: ${problem}`),
  };
}

function isEntry(value: unknown): value is PluginEntry {
  return validate(entryAlone, { entry: value }).problems.length === 0;
}

function named(path: string): Found {
  const found = open(path);
  if (found === undefined) {
    const cause = new Error(existsSync(path) ? 'it is not a regular file' : 'no such file');
    throw new ScrError(errors.SCR_CONFIG_NOT_FOUND, path, { cause });
  }
  if (isEmpty(found)) throw new ScrError(errors.SCR_CONFIG_BROKEN, path, { cause: new Error('it is empty') });
  return found;
}

/** A file that is merely found must be trusted before it is run: somebody else may have put it there. */
function search(directory: string): Found | undefined {
  for (const place of places) {
    const found = open(join(directory, place));
    if (found === undefined || isEmpty(found) || !isMeant(found)) continue;
    const path = join(realpathSync(directory), place);
    assertTrusted({ ...found, path });
    return { ...found, path };
  }
  return undefined;
}

function isEmpty({ content }: Found): boolean {
  return content.trim() === '';
}

/** @throws ScrError SCR_CONFIG_UNTRUSTED */
function assertTrusted({ path, info }: Found): void {
  const why = distrustOf(path, info);
  if (why !== undefined) throw new ScrError(errors.SCR_CONFIG_UNTRUSTED, path, { cause: new Error(why) });
}

/** @returns undefined where there is no file. @throws ScrError SCR_CONFIG_UNREADABLE */
function open(path: string): Found | undefined {
  try {
    return read(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ScrError(errors.SCR_CONFIG_UNREADABLE, path, { cause });
  }
}

/** Opened once, so that what is known of the file is known of what was read. */
function read(path: string): Found | undefined {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK); // a pipe must not hold up the process
  try {
    const info = fstatSync(fd);
    return info.isFile() ? { path, info, content: readFileSync(fd, 'utf8') } : undefined;
  } finally {
    closeSync(fd);
  }
}

/** package.json counts only with our key in it. */
function isMeant({ path, content }: Found): boolean {
  if (basename(path) !== 'package.json') return true;
  try {
    return ourKey(JSON.parse(content)) !== undefined;
  } catch (cause) {
    throw new ScrError(errors.SCR_CONFIG_BROKEN, path, { cause });
  }
}

function ourKey(manifest: unknown): unknown {
  return (manifest as { 'sc-remoted'?: unknown } | null)?.['sc-remoted'];
}

async function load({ path, content }: Found, lineOf: LineOf): Promise<unknown> {
  try {
    const suffix = extname(path);
    const loader = loaders[suffix === '' ? 'noExt' : suffix];
    if (loader === undefined) throw new Error(`files with the suffix ${suffix} are not understood`);
    const loaded: unknown = await loadCode(() => loader(path, content) as unknown);
    return basename(path) === 'package.json' ? ourKey(loaded) : loaded;
  } catch (cause) {
    const line = cause instanceof SyntaxError && /\.m?js$/.test(path) ? await lineOf(content) : undefined;
    const placed = line === undefined ? cause : new Error(`${path}:${line}: ${reasonOf(cause)}`, { cause });
    throw new ScrError(errors.SCR_CONFIG_BROKEN, path, { cause: placed });
  }
}
