import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Loader, defaultLoaders, defaultLoadersSync, getDefaultSearchPlaces } from 'cosmiconfig';
import { ScrError, errors, reasonOf } from './errors.js';
import { type Limits, limitsSchema } from './limits.js';
import { loadCode } from './load-code.js';
import type { PluginEntry } from './plugin.js';
import { validate } from './validate.js';

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
}

/** The line of the syntax error in a module with this content. */
type LineOf = (content: string) => Promise<string | undefined> | undefined;

let loads = 0;

const loadCommonJs = defaultLoadersSync['.cjs'];

/** Loads a module as it is now: a reload must not get what was imported before. CommonJS takes another way to that. */
const loadModule: Loader = async (file: string, content: string) => {
  const isCommonJs = file.endsWith('.js') && /\bmodule\.exports\b/.test(content) && !/\bexport\b/.test(content);
  if (isCommonJs) return loadCommonJs(file, content) as unknown;
  const url = pathToFileURL(file);
  url.searchParams.set('version', String(++loads));
  const { default: config } = (await import(url.href)) as { default?: unknown };
  if (config === undefined) throw new Error('it has no default export');
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
  const content = contentOf(path);
  if (content === undefined) {
    const cause = new Error(existsSync(path) ? 'it is not a regular file' : 'no such file');
    throw new ScrError(errors.SCR_CONFIG_NOT_FOUND, path, { cause });
  }
  if (content.trim() === '') throw new ScrError(errors.SCR_CONFIG_BROKEN, path, { cause: new Error('it is empty') });
  return { path, content };
}

/** A file that is merely found must be trusted before it is run: somebody else may have put it there. */
function search(directory: string): Found | undefined {
  for (const place of places) {
    const path = join(directory, place);
    const content = contentOf(path) ?? '';
    if (content.trim() === '' || !isMeant({ path, content })) continue;
    assertTrusted(path);
    return { path, content };
  }
  return undefined;
}

/** @returns undefined where there is no file. @throws ScrError SCR_CONFIG_UNREADABLE */
function contentOf(path: string): string | undefined {
  try {
    return statSync(path).isFile() ? readFileSync(path, 'utf8') : undefined;
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ScrError(errors.SCR_CONFIG_UNREADABLE, path, { cause });
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

const GROUP_WRITES = 0o020;
const OTHERS_WRITE = 0o002;
const STICKY = 0o1000;

function assertTrusted(file: string): void {
  const { uid, gid, mode } = statSync(file);
  const me = process.geteuid?.();
  const mine = uid === 0 || uid === me || me === undefined;
  const groupMayChange = me === 0 && gid !== 0 && (mode & GROUP_WRITES) !== 0;
  if (mine && !groupMayChange && (mode & OTHERS_WRITE) === 0 && !othersMayReplace(file)) return;
  throw new ScrError(errors.SCR_CONFIG_UNTRUSTED, file);
}

/** In a folder that everybody may write to, a file is safe only where the sticky bit keeps it its owner's. */
function othersMayReplace(file: string): boolean {
  const { mode } = statSync(dirname(file));
  return (mode & OTHERS_WRITE) !== 0 && (mode & STICKY) === 0;
}
