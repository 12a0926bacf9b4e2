import fc from 'fast-check';
import { expect, test } from 'vitest';
import { stringify } from 'yaml';
import { readJson } from '../../../plugins/metadata/json.js';
import type { Node } from '../../../plugins/metadata/structure.js';
import { amsterdam, knowing, mistakesIn, startFailure } from './support.js';

const both = ['vps.json', 'vps.yaml'];

const withSwitch = { ...amsterdam, other: { ...amsterdam.other, wifi: ['true'] } };

const asJson = `{
  "ams-nl": {
    "asn4": 1103,
    "asn6": "AS1104",
    "cc": "NL",
    "st": "NH",
    "place": "Amsterdam, at the canal",
    "latlong": [52.370, 4.90],
    "shortname": "ams",
    "iata": "AMS",
    "tag": ["wifi", "home, sweet home"],
    "contact": ["noc@example.org", "+31 20 555 0100"],
    "wifi": true
  },
  "san-us": { "cc": "US", "st": null }
}
`;

const asYaml = `# where they are
ams-nl:
  asn4: 1103
  asn6: AS1104
  cc: NL
  st: NH
  place: Amsterdam, at the canal
  latlong: [52.370, 4.90]
  shortname: ams
  iata: AMS
  tag: [wifi, 'home, sweet home']
  contact:
    - noc@example.org
    - +31 20 555 0100
  wifi: true
san-us:
  cc: US
  st:
`;

test.each([
  ['vps.json', asJson],
  ['vps.yaml', asYaml],
  ['vps.YML', asYaml],
  ['vps.yaml', asJson],
  ['vps.json', `\uFEFF${asJson}`],
  ['vps.yaml', `\uFEFF${asYaml}`],
  ['vps.json', JSON.stringify(JSON.parse(asJson)).replace('[52.37,4.9]', '"52.370,4.90"')],
  ['vps.json', asJson.replaceAll('\n', '\r\n')],
  ['vps.json', asJson.replaceAll('  ', '\t')],
  ['vps.yaml', asYaml.replaceAll('\n', '\r\n')],
])('%s says the same as lines do: %#', async (file, content) => {
  const known = await knowing(content, { file });
  expect(known.of('ams-nl')).toEqual(withSwitch);
  expect(known.of('san-us')).toEqual({ cc: 'US', tags: [], other: {} });
  expect(mistakesIn(known)).toEqual([]);
});

test('YAML takes values as they are written', async () => {
  const content = `%YAML 1.1
---
no: { cc: NO, shortname: 0123, place: 1:30, st: 0x1F, iata: "yes", tag: [1.10, ~, 'null', on, 2026-01-01, !!str 7] }
`;
  const known = await knowing(content, { file: 'vps.yaml' });
  expect(known.of('no')).toEqual({
    cc: 'NO',
    shortname: '0123',
    place: '1:30',
    st: '0x1F',
    iata: 'yes',
    tags: ['1.10', 'null', 'on', '2026-01-01', '7'],
    other: {},
  });
});

test('escapes of JSON stand for their characters', async () => {
  const known = await knowing('{ "\\u0061": { "place": "M\\u00fcnchen \\"\\/\\\\ \\ud83d\\ude00" } }', {
    file: 'vps.json',
  });
  expect(known.of('a')?.place).toBe('München "/\\ 😀');
});

test('a VP that is told of twice has what both say', async () => {
  for (const [file, content] of [
    ['vps.json', '{"a":{"cc":"NL","tag":"x"},\n"a":{"tag":"y","st":"NH"}}'],
    ['vps.yaml', 'a: { cc: NL, tag: x }\na: { tag: y, st: NH }\n'],
  ] as const) {
    const known = await knowing(content, { file });
    expect(known.of('a')).toEqual({ cc: 'NL', st: 'NH', tags: ['x', 'y'], other: {} });
  }
});

test.each(both)('mistakes are told with their lines, and the rest is used: %s', async (file) => {
  const content = `{
"a": { "cc": "NLD",
  "asn4": [1, 2],
  "place": { "of": 1 },
  "tag": ["x",
    ["y"], ""],
  "latlong": [1, [2]],
  "iata": "AMS"
},
"b": 7,
"c": [],
"d_e": { "cc": "NL" },
"f": { "place": "\\u0000" },
"g": { "place": "\\ud800" },
"h": {}
}
`;
  const known = await knowing(content, { file });
  expect(known.names()).toEqual(['a']);
  expect(known.of('a')).toEqual({ asn4: 2, iata: 'AMS', tags: ['x'], other: {} });
  expect(mistakesIn(known)).toEqual([
    '2: cc is "NLD", not 2 letters',
    '3: asn4 was another in a line before; this one holds',
    '4: "place" is neither a text or number nor a list of these',
    '6: "tag" is neither a text or number nor a list of these',
    '6: tag has no value',
    '7: latlong is "1,", not latitude,longitude in degrees: 52.37,4.90',
    '10: "b" has no attributes',
    '11: "c" has no attributes',
    '12: "d_e" is no monitor name: these have letters, digits, . and -',
    '13: place has control characters',
    '14: place has control characters',
  ]);
});

