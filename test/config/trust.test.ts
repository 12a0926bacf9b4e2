import { chmodSync, chownSync, existsSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfigFile } from '../../config/file.js';
import { type Folder, folder } from '../core/support/folder.js';

const name = 'sc-remoted.config.mjs';
const harmless = 'export default { limits: { channels: 7 } };';
const isRoot = process.geteuid?.() === 0;

/** A module that leaves a trace when it runs. */
function telltale(at: Folder): string {
  return `import { writeFileSync } from 'node:fs';\nwriteFileSync('${at.path}/ran', '');\n${harmless}`;
}

async function expectRefused(at: Folder, folderOfFile: string, why: string): Promise<void> {
  await expect(loadConfigFile(undefined, folderOfFile)).rejects.toMatchObject({
    code: 'SCR_CONFIG_UNTRUSTED',
    cause: { message: expect.stringContaining(why) as string },
  });
  expect(existsSync(join(at.path, 'ran'))).toBe(false);
}

describe('a configuration file that was found', () => {
  test('as a link is refused, so that it cannot lead elsewhere between the look at it and the import', async () => {
    using at = folder({ 'good.mjs': harmless });
    at.write('evil.mjs', telltale(at));
    const place = join(at.path, name);
    symlinkSync('good.mjs', place);
    const loading = loadConfigFile(undefined, at.path).then(
      () => 'loaded',
      (failure: unknown) => (failure as { code?: string }).code,
    );
    // The look is over; a module is read in a later turn.
    rmSync(place);
    symlinkSync('evil.mjs', place);
    expect(await loading).toBe('SCR_CONFIG_UNTRUSTED');
    expect(existsSync(join(at.path, 'ran'))).toBe(false);
  });

  test('behind a link for a folder is refused', async () => {
    using at = folder();
    at.write('elsewhere/sc-remotedrc.mjs', telltale(at));
    symlinkSync('elsewhere', join(at.path, '.config'));
    await expectRefused(at, at.path, `${at.path}/.config is a link`);
  });

  test.each([
    ['its folder', 'deep/er'],
    ['a folder above', 'deep'],
  ])('is refused where others may write to %s', async (_which, open) => {
    using at = folder();
    at.write(`deep/er/${name}`, telltale(at));
    chmodSync(join(at.path, open), 0o777);
    await expectRefused(at, join(at.path, 'deep/er'), `${at.path}/${open} may be changed by others`);
  });

  test('is used in a folder for everybody whose sticky bit leaves it to its owner', async () => {
    using at = folder({ [`tmp/${name}`]: harmless });
    chmodSync(join(at.path, 'tmp'), 0o1777);
    expect((await loadConfigFile(undefined, join(at.path, 'tmp')))?.limits.channels).toBe(7);
  });

  test('is used through a link to the folder in which it stands, under the name of the folder itself', async () => {
    using at = folder({ [`real/${name}`]: harmless });
    symlinkSync('real', join(at.path, 'way'));
    expect((await loadConfigFile(undefined, join(at.path, 'way')))?.file).toBe(join(at.path, 'real', name));
  });

  test.skipIf(!isRoot)('is refused where it, or a folder on the way, is somebody else’s (needs root)', async () => {
    using at = folder();
    const file = at.write(`deep/${name}`, telltale(at));
    chownSync(file, 65_534, 0);
    await expectRefused(at, join(at.path, 'deep'), `${file} belongs to somebody else`);
    chownSync(file, 0, 0);
    chownSync(join(at.path, 'deep'), 65_534, 0);
    await expectRefused(at, join(at.path, 'deep'), `${at.path}/deep belongs to somebody else`);
  });

  test.skipIf(!isRoot)('is refused where another group may write to it (needs root)', async () => {
    using at = folder();
    const file = at.write(name, telltale(at));
    chownSync(file, 0, 65_534);
    chmodSync(file, 0o664);
    await expectRefused(at, at.path, `${file} may be changed by others`);
  });
});

test('a link that was named is followed: it was chosen', async () => {
  using at = folder({ 'good.mjs': harmless });
  symlinkSync('good.mjs', join(at.path, name));
  expect((await loadConfigFile(name, at.path))?.limits.channels).toBe(7);
});
