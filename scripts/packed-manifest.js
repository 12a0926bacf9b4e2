/**
 * What npm packs has no scripts: `prepare` builds a checkout, and whoever installs the package would be asked, or warned,
 * because of it. `write` puts the package.json without them in the place of the whole one, `restore` undoes it.
 */
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const FILE = 'package.json';
const WHOLE = 'package.json.whole';

/** One that is left is from a packing that was interrupted. */
function restore() {
  if (existsSync(WHOLE)) renameSync(WHOLE, FILE);
}

/** The text of a package.json, as it is packed. */
export function packed(whole) {
  const { scripts: _scripts, devDependencies: _tools, ...rest } = JSON.parse(whole);
  return `${JSON.stringify(rest, null, 2)}\n`;
}

function write() {
  restore();
  const whole = readFileSync(FILE, 'utf8');
  writeFileSync(WHOLE, whole);
  writeFileSync(FILE, packed(whole));
}

if (process.argv[2] === 'write') write();
if (process.argv[2] === 'restore') restore();