test('what only YAML has is told with its line, where it is no text', async () => {
  const content = `a: &all
  cc: NL
  tag: &tags [x]
b: *all
c:
  tag: *tags
  <<: *all
  ? [x]
  : y
  place: |
    one
    two
d: { tag: !mine z }
`;
  const known = await knowing(content, { file: 'vps.yaml' });
  expect(known.names()).toEqual(['a', 'd']);
  expect(known.of('d')?.tags).toEqual(['z']);
  expect(mistakesIn(known)).toEqual([
    '4: *all is an alias; these are not followed',
    '6: *tags is an alias; these are not followed',
    '7: *all is an alias; these are not followed',
    '8: a name is expected in front of the colon',
    '10: place has control characters',
  ]);
});

test.each([
  ['vps.json', '', 'line 1: the file ends where an object of monitor names is expected'],
  ['vps.yaml', '{'.repeat(20_000), 'line 1: it is nested too deep'],
  ['vps.yaml', `a:\n${'- '.repeat(20_000)}`, 'line 2: it is nested too deep'],
  ['vps.json', '[]', 'line 1: there is "[" where an object of monitor names is expected'],
  ['vps.json', '{"a":{}', 'line 1: the file ends where , or } is expected'],
  ['vps.json', '{\n"a":{},\n}', 'line 3: there is "}" where a name in double quotes is expected'],
  ['vps.json', '{\n"a":{"tag":[1,]}}', 'line 2: there is "]" where a value is expected'],
  ['vps.json', '{\n"a" {}}', 'line 2: there is "{" where : is expected'],
  ['vps.json', '{\n// why\n"a":{}}', 'line 2: there is "/" where a name in double quotes is expected'],
  ['vps.json', "{'a':{}}", 'line 1: there is "\'" where a name in double quotes is expected'],
  ['vps.json', '{"a":{}}\n{}', 'line 2: there is "{" where the end of the file is expected'],
  ['vps.json', '{"a":{"asn4":01}}', 'line 1: there is "0" where a value is expected'],
  ['vps.json', '{"a":{"asn4":NaN}}', 'line 1: there is "N" where a value is expected'],
  ['vps.json', '{"a":{"cc":"N\nL"}}', 'line 1: there is "\\"" where a text without control characters and unknown escapes is expected'], // prettier-ignore
  ['vps.json', '{"a":{"cc":"\\x"}}', 'line 1: there is "\\"" where a text without control characters and unknown escapes is expected'], // prettier-ignore
  ['vps.json', '{"a":{"cc":"NL', 'line 1: there is "\\"" where the end of a text that begins here is expected'],
  ['vps.json', `{"a":${'['.repeat(100_000)}`, 'line 1: there is "[" where less depth is expected'],
  ['vps.yaml', '- a\n- b\n', 'line 1: a map of monitor names is expected'],
  ['vps.yaml', 'a cc NL\n', 'line 1: a map of monitor names is expected'],
  ['vps.yaml', 'a:\n  cc: NL\n  st: x: y\n', 'line 3: Nested mappings are not allowed in compact mappings'],
  ['vps.yaml', 'a:\n\tcc: NL\n', 'line 2: Tabs are not allowed as indentation'],
  ['vps.yaml', 'a: {}\n---\nb: {}\n', 'line 2: a second document begins'],
  ['vps.yaml', '*a\n', 'line 1: a map of monitor names is expected'],
])('what is no %s is refused with its line: %j', async (file, content, why) => {
  expect(await startFailure(content, file)).toMatchObject({
    code: 'SCR_METADATA_BROKEN',
    message: `${file}: this is no file of metadata`,
    cause: { message: expect.stringContaining(why) },
  });
});

test.each(['', '# nothing yet\n', '---\n', '{}', 'null'])(
  'YAML that says nothing is no mistake: %j',
  async (content) => {
    expect((await knowing(content, { file: 'vps.yaml' })).names()).toEqual([]);
  },
);

test('faults of YAML are told together, but not thousands', async () => {
  const { cause } = await startFailure('a: { , '.repeat(1000), 'vps.yaml');
  expect(String(cause).split('; ').length).toBeLessThanOrEqual(5);
});

