import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ScrError, createController } from '../../../index.js';
import { definePlugin, metadata } from '../../../plugin-sdk/index.js';
import { startBench } from '../../../testing/index.js';
import { asNobody, tempDirectory } from '../support/local.js';
import { type Known, knowing, mistakesIn, startFailure } from './support.js';

/** Why a controller with this file in a folder does not start. */
async function refusal(directory: string, file = 'vps.txt'): Promise<unknown> {
  return startBench([['metadata', { file }]], { directory }).then(
    async (bench) => bench.stop(),
    (failure: unknown) => failure,
  );
}

// ---- the start

test('a file must be given', async () => {
  await expect(createController({ plugins: ['metadata'] })).rejects.toMatchObject({
    code: 'SCR_CONFIG_INVALID',
    problems: ['plugins: plugin metadata: file: missing'],
  });
});

test('a missing file keeps the controller from starting', async () => {
  expect(await refusal(tempDirectory())).toMatchObject({
    code: 'SCR_METADATA_FILE',
    message: 'vps.txt: the metadata cannot be read',
    remedy: 'check the path and its permissions',
    cause: { code: 'ENOENT' },
  });
});

test.each([
  ['a folder', (path: string) => mkdirSync(path)],
  ['a pipe that nobody writes to', (path: string) => execFileSync('mkfifo', [path])],
  ['a device', (path: string) => symlinkSync('/dev/zero', path)],
])('%s is no file', async (_what, make) => {
  const directory = tempDirectory();
  make(join(directory, 'vps.txt'));
  expect(await refusal(directory)).toMatchObject({
    code: 'SCR_METADATA_FILE',
    cause: { message: 'it is not a regular file' },
  });
});

test('a file that may not be read is told', async () => {
  const directory = tempDirectory();
  chmodSync(directory, 0o755);
  writeFileSync(join(directory, 'vps.txt'), 'a cc NL\n', { mode: 0 });
  expect(await asNobody(() => refusal(directory))).toMatchObject({
    code: 'SCR_METADATA_FILE',
    cause: { code: 'EACCES' },
  });
});

test('a link is followed', async () => {
  const directory = tempDirectory();
  writeFileSync(join(directory, 'other'), 'a cc NL\n');
  symlinkSync('other', join(directory, 'vps.txt'));
  expect(await refusal(directory)).toBeUndefined();
});

const MEBIBYTE = 2 ** 20;

test.each([
  ['vps.txt', '#'.repeat(16 * MEBIBYTE + 1), 'more than 16777216 bytes'],
  ['vps.json', ' '.repeat(16 * MEBIBYTE + 1), 'more than 16777216 bytes'],
  ['vps.yaml', ' '.repeat(MEBIBYTE + 1), 'more than 1048576 bytes of YAML'],
  ['vps.txt', Array.from({ length: 100_001 }, (_each, index) => `v${index} tag x\n`).join(''), 'more than 100000 VPs'],
])('a file that holds too much is refused: %s, %#', async (file, content, why) => {
  expect(await startFailure(content, file)).toMatchObject({
    code: 'SCR_METADATA_SIZE',
    message: `${file}: this is more metadata than is taken`,
    cause: { message: why },
  });
});

test('a file that holds as much as is taken is read', async () => {
  const lines = Array.from({ length: 100_000 }, (_each, index) => `v${index} tag x\n`).join('');
  const known = await knowing(lines + '#'.repeat(16 * MEBIBYTE - lines.length));
  expect(known.names()).toHaveLength(100_000);
});

test.each(['vps.txt', 'vps.json', 'vps.yaml'])(
  'a file that is not UTF-8 is refused with the line: %s',
  async (file) => {
    const lines = [Buffer.from('{\n\n"a": { "place": "Malm'), Buffer.from([0xf6]), Buffer.from('" } }\n')];
    expect(await startFailure(Buffer.concat(lines), file)).toMatchObject({
      code: 'SCR_METADATA_BROKEN',
      cause: { message: 'line 3: it is not UTF-8' },
    });
  },
);

test.each([
  ['the last line', Buffer.from([0x61, 0x0a, 0xc3]), 2],
  ['UTF-16', Buffer.from('\uFEFFa cc NL\n', 'utf16le'), 1],
  ['half a pair', Buffer.from([0x0a, 0x0a, 0xed, 0xa0, 0x80, 0x0a]), 3],
  ['more octets than needed', Buffer.from([0xc0, 0x80]), 1],
])('what is no UTF-8 is found: %s', async (_what, content, line) => {
  expect(await startFailure(content)).toMatchObject({ cause: { message: `line ${line}: it is not UTF-8` } });
});

test('what is known is there when the others start, wherever it stands in the list', async () => {
  const directory = tempDirectory();
  writeFileSync(join(directory, 'vps.txt'), 'a cc NL\n');
  const seen: unknown[] = [];
  const user = definePlugin({
    name: 'user',
    schema: { type: 'object' },
    setup: ({ hooks, use }) => hooks.start.tap(() => void seen.push(use(metadata)?.of('a')?.cc)),
  });
  await using _bench = await startBench([user, ['metadata', { file: 'vps.txt' }]], { directory });
  expect(seen).toEqual(['NL']);
});

