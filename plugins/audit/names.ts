import { systemEntries } from '../../plugin-sdk/index.js';

/** Users and groups whose names are remembered; past that they are asked for anew. */
const MOST = 10_000;

type Database = 'passwd' | 'group';

/** What users and groups are called. Each is looked up once, and nobody waits for it: until then it has its number only. */
export class Names {
  readonly #known = new Map<string, string | undefined>();

  /** The name, where it is known by now; else it is asked for. */
  of(database: Database, number: number): string | undefined {
    const key = `${database} ${number}`;
    if (!this.#known.has(key)) void this.#ask(database, number, key);
    return this.#known.get(key);
  }

  /** They may be called something else by now. */
  forget(): void {
    this.#known.clear();
  }

  async #ask(database: Database, number: number, key: string): Promise<void> {
    if (this.#known.size >= MOST) this.forget();
    this.#known.set(key, undefined);
    const [entry] = await systemEntries(database, [number]).catch(() => []);
    this.#known.set(key, entry?.[0]);
  }
}
