import { ScrError } from '../../core/contract/errors.js';
import { createErrors } from './errors.js';

/** What a new plugin is called where. */
export interface PluginNames {
  /** In log lines and errors. */
  readonly plugin: string;
  /** On npm. */
  readonly package: string;
  /** In a configuration. */
  readonly configured: string;
  /** The folder it is made in, unless another one is asked for. */
  readonly folder: string;
}

const PREFIX = 'sc-remoted-plugin-';
/** npm allows 214 characters, the prefix included. */
const LONGEST = 214;

/**
 * `x` and `sc-remoted-plugin-x` are the package sc-remoted-plugin-x, which a configuration names `x`; with a scope
 * the package has the name given. @param reserved plugins that come with this package
 * @throws ScrError SCR_CREATE_NAME, SCR_CREATE_RESERVED
 */
export function namesFor(given: string, reserved: readonly string[]): PluginNames {
  const [, scope, base = ''] = /^(?:(@[a-z0-9][a-z0-9-]*)\/)?([a-z][a-z0-9-]*[a-z0-9]|[a-z])$/.exec(given) ?? [];
  const plugin = base.startsWith(PREFIX) ? base.slice(PREFIX.length) : base;
  const folder = scope === undefined ? `${PREFIX}${plugin}` : base;
  const name = scope === undefined ? folder : `${scope}/${base}`;
  if (!/^[a-z]/.test(plugin) || name.length > LONGEST) throw new ScrError(createErrors.SCR_CREATE_NAME, given);
  if (reserved.includes(plugin)) throw new ScrError(createErrors.SCR_CREATE_RESERVED, plugin);
  return { plugin, package: name, configured: scope === undefined ? plugin : name, folder };
}
