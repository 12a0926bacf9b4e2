import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

/** Who imports whom: files by their paths from the top, with the files they import. */
export type Imports = ReadonlyMap<string, readonly string[]>;

/** The TypeScript files below a folder, or the file itself. */
function filesOf(place: string): string[] {
  if (place.endsWith('.ts')) return [place];
  const entries = readdirSync(join(root, place), { recursive: true, encoding: 'utf8' });
  return entries.filter((entry) => entry.endsWith('.ts')).map((entry) => join(place, entry));
}

/** What a source imports of ours in whatever way: values, types, `import()`. */
export function importedBy(path: string, source: string): string[] {
  const names = ts.preProcessFile(source, true, true).importedFiles.map(({ fileName }) => fileName);
  const ours = names.filter((name) => name.startsWith('.'));
  return ours.map((name) => normalize(join(dirname(path), name.replace(/\.js$/, '.ts'))));
}

/** The imports of all files below these folders. @throws Error where one leads nowhere */
export function importsOf(places: readonly string[]): Imports {
  const files = places.flatMap(filesOf);
  return new Map(files.map((file) => [file, existing(importedBy(file, readFileSync(join(root, file), 'utf8')))]));
}

function existing(files: string[]): string[] {
  const missing = files.find((file) => !existsSync(join(root, file)));
  if (missing !== undefined) throw new Error(`${missing} is imported and is not there`);
  return files;
}

/** A way from a file back to itself, for each file that closes one. */
export function circlesIn(imports: Imports): string[] {
  const circles: string[] = [];
  const seen = new Set<string>();
  const walk = (file: string, way: readonly string[]): void => {
    if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' > '));
    if (seen.has(file)) return;
    seen.add(file);
    for (const next of imports.get(file) ?? []) walk(next, [...way, file]);
  };
  for (const file of imports.keys()) walk(file, []);
  return circles;
}
