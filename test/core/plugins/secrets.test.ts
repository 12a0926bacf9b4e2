import { describe, expect, test } from 'vitest';
import { hideSecrets } from '../../../core/plugins/secrets.js';

describe('hideSecrets', () => {
  const secret = { type: 'string', writeOnly: true };

  test('hides what the schema calls writeOnly, and nothing else', () => {
    const withSecret = { properties: { user: { type: 'string' }, password: secret } };
    expect(hideSecrets(withSecret, { user: 'u', password: 'p' })).toEqual({ user: 'u', password: '(hidden)' });
    expect(hideSecrets(withSecret, { user: 'u' })).toEqual({ user: 'u' });
  });

  test.each([
    [
      'in an object',
      { properties: { db: { properties: { password: secret } } } },
      { db: { password: 'p' } },
      { db: { password: '(hidden)' } },
    ],
    [
      'in each object of a list',
      { properties: { users: { items: { properties: { name: {}, password: secret } } } } },
      { users: [{ name: 'a', password: 'p' }, { name: 'b' }] },
      { users: [{ name: 'a', password: '(hidden)' }, { name: 'b' }] },
    ],
    [
      'as a list of secrets',
      { properties: { keys: { items: secret } } },
      { keys: ['p', 'q'] },
      { keys: ['(hidden)', '(hidden)'] },
    ],
    [
      'under any name',
      { properties: { tokens: { additionalProperties: secret } } },
      { tokens: { me: 'p', you: 'q' } },
      { tokens: { me: '(hidden)', you: '(hidden)' } },
    ],
    [
      'under names with a pattern',
      { properties: { tokens: { patternProperties: { _key$: secret } } } },
      { tokens: { my_key: 'p', my_name: 'n' } },
      { tokens: { my_key: '(hidden)', my_name: 'n' } },
    ],
    [
      'in one of several forms',
      { properties: { login: { oneOf: [{ type: 'null' }, { type: 'object', properties: { password: secret } }] } } },
      { login: { password: 'p' } },
      { login: { password: '(hidden)' } },
    ],
    [
      'where one of several forms is the secret itself',
      { properties: { password: { anyOf: [secret, { type: 'null' }] } } },
      { password: 'p' },
      { password: '(hidden)' },
    ],
    [
      'where a definition says so',
      {
        definitions: { login: { properties: { password: secret } } },
        properties: { login: { $ref: '#/definitions/login' } },
      },
      { login: { password: 'p' } },
      { login: { password: '(hidden)' } },
    ],
    [
      'in a schema that names itself',
      { properties: { password: secret, next: { $ref: '#' } } },
      { next: { next: { password: 'p', name: 'n' } } },
      { next: { next: { password: '(hidden)', name: 'n' } } },
    ],
  ])('finds a secret %s', (_where, withSecret, options, shown) => {
    expect(hideSecrets(withSecret, options)).toEqual(shown);
  });

  test('does not look into instances of classes, which may hold themselves or a secret', () => {
    class Agent {
      readonly self = this;
      readonly password = 'p';
    }
    expect(hideSecrets({ properties: { agent: {} } }, { agent: new Agent() })).toEqual({ agent: '(an object)' });
  });
});
