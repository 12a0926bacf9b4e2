import { lstatSync, readdirSync, readlinkSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A folder with a link for each monitor name, to the socket of its instance: a path that stays the same over resumes. */
export class Names {
  readonly #folder: string;
  /** Paths of sockets by monitor name, the latest last: two instances may have one name. */
  readonly #paths = new Map<string, Set<string>>();

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Removes links that a dead controller left: those into the directory of the sockets. Everything else is let be. */
  clear(directory: string): void {
    for (const name of readdirSync(this.#folder)) {
      const target = this.#targetOf(name);
      if (target !== undefined && dirname(target) === directory) rmSync(join(this.#folder, name));
    }
  }

  /** The name leads to this socket from now on. @throws what the system says; something that is no link is in its place, say */
  add(monitorName: string, path: string): void {
    const paths = this.#paths.get(monitorName) ?? new Set();
    this.#paths.set(monitorName, paths.add(path));
    this.#link(monitorName, path);
  }

  /** The socket is gone: the name leads to another instance that has it, or is gone too. */
  delete(monitorName: string, path: string): void {
    const paths = this.#paths.get(monitorName);
    if (paths?.delete(path) !== true) return;
    if (paths.size === 0) this.#paths.delete(monitorName);
    if (this.#targetOf(monitorName) !== path) return;
    const other = [...paths].at(-1);
    if (other === undefined) rmSync(join(this.#folder, monitorName), { force: true });
    else this.#link(monitorName, other);
  }

  /** In one step, so that nobody finds nothing. */
  #link(monitorName: string, path: string): void {
    const place = join(this.#folder, monitorName);
    const fresh = join(this.#folder, `.${monitorName}.new`);
    const found = lstatSync(place, { throwIfNoEntry: false });
    if (found !== undefined && !found.isSymbolicLink()) throw new Error(`${place} is there, and is no link`);
    rmSync(fresh, { force: true });
    symlinkSync(path, fresh);
    renameSync(fresh, place);
  }

  /** @returns undefined where it is no link */
  #targetOf(name: string): string | undefined {
    const place = join(this.#folder, name);
    const isLink = lstatSync(place, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    return isLink ? readlinkSync(place) : undefined;
  }
}
