import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A folder that is removed with all that is in it. */
export interface Folder extends Disposable {
  readonly path: string;
  /** Writes a file, its folders included. @returns its path */
  write(name: string, content: string): string;
}

export function folder(files: Readonly<Record<string, string>> = {}): Folder {
  const path = mkdtempSync(join(realpathSync(tmpdir()), 'sc-remoted-'));
  const write = (name: string, content: string): string => {
    const file = join(path, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  };
  for (const [name, content] of Object.entries(files)) write(name, content);
  return { path, write, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

/** The source of a module whose default export is a plugin. */
export function pluginSource(name: string, more = ''): string {
  return `export default { name: '${name}', api: 1, schema: { type: 'object' }, setup() {}, ${more} };\n`;
}

/** The files of an npm package, ESM only. */
export function esmPackage(at: string, name: string, source: string): Record<string, string> {
  const manifest = { name, version: '1.0.0', type: 'module', exports: { '.': { import: './lib/main.js' } } };
  return {
    [`${at}/node_modules/${name}/package.json`]: JSON.stringify(manifest),
    [`${at}/node_modules/${name}/lib/main.js`]: source,
  };
}
