/**
 * Makes the Debian package, for all architectures, into this folder or the one that is named: `npm run package:deb`
 * (needs dpkg-deb, and a build in dist/). It holds what npm packs and the packages that it needs, as package-lock.json has them installed here.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { packed } from '../../scripts/packed-manifest.js';
import { copyright } from './copyright.js';
import { productionPackages } from './production-packages.js';

const top = fileURLToPath(new URL('../..', import.meta.url));
const here = fileURLToPath(new URL('.', import.meta.url));
const { version } = JSON.parse(readFileSync(join(top, 'package.json'), 'utf8'));
const LIB = 'usr/lib/sc-remoted';
const DOC = 'usr/share/doc/sc-remoted';

/** Each file that is written by hand, and where it goes. */
const files = {
  'packaging/systemd/sc-remoted.service': 'usr/lib/systemd/system/sc-remoted.service',
  'packaging/systemd/sysusers.conf': 'usr/lib/sysusers.d/sc-remoted.conf',
  'packaging/etc/sc-remoted.config.js': 'etc/sc-remoted/sc-remoted.config.js',
  'packaging/etc/logrotate': 'etc/logrotate.d/sc-remoted',
  'packaging/debian/README.Debian': `${DOC}/README.Debian`,
  'packaging/debian/lintian-overrides': 'usr/share/lintian/overrides/sc-remoted',
};

/** Debian's scamper has the name sc_remoted, of the command and of the page. */
const compressed = {
  'CHANGELOG.md': `${DOC}/changelog.gz`,
  'packaging/debian/changelog': `${DOC}/changelog.Debian.gz`,
  'man/sc-remoted.1': 'usr/share/man/man1/sc-remoted.1.gz',
  'man/sc-remoted-config.5': 'usr/share/man/man5/sc-remoted-config.5.gz',
};

/** What npm packs that belongs elsewhere. */
const moved = {
  docs: `${DOC}/docs`,
  examples: `${DOC}/examples`,
  plugins: `${DOC}/plugins`,
  'README.md': `${DOC}/README.md`,
};
const unused = ['CHANGELOG.md', 'LICENSE', 'etc', 'man', 'packaging', 'sc-remoted.config.js'];

function run(program, ...args) {
  return execFileSync(program, args, { cwd: top, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The version of Debian's package, whose changelog must be about this version. */
function debianVersion() {
  const [, found = ''] = /^sc-remoted \((.+)\)/.exec(readFileSync(join(here, 'changelog'), 'utf8')) ?? [];
  if (!found.startsWith(`${version}-`)) throw new Error(`packaging/debian/changelog is not about ${version}`);
  return found;
}

function put(root, path, content) {
  const target = join(root, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, content);
}

/** What npm packs, without what is of use to developers alone. */
function stageOwn(root) {
  const lib = join(root, LIB);
  const tarball = run('npm', 'pack', '--ignore-scripts', '--silent', '--pack-destination', root).trim();
  mkdirSync(lib, { recursive: true });
  run('tar', '--extract', '--file', join(root, tarball), '--directory', lib, '--strip-components=1');
  rmSync(join(root, tarball));
  put(lib, 'package.json', packed(readFileSync(join(lib, 'package.json'), 'utf8')));
  for (const name of unused) rmSync(join(lib, name), { recursive: true });
  mkdirSync(join(root, DOC), { recursive: true });
  for (const [name, target] of Object.entries(moved)) renameSync(join(lib, name), join(root, target));
  for (const name of filesBelow(join(lib, 'dist'))) if (name.endsWith('.map')) rmSync(name);
}

/** Code and data; no pages, types, maps, tests, nor what editors and the like are told. */
function isUsed(path) {
  if (statSync(path).isDirectory()) return !/\/(test|tests|bench|benchmarks?|examples?|docs?|\..*)$/.test(path);
  return /\/[^.][^/]*\.(js|cjs|mjs|json)$/.test(path);
}

function stageDependencies(root) {
  for (const { path } of productionPackages(top)) {
    const folder = join(top, path);
    const isWanted = (from) => from === folder || (!relative(folder, from).startsWith('node_modules') && isUsed(from));
    cpSync(folder, join(root, LIB, path), { recursive: true, filter: isWanted });
  }
  run('find', root, '-type', 'd', '-empty', '-delete');
}

function filesBelow(folder) {
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

/** Programs may be run, all else not; whatever the modes are here. */
function setModes(root) {
  run('chmod', '-R', 'u=rwX,go=rX', root);
  for (const file of filesBelow(join(root, 'usr'))) {
    const isProgram = readFileSync(file).subarray(0, 2).toString() === '#!' && !file.includes('/share/doc/');
    chmodSync(file, isProgram ? 0o755 : 0o644);
  }
}

function writeControl(root) {
  const size = Math.ceil(Number(run('du', '--summarize', '--bytes', root).split('\t')[0]) / 1024);
  const sums = filesBelow(root).map((file) => {
    return `${createHash('md5').update(readFileSync(file)).digest('hex')}  ${relative(root, file)}\n`;
  });
  const control = readFileSync(join(here, 'control'), 'utf8');
  put(root, 'DEBIAN/md5sums', sums.sort().join(''));
  put(root, 'DEBIAN/control', control.replace('@version@', debianVersion()).replace('@size@', String(size)));
  put(root, 'DEBIAN/conffiles', '/etc/logrotate.d/sc-remoted\n/etc/sc-remoted/sc-remoted.config.js\n');
  for (const name of ['postinst', 'prerm', 'postrm']) {
    cpSync(join(here, name), join(root, 'DEBIAN', name));
    chmodSync(join(root, 'DEBIAN', name), 0o755);
  }
}

const root = mkdtempSync(join(tmpdir(), 'sc-remoted-deb-'));
try {
  stageOwn(root);
  stageDependencies(root);
  for (const [from, to] of Object.entries(files)) put(root, to, readFileSync(join(top, from)));
  for (const [from, to] of Object.entries(compressed))
    put(root, to, gzipSync(readFileSync(join(top, from)), { level: 9 }));
  put(root, `${DOC}/copyright`, copyright(top));
  mkdirSync(join(root, 'usr/bin'));
  symlinkSync('../lib/sc-remoted/dist/cli/main.js', join(root, 'usr/bin/sc-remoted'));
  setModes(root);
  writeControl(root);
  const deb = resolve(process.argv[2] ?? top, `sc-remoted_${debianVersion()}_all.deb`);
  run('dpkg-deb', '--build', '--root-owner-group', '-Zxz', root, deb);
  process.stdout.write(`${deb}\n`);
} finally {
  rmSync(root, { recursive: true });
}
