import { closeSync, constants, existsSync, fstatSync, mkdtempSync, openSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

/** The longest path of a local socket in octets: 107 on Linux, 103 on BSD and macOS. */
export const localPathLimit = process.platform === 'linux' ? 107 : 103;

/** Linux shows what a process has open here: a short path, which leads to the same folder whatever becomes of its name. */
const OPEN_FILES = '/proc/self/fd';
const hasOpenFiles = existsSync(OPEN_FILES);

/**
 * A folder in `directory` that nobody but this user can look into, for as long as something is made in it. Where others
 * may write to the directory, they can move the folder away and put something in its place, so it is known by its
 * descriptor; where the system cannot do that, by its name.
 */
export class PrivateFolder {
  readonly #path: string;
  readonly #descriptor: number;

  /** @throws Error when it cannot be made */
  constructor(directory: string) {
    this.#path = mkdtempSync(join(directory, '.sc-remoted-'));
    try {
      this.#descriptor = openPrivate(this.#path);
    } catch (failure) {
      rmdirSync(this.#path);
      throw failure;
    }
  }

  /**
   * Where to make a socket called `name` in the folder. Its own name is what `ss -x` and `lsof -U` go on to show. The dot in
   * front is for libuv, which unlinks this path when the socket is closed: the descriptor may lead elsewhere by then.
   */
  pathOf(name: string): string {
    const folder = hasOpenFiles ? `${OPEN_FILES}/${this.#descriptor}` : this.#path;
    const path = join(folder, `.${name}`);
    return Buffer.byteLength(path) <= localPathLimit ? path : join(folder, '.s');
  }

  /** Removes it; what was made in it must be gone. */
  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
    try {
      rmdirSync(this.#path);
    } catch {
      // Somebody has moved it away: it holds nothing, and what was made in it does not need it any more.
    }
  }
}

function openPrivate(path: string): number {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  const { uid, mode } = fstatSync(descriptor);
  if (uid === process.geteuid?.() && (mode & 0o077) === 0) return descriptor;
  closeSync(descriptor);
  throw new Error('somebody has put another folder in the place of one that was just made');
}
