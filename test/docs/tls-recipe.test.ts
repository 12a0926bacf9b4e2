import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startBench } from '../../testing/index.js';
import { tempDirectory } from '../plugins/support/local.js';
import { portOf } from '../plugins/support/remote.js';
import { dialScamper } from '../plugins/support/tls.js';
import { blocksOf } from './support/pages.js';

const page = 'plugins/tls/README.md';
const HOST = 'controller.example.org';

/** `-copy_extensions` came with OpenSSL 3. */
const skip = !/^OpenSSL [3-9]/.test(String(spawnSync('openssl', ['version']).stdout));

function commands(kind: string): string {
  return blocksOf(page)
    .filter(({ info }) => info === `sh ${kind}`)
    .map(({ text: shown }) => shown)
    .join('');
}

/** Runs shown commands as they are; they must succeed. @returns what they print */
async function shell(script: string, cwd: string): Promise<string> {
  const child = spawn('sh', ['-euc', script], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  expect({ code: code as unknown, err }).toMatchObject({ code: 0 });
  return out;
}

test.skipIf(skip)('the recipe for client certificates works from its beginning to its end', async () => {
  const directory = tempDirectory();
  await shell(commands('recipe'), directory);
  const options = { cert: 'remotecert.pem', key: 'remotepriv.pem', ca: 'ca.pem' };
  await using bench = await startBench(
    [
      ['tcp', { listen: '127.0.0.1:0' }],
      ['tls', options],
    ],
    { directory },
  );
  const port = portOf(bench);

  expect(commands('check')).toContain(`-connect ${HOST}:31337 `);
  const checked = await shell(commands('check').replace(`${HOST}:31337`, `127.0.0.1:${port}`), directory);
  expect(checked).toContain('Verify return code: 0 (ok)');
  const left = await bench.log.waitFor('connection.refused');
  expect(left.fields).toMatchObject({ code: 'SCR_HELLO_EARLY_END', subject: 'CN=ams-nl' });

  const file = (name: string): string => readFileSync(join(directory, name), 'utf8');
  const shows = { cert: file('ams-nl.pem'), key: file('ams-nl-key.pem') };
  const scamper = { shows, ca: file('ca.pem'), servername: HOST };
  await dialScamper(port, { ...scamper, monitorName: 'ams-nl' }).attach();
  expect(bench.instance().tls).toMatchObject({ authorized: true, names: ['ams-nl'], subject: 'CN=ams-nl' });
  await expect(dialScamper(port, { ...scamper, monitorName: 'san-us' }).attach()).rejects.toThrow();
});
