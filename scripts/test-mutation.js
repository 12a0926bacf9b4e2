/** Runs mutation testing: `npm run test:mutation -- session relay`, or of files. Installs what it needs beside it, once. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const home = `${root}test/mutation`;

function run(command, args, env = {}) {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit', env: { ...process.env, ...env } });
  if (status !== 0) process.exit(status ?? 1);
}

if (!existsSync(`${home}/node_modules`))
  run('npm', ['ci', '--prefix', home, '--legacy-peer-deps', '--no-audit', '--no-fund']);
const stryker = `${home}/node_modules/@stryker-mutator/core/bin/stryker.js`;
run(process.execPath, [stryker, 'run', `${home}/stryker.config.js`], { MUTATE: process.argv.slice(2).join(' ') });
