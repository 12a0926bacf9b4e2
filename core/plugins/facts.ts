import type { Fact, FactValues } from '../contract/observations.js';

/** What plugins say of themselves, for whoever shows the state of the controller. */
export class Facts {
  readonly #told = new Map<string, Fact>();

  /** In place of what the plugin said under this name before. */
  tell(plugin: string, name: string, values: readonly FactValues[]): void {
    const key = `${plugin} ${name}`;
    if (values.length === 0) this.#told.delete(key);
    else this.#told.set(key, { plugin, name, values: values.map((value) => ({ ...value })) });
  }

  all(): readonly Fact[] {
    return [...this.#told.values()];
  }
}
