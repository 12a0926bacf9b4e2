import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createController } from '../../../index.js';
import { type Metadata, definePlugin, metadata } from '../../../plugin-sdk/index.js';
import { TestLog } from '../../../testing/index.js';
import { tempDirectory } from '../support/local.js';
import { type Known, knowing } from './support.js';

/** Lets time go on until it holds: what the system tells of files comes when it likes. */
function eventually({ bench }: Known, holds: () => void): Promise<void> {
  return vi.waitFor(async () => {
    await bench.clock.advance(200);
    holds();
  }, 5_000);
}

const watched = { watch: true } as const;

/** Ways in which a file becomes another one. */
const ways: readonly (readonly [string, (path: string, content: string) => void])[] = [
  ['is written over', (path, content) => writeFileSync(path, content)],
  [
    'is written beside it and moved into place',
    (path, content) => {
      writeFileSync(`${path}~`, content);
      renameSync(`${path}~`, path);
    },
  ],
  [
    'is moved away and made anew, as an editor with backups does it',
    (path, content) => {
      renameSync(path, `${path}.bak`);
      writeFileSync(path, content);
    },
  ],
  [
    'is removed and made anew',
    (path, content) => {
      rmSync(path);
      writeFileSync(path, content);
    },
  ],
];

test.each(ways)('a file that %s is read again, time after time', async (_way, change) => {
  const known = await knowing('a cc NL\n', watched);
  const path = join(known.directory, 'vps.txt');
  for (const cc of ['BE', 'FR', 'DE']) {
    change(path, `a cc ${cc}\n`);
    await eventually(known, () => expect(known.of('a')?.cc).toBe(cc));
  }
  expect(known.changes()).toBe(3);
  expect(known.bench.log.of('metadata.kept')).toEqual([]);
});

test('a file that is being written is read when it has come to rest', async () => {
  const known = await knowing('a cc NL\n', watched);
  const { clock } = known.bench;
  for (let line = 0; line < 20; line++) {
    known.write('b tag x\n'.repeat(line + 1));
    await clock.advance(150);
  }
  expect(known.of('a')?.cc).toBe('NL');
  await eventually(known, () => expect(known.names()).toEqual(['b']));
  expect(known.changes()).toBe(1);
});

test('a file that cannot be used is told once, and what was known is kept', async () => {
  const known = await knowing('a cc NL\n', watched);
  known.write('<html>\n');
  const { level, message, fields } = await told(known, 'metadata.kept');
  expect(level).toBe('error');
  expect(message).toBe('what was known before is kept: vps.txt: this is no file of metadata');
  expect(fields).toMatchObject({
    plugin: 'metadata',
    file: 'vps.txt',
    code: 'SCR_METADATA_BROKEN',
    remedy: expect.stringContaining('fix the line'),
    cause: 'line 1: behind "<html>", an attribute and its value are missing',
  });
  await known.bench.clock.advance(60_000);
  expect(known.bench.log.of('metadata.kept')).toHaveLength(1);
  expect(known.of('a')?.cc).toBe('NL');
  known.write('a cc BE\n');
  await eventually(known, () => expect(known.of('a')?.cc).toBe('BE'));
});

async function told(known: Known, event: string) {
  await eventually(known, () => expect(known.bench.log.of(event)).not.toEqual([]));
  return known.bench.log.waitFor(event);
}

test('a file that is gone for a while is told, and read when it is back', async () => {
  const known = await knowing('a cc NL\n', watched);
  rmSync(join(known.directory, 'vps.txt'));
  expect((await told(known, 'metadata.kept')).fields).toMatchObject({ code: 'SCR_METADATA_FILE' });
  known.write('a cc BE\n');
  await eventually(known, () => expect(known.of('a')?.cc).toBe('BE'));
});

