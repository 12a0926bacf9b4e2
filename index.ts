/** sc-remoted for embedders: make a controller in your own program, or write a configuration with full types. */
import { type Controller, type ControllerOptions, createController as createCore } from './core/controller.js';
import { defaultPlugins } from './plugins/index.js';

/**
 * Finds and checks the plugins and sets them up; call `start()` on the result. The default plugins can be named: `'tcp'`.
 * @throws ScrError, with everything that is wrong with the plugins and their options at once
 */
export function createController(options: ControllerOptions): Promise<Controller> {
  return createCore(options, defaultPlugins);
}

export { defineConfig, type Configuration } from './config/define.js';
export { ScrError } from './core/contract/errors.js';
export type { Controller, ControllerOptions, OfferedService, PluginSummary } from './core/controller.js';
export type { ControllerState } from './core/contract/observations.js';
export type { Limits } from './core/contract/limits.js';
export type { InstanceView, ChannelView } from './core/contract/views.js';
export type { Plugin, PluginEntry } from './core/contract/plugin.js';
