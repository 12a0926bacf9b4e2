import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startBench } from 'sc-remoted/plugin-sdk/testing';
import audit from '../index.js';

/** A folder of the test's own. */
export async function temporaryFolder(t) {
  const folder = await mkdtemp(join(tmpdir(), 'audit-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** The lines of every file of the trail in a folder, oldest first, as text. */
export async function textIn(folder) {
  const files = (await readdir(folder)).filter((name) => /^audit\.\d+\.log$/.test(name));
  files.sort((a, b) => Number(a.split('.')[1]) - Number(b.split('.')[1]));
  const texts = await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')));
  return texts.join('');
}

/** A controller with the plugin, which writes into a folder of its own. `lines()` stops it and reads what was written. */
export async function startAudited(t, { options = {}, plugins = [], ...bench } = {}) {
  const directory = await temporaryFolder(t);
  const started = await startBench([[audit, { file: 'audit.log', ...options }], ...plugins], { directory, ...bench });
  t.after(() => started.stop());
  return {
    ...started,
    directory,
    async lines() {
      await started.stop();
      return (await textIn(directory))
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
  };
}
