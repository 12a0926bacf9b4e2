import type { Parts } from '../support/generate.js';
import { type Documented, catalogues } from '../support/sources.js';

/** docs/errors.md: the errors of each group of the catalogues, below the heading of the group's name. */
export function errorParts(): Parts {
  const parts = new Map<string, string>();
  for (const error of catalogues()) {
    parts.set(error.group, `${parts.get(error.group) ?? ''}${sectionOf(error)}\n\n`);
  }
  return parts;
}

function sectionOf({ code, cause, remedy, more }: Documented): string {
  return [`### ${code}`, `Cause: ${cause}.`, `Remedy: ${remedy}.`, more].join('\n\n');
}
