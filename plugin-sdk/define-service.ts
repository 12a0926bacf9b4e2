import type { Service } from '../core/contract/plugin.js';

/**
 * Names a service that one plugin offers (`controller.provide`) and others use (`controller.use`).
 * @param name unique; begin it with the name of the plugin or package that defines it
 */
export function defineService<T>(name: string): Service<T> {
  return Object.freeze({ name });
}
