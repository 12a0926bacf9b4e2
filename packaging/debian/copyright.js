import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { productionPackages } from './production-packages.js';

const HEAD = `Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/
Upstream-Name: sc-remoted
Source: https://github.com/sc-remoted/sc-remoted
`;

/** Debian's file on who holds which rights: ours, and that of each package that comes with us, in its own words. */
export function copyright(top) {
  const others = productionPackages(top).map(({ path, license }) => {
    return stanza(`usr/lib/sc-remoted/${path}/*`, license, licenseIn(join(top, path)));
  });
  return [HEAD, stanza('*', 'MIT', licenseIn(top)), ...others].join('\n');
}

function licenseIn(folder) {
  const name = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  if (name === undefined) throw new Error(`${folder} has no file with its license`);
  return readFileSync(join(folder, name), 'utf8').trim();
}

/** Lines of text are indented, and empty ones have a dot. */
function stanza(files, license, text) {
  const lines = text.split(/\r?\n/).map((line) => line.trimEnd());
  const holders = lines.filter((line) => /^\W*(copyright\b|\(c\))/i.test(line)).map((line) => line.trim());
  const body = lines.map((line) => ` ${line === '' ? '.' : line}`).join('\n');
  return `Files: ${files}\nCopyright: ${holders.join('\n ') || 'see the text of the license'}\nLicense: ${license}\n${body}\n`;
}
