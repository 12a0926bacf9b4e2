import { expect, test } from 'vitest';
import { amsterdam, knowing, mistakesIn, startFailure } from './support.js';

const whole = `# where they are
ams-nl asn4 1103
ams-nl asn6 AS1104
ams-nl cc NL
ams-nl st NH
ams-nl place Amsterdam, at the canal
ams-nl latlong 52.370,4.90
ams-nl shortname ams
ams-nl iata AMS
ams-nl tag wifi
ams-nl tag home, sweet home
ams-nl contact noc@example.org
ams-nl contact +31 20 555 0100

san-us cc US
`;

test('all that a file says of a VP is offered', async () => {
  const known = await knowing(whole);
  expect(known.of('ams-nl')).toEqual(amsterdam);
  expect(known.of('san-us')).toEqual({ cc: 'US', tags: [], other: {} });
  expect(known.names()).toEqual(['ams-nl', 'san-us']);
  expect(known.of('lax-us')).toBeUndefined();
  expect(mistakesIn(known)).toEqual([]);
  expect(known.changes()).toBe(0);
  expect(known.bench.log.of('metadata.loaded')).toMatchObject([
    {
      level: 'info',
      message: 'vps.txt was read; VPs known: 2; new, changed or gone: 2',
      fields: { plugin: 'metadata', file: 'vps.txt', vps: 2, changed: 2, mistakes: 0, other: ['contact'] },
    },
  ]);
});

test('attributes that only plugins know are told by name, but not hundreds', async () => {
  const names = Array.from({ length: 25 }, (_each, index) => `x-${String(index).padStart(2, '0')}`);
  const known = await knowing(names.map((name, index) => `v${index % 2} ${name} 1\n`).join(''));
  expect(known.bench.log.of('metadata.loaded')).toMatchObject([{ fields: { other: names.slice(0, 20) } }]);
});

test('nobody can change what is offered', async () => {
  const known = await knowing(whole);
  const vp = known.of('ams-nl');
  const parts = [vp, vp?.latlong, vp?.tags, vp?.other, vp?.other['contact']];
  expect(parts.map((part) => Object.isFrozen(part))).toEqual(parts.map(() => true));
});

test.each([
  ['blanks and tabs between, before and behind', ' \tams-nl \t cc\t\tNL \t\n'],
  ['lines as Windows ends them', 'ams-nl cc NL\r\n'],
  ['no end of the last line', 'ams-nl cc NL'],
  ['a mark in front', '\uFEFFams-nl cc NL\n'],
  ['an attribute in capitals', 'ams-nl CC NL\n'],
  ['empty lines, and lines of blanks', '\n \t\n\r\nams-nl cc NL\n\n'],
  ['comments, the first in column 0', '#x\n # y\n#\nams-nl cc NL\n# ams-nl cc BE\n'],
])('%s make no difference', async (_name, content) => {
  const known = await knowing(content);
  expect(known.names()).toEqual(['ams-nl']);
  expect(known.of('ams-nl')?.cc).toBe('NL');
  expect(mistakesIn(known)).toEqual([]);
});

test('names of VPs are told apart by upper and lower case', async () => {
  const known = await knowing('ams cc NL\nAMS cc US\n');
  expect([known.of('ams')?.cc, known.of('AMS')?.cc]).toEqual(['NL', 'US']);
});

test('a `#` in a value is part of it', async () => {
  const known = await knowing('ams-nl place Pier #3\n');
  expect(known.of('ams-nl')?.place).toBe('Pier #3');
});

test('the last of several lines holds, and this is told where they differ', async () => {
  const known = await knowing('a cc NL\na asn4 1\na asn4 AS1\na cc BE\na latlong 1,2\na latlong 1, 2\n');
  expect(known.of('a')).toMatchObject({ cc: 'BE', asn4: 1 });
  expect(mistakesIn(known)).toEqual(['4: cc was another in a line before; this one holds']);
});

test('a tag that is said twice is there once', async () => {
  const known = await knowing('a tag x\na tag y\na tag x\n');
  expect(known.of('a')?.tags).toEqual(['x', 'y']);
});

test('attributes may have the names of what objects have', async () => {
  const known = await knowing('a __proto__ 1\na constructor 2\na hasOwnProperty 3\nb cc NL\n');
  expect(Object.entries(known.of('a')?.other ?? {})).toEqual([
    ['__proto__', ['1']],
    ['constructor', ['2']],
    ['hasownproperty', ['3']],
  ]);
  expect(known.of('b')?.other['constructor']).toBeUndefined();
});

test.each([
  ['52.37,4.90', 52.37, 4.9, '52.37,4.90'],
  ['-37.78 , +175.28', -37.78, 175.28, '-37.78,+175.28'],
  ['90,-180', 90, -180, '90,-180'],
  ['.5,5.', 0.5, 5, '.5,5.'],
  ['1e-7,1.5E1', 1e-7, 15, '1e-7,1.5E1'],
])('the place %s is taken', async (value, latitude, longitude, text) => {
  const known = await knowing(`a latlong ${value}\n`);
  expect(known.of('a')?.latlong).toEqual({ latitude, longitude, text });
});

