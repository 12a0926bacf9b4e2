import { describe, expect, test } from 'vitest';
import { validate } from '../../../core/plugins/validate.js';

const schema = {
  type: 'object',
  properties: {
    port: { type: 'integer', minimum: 1, maximum: 65_535, default: 31_337 },
    family: { enum: ['ipv4', 'ipv6'] },
    time: { type: ['integer', 'string'] },
    cert: { type: 'string' },
    rules: {
      type: 'array',
      items: {
        type: 'object',
        additionalProperties: false,
        required: ['match'],
        properties: { match: { type: 'string' }, group: { type: 'string', default: 'nobody' } },
      },
    },
    nested: {
      type: 'object',
      default: {},
      additionalProperties: false,
      properties: { depth: { type: 'integer', default: 3 } },
    },
  },
} as const;

describe('validate', () => {
  test('tells of a value that holds itself as of one mistake', () => {
    const circle: Record<string, unknown> = {};
    circle['nested'] = circle;
    expect(validate(schema, circle).problems).toEqual([
      'options: it refers to itself, or has more than 100 levels or 100000 values',
    ]);
  });

  test('fills in defaults, nested ones too, in a copy', () => {
    const given = { rules: [{ match: 'a*' }] };
    expect(validate(schema, given)).toEqual({
      value: { port: 31_337, rules: [{ match: 'a*', group: 'nobody' }], nested: { depth: 3 } },
      problems: [],
    });
    expect(given).toEqual({ rules: [{ match: 'a*' }] });
  });

  test('takes no options for an empty object', () => {
    expect(validate(schema, undefined)).toEqual({ value: { port: 31_337, nested: { depth: 3 } }, problems: [] });
  });

  test('gives each caller defaults of its own', () => {
    const [one, other] = [validate(schema, {}), validate(schema, {})].map(
      ({ value }) => value as { nested: { depth: number } },
    );
    if (one !== undefined) one.nested.depth = 99;
    expect(other?.nested.depth).toBe(3);
  });

  test.each([
    ['an unknown option', { prot: 1 }, 'prot: unknown option; known are port, family, time, cert, rules, nested'],
    ['an unknown nested option', { nested: { dept: 1 } }, 'nested.dept: unknown option; known are depth'],
    [
      'an unknown option in a list',
      { rules: [{ match: '', mtch: '' }] },
      'rules[0].mtch: unknown option; known are match, group',
    ],
    ['a wrong type', { port: '1' }, 'port: expected integer'],
    ['one of several types', { time: true }, 'time: expected integer or string'],
    ['a wrong type in a list', { rules: [{ match: 'a' }, { match: 2 }] }, 'rules[1].match: expected string'],
    ['a value too small', { port: 0 }, 'port: must be >= 1'],
    ['a value too large', { port: 65_536 }, 'port: must be <= 65535'],
    ['a value not among those allowed', { family: 'ipx' }, 'family: expected one of ["ipv4","ipv6"]'],
    ['something missing', { rules: [{}] }, 'rules[0].match: missing'],
    ['a text in place of options', 'port', 'options: expected object'],
    ['a list in place of options', [], 'options: expected object'],
    ['null in place of an option', { cert: null }, 'cert: expected string'],
  ])('tells of %s', (_what, value, problem) => {
    expect(validate(schema, value).problems).toEqual([problem]);
  });

  test('takes what is undefined in a list for a mistake of who wrote it, not of the schema', () => {
    expect(validate(schema, { rules: [undefined] }).problems).toEqual(['rules[0]: expected object']);
  });

  test('tells of all mistakes at once', () => {
    const { problems } = validate(schema, { port: 'x', family: 7, cert: 1, zz: 1, rules: [{ match: 1 }, {}] });
    expect([...problems].sort()).toEqual([
      'cert: expected string',
      'family: expected one of ["ipv4","ipv6"]',
      'port: expected integer',
      'rules[0].match: expected string',
      'rules[1].match: missing',
      'zz: unknown option; known are port, family, time, cert, rules, nested',
    ]);
  });

  test('refuses unknown options whether or not the schema says so, unless it allows them', () => {
    expect(validate({ properties: {} }, { a: 1 }).problems).toEqual(['a: unknown option']);
    expect(validate({ type: 'object', additionalProperties: true }, { a: 1 }).problems).toEqual([]);
  });

  test('says what goes with what', () => {
    const pair = { properties: { cert: {}, key: {} }, dependencies: { cert: ['key'], key: ['cert'] } };
    expect(validate(pair, { cert: 'c' }).problems).toEqual(['key: missing; it goes with cert']);
  });

  test('keeps functions and objects with a class as they are', () => {
    const value = { log: () => 1, date: new Date(0), set: new Set([1]) };
    const result = validate({ properties: { log: {}, date: {}, set: {} } }, value).value as typeof value;
    expect(result).not.toBe(value);
    expect([result.log === value.log, result.date === value.date, result.set === value.set]).toEqual([
      true,
      true,
      true,
    ]);
  });

  test('does not let an option called __proto__ through', () => {
    expect(validate(schema, JSON.parse('{"__proto__":{"port":7}}')).problems).toEqual([
      '__proto__: unknown option; known are port, family, time, cert, rules, nested',
    ]);
  });

  test('checks many plugins whose schemas have the same $id', () => {
    const one = { $id: 'options', properties: { a: {} } };
    expect(validate(one, { a: 1 }).problems).toEqual([]);
    expect(validate({ $id: 'options', properties: { b: {} } }, { a: 1 }).problems).toEqual([
      'a: unknown option; known are b',
    ]);
    expect(validate(one, { b: 1 }).problems).toEqual(['b: unknown option; known are a']);
  });

  test('throws where the schema is wrong', () => {
    expect(() => validate({ properties: { a: { type: 'text' } } }, {})).toThrow();
  });
});
