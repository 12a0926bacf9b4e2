import { beforeAll, describe, expect, test } from 'vitest';
import { credentialFault } from '../../client/index.js';
import { Authority, type Pair, locked } from '../plugins/support/certificates.js';

let ca: Authority;
let pair: Pair;
let other: Pair;

beforeAll(async () => {
  ca = await Authority.create('fleet');
  pair = await ca.issue({ dns: ['one.example'] });
  other = await ca.issue({ dns: ['two.example'] });
});

describe('what TLS is given', () => {
  test('is in order, as text, as octets, alone and with others', () => {
    expect(credentialFault({})).toBeUndefined();
    expect(credentialFault({ passphrase: 'secret' })).toBeUndefined();
    expect(credentialFault({ ca: ca.cert, ...pair })).toBeUndefined();
    expect(credentialFault({ ca: [Buffer.from(ca.cert), ca.cert], ...pair })).toBeUndefined();
    expect(credentialFault({ ...pair, key: [{ pem: locked(pair.key), passphrase: 'secret' }] })).toBeUndefined();
  });

  test('nothing, said as null, is nothing', () => {
    const given: object = { ca: null };
    expect(credentialFault(given)).toBeUndefined();
  });

  test('each fault names its option', () => {
    expect(credentialFault({ ca: Buffer.from('junk') })).toMatchObject({ option: 'ca' });
    expect(credentialFault({ ...pair, cert: 'junk' })).toMatchObject({ option: 'cert' });
    expect(credentialFault({ ...pair, key: 'junk' })).toMatchObject({ option: 'key' });
    expect(credentialFault({ ...pair, key: other.key })).toMatchObject({
      option: 'key',
      reason: 'the private key does not belong to the certificate',
    });
  });

  test('octets are read as text is', () => {
    expect(credentialFault({ cert: Buffer.from(pair.key) })?.reason).toBe(
      'what is given as certificate is a private key',
    );
    expect(credentialFault({ key: Buffer.from(pair.cert) })?.reason).toBe(
      'what is given as private key is a certificate',
    );
  });

  test('a key with a passphrase of its own is looked into', () => {
    expect(credentialFault({ key: [{ pem: locked(pair.key) }] })?.reason).toBe('the private key is encrypted');
    expect(credentialFault({ key: [{ pem: Buffer.from('junk') }] })?.reason).toBe(
      'what is given as private key is none',
    );
  });
});