test('of an instance without monitor name nothing is known', async () => {
  const known = await knowing('a cc NL\n');
  await known.bench.attach();
  expect(known.bench.instance().monitorName).toBeUndefined();
  const services: unknown[] = [];
  const user = definePlugin({
    name: 'user',
    schema: { type: 'object' },
    setup: ({ hooks, need }) => {
      const service = need(metadata);
      hooks.start.tap(() => void services.push(service().of(undefined)));
    },
  });
  await using _bench = await startBench([['metadata', { file: 'vps.txt' }], user], { directory: known.directory });
  expect(services).toEqual([undefined]);
});

// ---- hostile files

/** Reads a file as a reload does. @returns the code of the refusal */
async function refusalOf(known: Known, content: string | Uint8Array, file: string): Promise<unknown> {
  const before = known.bench.log.of('reload.failed').length;
  known.write(content, file);
  await known.reload({ file });
  const [told] = known.bench.log.of('reload.failed').slice(before);
  return told?.fields['code'];
}

const fair = {
  'vps.txt': 'ams cc NL\nams place Zürich\nams latlong 52.37,4.90\nsan tag wifi\n',
  'vps.json': '{"ams":{"cc":"NL","place":"Zürich","latlong":[52.37,4.90]},"san":{"tag":["wifi"]}}',
  'vps.yaml': 'ams:\n  cc: NL\n  place: Zürich\n  latlong: [52.37, 4.90]\nsan: { tag: [wifi] }\n',
} as const;

test.each(Object.entries(fair))(
  'a file that is cut anywhere is read as far as it goes, or refused: %s',
  async (file, all) => {
    const known = await knowing('');
    const octets = Buffer.from(all);
    for (let length = 0; length < octets.length; length++) {
      const code = await refusalOf(known, octets.subarray(0, length), file);
      expect([undefined, 'SCR_METADATA_BROKEN']).toContain(code);
      if (file === 'vps.json') expect(code).toBe('SCR_METADATA_BROKEN');
      expect(['ams', 'ams,san', 'am', 'a', '']).toContain(known.names().join());
    }
    expect(await refusalOf(known, octets, file)).toBeUndefined();
    expect(known.names()).toEqual(['ams', 'san']);
  },
);

const noise = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 200 }).map((text) => Buffer.from(text)),
  fc
    .array(fc.constantFrom(...Array.from('{}[]",:\n \t#-&*!|>%@`\'?\\0aN~<.\0\r')), { maxLength: 60 })
    .map((all) => Buffer.from(all.join(''))),
);

test.each(Object.keys(fair))('noise is refused, or told as mistakes: %s', async (file) => {
  const known = await knowing('');
  await fc.assert(
    fc.asyncProperty(noise, async (content) => {
      expect([undefined, 'SCR_METADATA_BROKEN']).toContain(await refusalOf(known, content, file));
    }),
    { numRuns: 100 },
  );
});

test.each([
  ['vps.txt', ' '.repeat(4 * MEBIBYTE) + 'x'],
  ['vps.txt', `a place ${'x'.repeat(4 * MEBIBYTE)}`],
  ['vps.json', `{"a":{"place":"${'\\\\'.repeat(2 * MEBIBYTE)}"}}`],
  ['vps.json', `{"a":{"asn4":${'1'.repeat(4 * MEBIBYTE)}}}`],
  ['vps.json', `{"${'a'.repeat(4 * MEBIBYTE)}":{"cc":"NL"}}`],
  ['vps.json', '['.repeat(4 * MEBIBYTE)],
  ['vps.yaml', `a: ${'x '.repeat(500_000)}`],
  ['vps.yaml', `a: ${'['.repeat(20_000)}`],
  ['vps.yaml', `a: ${'{'.repeat(20_000)}`],
  ['vps.yaml', '- '.repeat(20_000)],
  ['vps.yaml', '? '.repeat(20_000)],
  ['vps.yaml', Array.from({ length: 1000 }, (_each, depth) => `${' '.repeat(depth)}a:\n`).join('')],
  ['vps.yaml', 'a: &a [x]\n' + 'b: [*a, *a, *a]\n'.repeat(1000)],
])('long lines and deep nesting are refused: %s, %#', async (file, content) => {
  expect(await startFailure(content, file)).toMatchObject({ code: 'SCR_METADATA_BROKEN' });
});

// ---- reload

