import { type Logger, ScrError, reasonOf } from '../../plugin-sdk/index.js';
import type { Gathered, Vps } from './gather.js';

/** Names of unknown attributes that are told. */
const NAMES_TOLD = 20;

/** Tells what a file brought: its mistakes, and how much is known now. */
export function tellLoaded(log: Logger, file: string, { vps, changed, mistakes, more }: Gathered): void {
  for (const { line, wrong } of mistakes) {
    log.warn({ event: 'metadata.mistake', file, line }, `${file}, line ${line}: ${wrong}`);
  }
  if (more > 0) log.warn({ event: 'metadata.mistakes', file, count: more }, `${file}: and ${more} more mistakes`);
  const other = otherAttributes(vps);
  const fields = { event: 'metadata.loaded', file, vps: vps.size, changed, mistakes: mistakes.length + more, other };
  log.info(fields, `${file} was read; VPs known: ${vps.size}; new, changed or gone: ${changed}`);
}

/** The attributes that only plugins know, or that somebody misspelt. */
function otherAttributes(vps: Vps): string[] {
  const names = new Set([...vps.values()].flatMap(({ other }) => Object.keys(other)));
  return [...names].sort().slice(0, NAMES_TOLD);
}

/** Tells that a file that changed cannot be used. */
export function tellKept(log: Logger, file: string, failure: unknown): void {
  const { code, remedy, cause } =
    failure instanceof ScrError ? failure : { code: 'SCR_INTERNAL', remedy: undefined, cause: failure };
  const fields = { event: 'metadata.kept', file, code, remedy, cause: reasonOf(cause) };
  log.error(fields, `what was known before is kept: ${reasonOf(failure)}`);
}