test('what the system does not tell of is found out all the same: a change behind a link', async () => {
  const known = await knowing('', watched);
  const elsewhere = tempDirectory();
  writeFileSync(join(elsewhere, 'real'), 'a cc NL\n');
  rmSync(join(known.directory, 'vps.txt'));
  symlinkSync(join(elsewhere, 'real'), join(known.directory, 'vps.txt'));
  await eventually(known, () => expect(known.of('a')?.cc).toBe('NL'));
  writeFileSync(join(elsewhere, 'real'), 'a cc BE\n');
  await eventually(known, () => expect(known.of('a')?.cc).toBe('BE'));
});

test('a folder may be another one', async () => {
  const known = await knowing('', watched);
  const folder = join(known.directory, 'folder');
  mkdirSync(folder);
  writeFileSync(join(folder, 'vps.txt'), 'a cc NL\n');
  await known.reload({ file: 'folder/vps.txt', watch: true });
  expect(known.of('a')?.cc).toBe('NL');
  rmSync(folder, { recursive: true });
  await told(known, 'metadata.kept');
  mkdirSync(folder);
  writeFileSync(join(folder, 'vps.txt'), 'a cc BE\n');
  await eventually(known, () => expect(known.of('a')?.cc).toBe('BE'));
});

test('the system tells of a change at once', async () => {
  const known = await knowing('a cc NL\n');
  const { clock } = known.bench;
  const before = clock.pending;
  await known.reload(watched);
  await eventually(known, () => expect(clock.pending).toBe(before + 1)); // only the regular look is still to come
  known.write('a cc BE\n');
  await vi.waitFor(() => expect(clock.pending).toBe(before + 2)); // no time has gone by
});

test('other files beside it are of no account', async () => {
  const known = await knowing('a cc NL\n', watched);
  for (let round = 0; round < 20; round++) {
    known.write('x', 'other');
    await known.bench.clock.advance(1_000);
  }
  expect(known.bench.log.of('metadata.loaded')).toHaveLength(1);
});

test('without `watch` a change waits for a reload', async () => {
  const known = await knowing('a cc NL\n');
  known.write('a cc BE\n');
  await known.bench.clock.advance(60_000);
  expect(known.of('a')?.cc).toBe('NL');
  await known.reload();
  expect(known.of('a')?.cc).toBe('BE');
});

test('a reload begins to watch, and ends it', async () => {
  const known = await knowing('a cc NL\n');
  const before = known.bench.clock.pending;
  await known.reload(watched);
  expect(known.bench.clock.pending).toBeGreaterThan(before);
  known.write('a cc BE\n');
  await eventually(known, () => expect(known.of('a')?.cc).toBe('BE'));
  await known.reload({});
  expect(known.bench.clock.pending).toBe(before);
});

test('a reload that cannot be done goes on watching the file from before', async () => {
  const known = await knowing('a cc NL\n', watched);
  await known.reload({ file: 'missing', watch: true });
  expect(known.bench.log.of('reload.failed')).toHaveLength(1);
  known.write('a cc BE\n');
  await eventually(known, () => expect(known.of('a')?.cc).toBe('BE'));
});

test('nothing is watched any more after the stop', async () => {
  const known = await knowing('a cc NL\n', watched);
  await known.bench.stop();
  expect(known.bench.clock.pending).toBe(0);
  known.write('a cc BE\n');
  await known.bench.clock.advance(60_000);
  expect(known.bench.log.of('metadata.loaded')).toHaveLength(1);
});

test('with the real clock too', async () => {
  const directory = tempDirectory();
  const path = join(directory, 'vps.txt');
  writeFileSync(path, 'a cc NL\n');
  let service: (() => Metadata) | undefined;
  const user = definePlugin({
    name: 'user',
    schema: { type: 'object' },
    setup: ({ need }) => void (service = need(metadata)),
  });
  const controller = await createController({
    plugins: [['metadata', { file: path, watch: true }], user],
    logger: new TestLog(),
  });
  onTestFinished(() => controller.stop());
  await controller.start();
  writeFileSync(path, 'a cc BE\n');
  await vi.waitFor(() => expect(service?.().of('a')?.cc).toBe('BE'), 5_000);
});
