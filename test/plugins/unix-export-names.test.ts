import { existsSync, readFileSync, readdirSync, readlinkSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import unixExport from '../../plugins/unix-export/index.js';
import { type TestBench, startBench } from '../../testing/index.js';
import { localClient, tempDirectory } from './support/local.js';

interface Named {
  readonly bench: TestBench;
  readonly directory: string;
  readonly names: string;
  /** Where the link of a name leads. */
  readonly target: (name?: string) => string;
}

async function named(names = tempDirectory()): Promise<Named> {
  const directory = tempDirectory();
  const bench = await startBench(['zombie', [unixExport, { directory, names }]]);
  return { bench, directory, names, target: (name = 'ams-nl') => readlinkSync(join(names, name)) };
}

test('a monitor name is a path that stays the same over a resume; clients come through it', async () => {
  const { bench, directory, names, target } = await named();
  await using _bench = bench;
  const scamper = await bench.attach({ monitorName: 'ams-nl' });
  await bench.attach();
  expect(readdirSync(names)).toEqual(['ams-nl']);
  const before = bench.instance(0).name;
  expect(target()).toBe(join(directory, before));
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  expect(readdirSync(names)).toEqual([]);
  expect(await bench.resume(scamper)).toBe(true);
  expect(target()).toBe(join(directory, bench.instance(0).name));
  expect(target()).not.toBe(join(directory, before));
  expect(bench.log.of('instance.resumed')[0]?.fields).toMatchObject({ before, instance: bench.instance(0).name });
  const client = localClient(join(names, 'ams-nl'));
  await client.until('MORE\n');
});

test('of two with one name it leads to the one that came last, and to the other when that is gone', async () => {
  const { bench, directory, target } = await named();
  await using _bench = bench;
  await bench.attach({ monitorName: 'ams-nl' });
  const second = await bench.attach({ monitorName: 'ams-nl' });
  expect(target()).toBe(join(directory, bench.instance(1).name));
  second.cut();
  await expect.poll(target).toBe(join(directory, bench.instance(0).name));
});

test('at the stop the links are gone', async () => {
  const { bench, names } = await named();
  await bench.attach({ monitorName: 'ams-nl' });
  await bench.stop();
  expect(readdirSync(names)).toEqual([]);
});

test('at the start links that a dead controller left are removed, and nothing else', async () => {
  const [directory, names] = [tempDirectory(), tempDirectory()];
  symlinkSync(join(directory, 'gone-192.0.2.1:1'), join(names, 'gone'));
  symlinkSync('/etc/passwd', join(names, 'other'));
  writeFileSync(join(names, 'file'), 'kept');
  const bench = await startBench([[unixExport, { directory, names }]]);
  await using _bench = bench;
  expect(readdirSync(names).sort()).toEqual(['file', 'other']);
});

test('a file in the place of a link is let be; the instance has its socket', async () => {
  const { bench, directory, names } = await named();
  await using _bench = bench;
  writeFileSync(join(names, 'ams-nl'), 'kept');
  await bench.attach({ monitorName: 'ams-nl' });
  expect(readFileSync(join(names, 'ams-nl'), 'utf8')).toBe('kept');
  expect(existsSync(join(directory, bench.instance().name))).toBe(true);
  expect(bench.log.of('export.unnamed')).toMatchObject([{ level: 'warn', fields: { monitorName: 'ams-nl' } }]);
});

test('the folder of the sockets is refused', async () => {
  const directory = tempDirectory();
  await expect(startBench([[unixExport, { directory, names: directory }]])).rejects.toThrow('nothing but sockets');
});

test('other names at a reload need a restart, and the log says so', async () => {
  const { bench, directory } = await named();
  await using _bench = bench;
  await bench.controller.reload(['zombie', [unixExport, { directory, names: '/elsewhere' }]]);
  expect(bench.log.of('reload.partial').map(({ fields }) => fields['option'])).toContain('names');
});
