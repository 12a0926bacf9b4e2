import { closeSync, constants, mkdirSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Channel, type VantagePoint, WartsJoin } from '../../client/index.js';
import { ScrError } from '../../core/contract/errors.js';
import { cliErrors } from '../errors.js';
import type { Output } from '../fleet/output.js';
import { fileNames } from './file-names.js';
import type { Found } from './lines.js';

/** Where results go. */
export interface Sink {
  /** It is the VP's turn. */
  begin?(vp: VantagePoint): void;
  add(found: Found, channel: Channel): Promise<void>;
  /** A VP has done all. @param trailer what a warts file ends with */
  end?(vp: VantagePoint, channel: Channel, trailer: Buffer): Promise<void>;
}

function writing<T>(path: string, task: () => T): T {
  try {
    return task();
  } catch (cause) {
    throw new ScrError(cliErrors.SCR_RESULTS_FILE, path, { cause });
  }
}

/** Lines on standard output. */
export function lineSink(output: Output, lines: (found: Found) => string): Sink {
  return { add: (found) => output.write(lines(found)) };
}

/** A warts file for each VP. None stays open: a fleet may have more VPs than a process may have files. */
export class FolderSink implements Sink {
  readonly #directory: string;
  readonly #names: ReadonlyMap<number, string>;
  /** Octets of each channel's header that are in its file. */
  readonly #headers = new Map<Channel, number>();

  constructor(directory: string, vps: readonly VantagePoint[]) {
    writing(directory, () => mkdirSync(directory, { recursive: true }));
    this.#directory = directory;
    this.#names = fileNames(vps);
  }

  /** What an earlier run left must not be taken for this one's. */
  begin(vp: VantagePoint): void {
    const path = this.#pathOf(vp);
    writing(path, () => rmSync(path, { force: true }));
  }

  add({ vp, warts }: Found, channel: Channel): Promise<void> {
    const unseen = channel.header.subarray(this.#headers.get(channel) ?? 0);
    this.#headers.set(channel, channel.header.length);
    this.#append(this.#pathOf(vp), Buffer.concat([unseen, warts]));
    return Promise.resolve();
  }

  end(vp: VantagePoint, channel: Channel, trailer: Buffer): Promise<void> {
    if (this.#headers.delete(channel)) this.#append(this.#pathOf(vp), trailer);
    return Promise.resolve();
  }

  #append(path: string, octets: Buffer): void {
    const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants;
    writing(path, () => {
      const fd = openSync(path, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW);
      try {
        writeFileSync(fd, octets);
      } finally {
        closeSync(fd);
      }
    });
  }

  #pathOf({ id }: VantagePoint): string {
    return join(this.#directory, this.#names.get(id) ?? `${id}.warts`);
  }
}

/** One warts file of all VPs. @param write puts octets behind those before */
export function joinedSink(write: (octets: Buffer) => Promise<void>): Sink {
  const joined = new WartsJoin();
  return {
    add: ({ warts }, channel) => write(joined.add(channel, warts)),
    end: (_vp, channel, trailer) => write(joined.end(channel, trailer)),
  };
}

/** For {@link joinedSink}: a file, which is made anew. */
export function fileWriter(path: string): (octets: Buffer) => Promise<void> {
  const fd = writing(path, () => openSync(path, 'w'));
  return (octets) => {
    writing(path, () => writeFileSync(fd, octets));
    return Promise.resolve();
  };
}