// ---- JSON.parse as the measure

/** A value with all texts, numbers and truth values as they are written. */
function written(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(written);
  if (typeof value === 'object' && value !== null) {
    return Object.entries(value).map(([name, its]) => [name, written(its)]);
  }
  return typeof value === 'string' || value === null ? value : JSON.stringify(value);
}

/** The same of what was read. */
function writtenIn(node: Node): unknown {
  if (node.kind === 'map') return node.entries.map(({ name, node: its }) => [name, writtenIn(its)]);
  if (node.kind === 'list') return node.items.map(writtenIn);
  return node.kind === 'text' ? node.text : null;
}

const read = (text: string): unknown => [...readJson(text)].map(({ name, node }) => [name, writtenIn(node)]);

const anyObject = fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 4 }), { noNullPrototype: true });
const anyJson = fc
  .tuple(anyObject, fc.constantFrom('', ' ', '\t'))
  .map(([value, indent]) => JSON.stringify(value, null, indent));

test('JSON is read as JSON.parse reads it', () => {
  fc.assert(
    fc.property(anyJson, (text) => {
      expect(read(text)).toEqual(written(JSON.parse(text)));
    }),
  );
});

test('what JSON.parse refuses is refused, and nothing else', () => {
  const attempt = (task: () => unknown): boolean => {
    try {
      task();
      return true;
    } catch {
      return false;
    }
  };
  const isObject = (value: unknown): boolean => typeof value === 'object' && value !== null && !Array.isArray(value);
  const edit = fc.record({
    at: fc.nat(),
    cut: fc.nat({ max: 3 }),
    put: fc.constantFrom(...Array.from('{}[]:,"\\0-.e+tn \n\0\u00a0'), ''),
  });
  fc.assert(
    fc.property(anyJson, edit, (text, { at, cut, put }) => {
      const place = at % (text.length + 1);
      const edited = text.slice(0, place) + put + text.slice(place + cut);
      const isRight = attempt(() => JSON.parse(edited)) && isObject(JSON.parse(edited));
      expect(attempt(() => read(edited))).toBe(isRight);
    }),
    { numRuns: 500 },
  );
});

test('as deep as is taken, and one level more', () => {
  const nested = (lists: number): string => `{"a":{"tag":${'['.repeat(lists)}${']'.repeat(lists)}}}`;
  expect(read(nested(6))).toEqual(written(JSON.parse(nested(6))));
  expect(() => read(nested(7))).toThrow('less depth');
});

// ---- the three forms beside each other

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9.-]{0,8}$/);
const degrees = (most: number): fc.Arbitrary<number> =>
  fc.double({ min: -most, max: most, noNaN: true }).map((number) => number + 0);
const line = fc
  .string({ unit: 'grapheme', minLength: 1 })
  .filter((text) => !/[\p{Cc}\p{Cs}]/u.test(text) && text.trim() !== '');
const values = fc.record(
  {
    asn4: fc.nat(),
    asn6: fc.nat().map((number) => `AS${number}`),
    cc: fc.stringMatching(/^[A-Za-z]{2}$/),
    st: line,
    place: line,
    latlong: fc.tuple(degrees(90), degrees(180)),
    shortname: line,
    iata: fc.stringMatching(/^[A-Z]{3}$/),
    tag: fc.array(line),
    contact: fc.array(line),
  },
  { requiredKeys: [] },
);
const vps = fc.dictionary(word, values, { noNullPrototype: true });

function asLines(all: Readonly<Record<string, object>>): string {
  return Object.entries(all)
    .flatMap(([name, its]) =>
      Object.entries(its).flatMap(([attribute, value]: [string, unknown]) => {
        const said: unknown[] = attribute === 'latlong' ? [String(value)] : [value].flat();
        return said.map((one) => `${name} ${attribute} ${String(one)}\n`);
      }),
    )
    .join('');
}

test('the same facts are read from lines, JSON and YAML', async () => {
  const known = await knowing('');
  await fc.assert(
    fc.asyncProperty(vps, async (all) => {
      known.write(asLines(all), 'vps.txt');
      known.write(JSON.stringify(all), 'vps.json');
      known.write(stringify(all), 'vps.yaml');
      const facts = [];
      for (const file of ['vps.txt', 'vps.json', 'vps.yaml']) {
        await known.reload({ file });
        facts.push(new Map(known.names().map((name) => [name, known.of(name)])));
      }
      expect(facts[1]).toEqual(facts[0]);
      expect(facts[2]).toEqual(facts[0]);
    }),
    { numRuns: 30 },
  );
  expect(mistakesIn(known)).toEqual([]);
  expect(known.bench.log.of('reload.failed')).toEqual([]);
});