test.each([
  'latlong 52.37',
  'latlong 52.37,',
  'latlong ,4.9',
  'latlong 52.37,4.9,0',
  'latlong 52.37 4.9',
  'latlong 52,37 4,9',
  'latlong 90.01,0',
  'latlong -91,0',
  'latlong 0,180.5',
  'latlong 1e400,0',
  'latlong nan,nan',
  'latlong inf,0',
  'latlong 0x1,0',
  'latlong 1_0,0',
  'latlong ١,٢',
  'latlong .,.',
  'latlong 52°,4°',
  'asn4 4294967296',
  'asn4 99999999999',
  'asn4 -1',
  'asn6 1.10',
  'asn6 AS',
  'asn6 0x1',
  'cc NLD',
  'cc N',
  'cc 12',
  'cc ÑL',
  'iata AM',
  'iata AMS1',
])('a value that is not what it should be is told, and left out: %s', async (line) => {
  const [attribute = ''] = line.split(' ');
  const known = await knowing(`a tag x\na ${line}\na tag y\n`);
  expect(known.of('a')).toEqual({ tags: ['x', 'y'], other: {} });
  expect(mistakesIn(known)).toEqual([expect.stringMatching(new RegExp(`^2: ${attribute} is ".*", not `))]);
});

test.each(['asn4 0', 'asn4 4294967295', 'asn4 as65001', 'cc nl', 'iata ams'])('%s is taken', async (line) => {
  const known = await knowing(`a ${line}\n`);
  expect(mistakesIn(known)).toEqual([]);
});

test.each([
  ['a', 'behind "a", an attribute and its value are missing'],
  ['a cc', '"cc" has no value'],
  ['a cc \t ', '"cc" has no value'],
  ['-a cc NL', '"-a" is no monitor name: these have letters, digits, . and -'],
  ['a_b cc NL', '"a_b" is no monitor name: these have letters, digits, . and -'],
  ['ä cc NL', '"ä" is no monitor name: these have letters, digits, . and -'],
  [`${'a'.repeat(255)} cc NL`, `"${'a'.repeat(40)}…" is no monitor name: these have letters, digits, . and -`],
  ['a c/c NL', '"c/c" is no attribute: these have letters, digits and . _ : -'],
  [`a ${'c'.repeat(65)} NL`, `"${'c'.repeat(40)}…" is no attribute: these have letters, digits and . _ : -`],
  ['a place x\0y', 'place has control characters'],
  ['a place x\ty', 'place has control characters'],
  ['a place x\x1b[2Jy', 'place has control characters'],
  ['a place x\x7fy', 'place has control characters'],
  ['a place x\u0085y', 'place has control characters'],
  ['a place x\ry', 'place has control characters'],
  [`a place ${'x'.repeat(1025)}`, 'place is longer than 1024 bytes'],
  [`a place ${'é'.repeat(513)}`, 'place is longer than 1024 bytes'],
  [`a place ${'x'.repeat(5000)}`, 'it is longer than 4096 bytes'],
])('a line that is wrong is told with its number, and left out: %j', async (line, wrong) => {
  const known = await knowing(`# first\n\nb cc NL\n${line}\nb tag x\n`);
  expect(known.names()).toEqual(['b']);
  expect(known.of('b')).toEqual({ cc: 'NL', tags: ['x'], other: {} });
  expect(known.bench.log.of('metadata.mistake')).toMatchObject([
    { level: 'warn', message: `vps.txt, line 4: ${wrong}`, fields: { file: 'vps.txt', line: 4 } },
  ]);
});

test('values as long as is taken are taken', async () => {
  const name = 'n'.repeat(254);
  const known = await knowing(`${name} place ${'é'.repeat(512)}\n${name} ${'x'.repeat(64)} y\n`);
  expect(known.of(name)?.place).toHaveLength(512);
  expect(known.of(name)?.other).toEqual({ ['x'.repeat(64)]: ['y'] });
});

test('of many mistakes the first are told, and how many more there are', async () => {
  const known = await knowing(`b cc NL\n${'a cc NLD\n'.repeat(50)}`);
  expect(mistakesIn(known)).toHaveLength(20);
  expect(known.bench.log.of('metadata.mistakes')).toMatchObject([
    { level: 'warn', message: 'vps.txt: and 30 more mistakes', fields: { count: 30 } },
  ]);
  expect(known.bench.log.of('metadata.loaded')).toMatchObject([{ fields: { vps: 1, mistakes: 50 } }]);
});

test('a VP has no more than fits into a message of a mux, and this is told', async () => {
  const tag = (index: number): string => String(index).padStart(1000, 'x');
  const lines = Array.from({ length: 70 }, (_each, index) => `a tag ${tag(index)}\n`);
  const known = await knowing(`${lines.join('')}b cc NL\n`);
  expect(known.of('a')?.tags).toHaveLength(Math.floor(60_000 / 1003));
  expect(mistakesIn(known)[0]).toBe('60: tag is too much: this VP has as much as is taken');
  expect(known.of('b')?.cc).toBe('NL');
});

test('a file in which nothing is right keeps the controller from starting', async () => {
  expect(await startFailure('\n<html>\n<body>\n')).toMatchObject({
    code: 'SCR_METADATA_BROKEN',
    message: 'vps.txt: this is no file of metadata',
    cause: { message: 'line 2: behind "<html>", an attribute and its value are missing' },
  });
});

test.each(['', '\n\n', '# nothing yet\n'])('a file that says nothing is no mistake: %j', async (content) => {
  expect((await knowing(content)).names()).toEqual([]);
});