test('a reload brings what the file says then, and tells that it changed', async () => {
  const known = await knowing('a cc NL\nb cc US\nc cc BE\n');
  const before = ['a', 'b', 'c'].map((name) => known.of(name));
  known.write('c place here\nd cc FR\na cc NL\n');
  await known.reload();
  expect(known.names()).toEqual(['c', 'd', 'a']);
  expect(known.of('a')).toBe(before[0]);
  expect(known.of('b')).toBeUndefined();
  expect(known.of('c')).toEqual({ place: 'here', tags: [], other: {} });
  expect(known.changes()).toBe(1);
  expect(known.bench.log.of('metadata.loaded')[1]?.fields).toMatchObject({ vps: 3, changed: 3 });
});

test('where nothing changed nobody is told, and what was given stays the same', async () => {
  const content = 'a latlong 1,2\na tag x\na contact y\nb cc NL\n';
  const known = await knowing(content);
  const before = known.of('a');
  known.write(`# the same\n${content}`);
  await known.reload();
  expect(known.of('a')).toBe(before);
  expect(known.changes()).toBe(0);
  expect(known.bench.log.of('metadata.loaded')[1]?.fields).toMatchObject({ vps: 2, changed: 0 });
});

test.each([
  ['is gone', (path: string) => rmSync(path), 'SCR_METADATA_FILE'],
  ['is not UTF-8', (path: string) => writeFileSync(path, Buffer.from([0xff])), 'SCR_METADATA_BROKEN'],
  ['is another one altogether', (path: string) => writeFileSync(path, '<html>\n'), 'SCR_METADATA_BROKEN'],
  ['is too large', (path: string) => writeFileSync(path, Buffer.alloc(17 * MEBIBYTE, '#')), 'SCR_METADATA_SIZE'],
])('what was known is kept at a reload when the file %s', async (_how, spoil, code) => {
  const known = await knowing('a cc NL\n');
  const before = known.of('a');
  spoil(join(known.directory, 'vps.txt'));
  await known.reload();
  expect(known.of('a')).toBe(before);
  expect(known.changes()).toBe(0);
  expect(known.bench.log.of('reload.failed')).toMatchObject([
    {
      level: 'error',
      fields: { code, plugin: 'metadata' },
      message: expect.stringContaining('kept as it was: vps.txt'),
    },
  ]);
  known.write('a cc BE\n');
  await known.reload();
  expect(known.of('a')?.cc).toBe('BE');
});

test('a line that is broken at a reload is left out, and told', async () => {
  const known = await knowing('a cc NL\nb cc NL\n');
  known.write('a cc NLD\nb cc BE\n');
  await known.reload();
  expect(known.names()).toEqual(['b']);
  expect(mistakesIn(known)).toEqual(['1: cc is "NLD", not 2 letters']);
});

test('another file at a reload takes the place of the first', async () => {
  const known = await knowing('a cc NL\n');
  known.write('{"b":{"cc":"US"}}', 'other.json');
  await known.reload({ file: 'other.json' });
  expect(known.names()).toEqual(['b']);
  await known.reload();
  expect(known.names()).toEqual(['a']); // the bench's own options
});

test('others have their turn while a large file is read', async () => {
  const known = await knowing('');
  known.write(Array.from({ length: 20_000 }, (_each, index) => `v${index} tag x\n`).join(''));
  let turns = 0;
  let isReading = true;
  const turn = (): void => {
    turns++;
    if (isReading) setImmediate(turn);
  };
  turn();
  await known.reload();
  isReading = false;
  expect(known.names()).toHaveLength(20_000);
  // In putting it together and in finishing it, one for 500 VPs each; the file itself takes few.
  expect(turns).toBeGreaterThan(70);
});

test('of two reloads the later one holds', async () => {
  const known = await knowing('a cc NL\n');
  known.write(`${'#\n'.repeat(200_000)}a cc BE\n`, 'large.txt');
  known.write('a cc FR\n', 'small.txt');
  await Promise.all([known.reload({ file: 'large.txt' }), known.reload({ file: 'small.txt' })]);
  expect(known.of('a')?.cc).toBe('FR');
});

test('what is being read at the stop is of no account', async () => {
  const directory = tempDirectory();
  const write = (cc: string): void => writeFileSync(join(directory, 'vps.txt'), `a cc ${cc}\n`);
  write('NL');
  const stopping = definePlugin({
    name: 'stopping',
    schema: { type: 'object' },
    setup: ({ hooks }) => hooks.reload.tap(() => void bench.stop()),
  });
  const bench = await startBench([stopping, ['metadata', { file: 'vps.txt' }]], { directory });
  write('BE');
  await bench.controller.reload();
  expect(bench.log.of('controller.reloaded')).toMatchObject([{ fields: { failures: 0 } }]);
  expect(bench.log.of('metadata.loaded')).toHaveLength(1);
  await bench.stop();
});

test('a refusal has a code and a remedy', async () => {
  const failure = await startFailure('<html>\n');
  expect(failure).toBeInstanceOf(ScrError);
  expect(failure.explain()).toBe(
    'SCR_METADATA_BROKEN: vps.txt: this is no file of metadata (line 1: behind "<html>", an attribute and its value are ' +
      'missing); fix the line; files that end in .json, .yaml and .yml are read as such, all others line by line',
  );
});
