import { beforeAll, describe, expect, test } from 'vitest';
import { ClientError, type Fleet, connect } from '../../client/index.js';
import { Authority, type Pair, locked } from '../plugins/support/certificates.js';
import { type StrictMux, startMux } from './support/strict-mux.js';
import { two } from './support/talk.js';

let ca: Authority;
let server: Pair;
let client: Pair;

beforeAll(async () => {
  ca = await Authority.create('fleet');
  server = await ca.issue({ dns: ['mux.example'] });
  client = await ca.issue({ dns: ['researcher.example'] });
});

/** A mux behind TLS, and a way to connect to it. */
async function start(demands: object = {}): Promise<(tls: boolean | object) => Promise<Fleet>> {
  const mux: StrictMux = await startMux({ instances: two, port: 0, tls: { ...server, ...demands } });
  return (tls) => connect({ ...(mux.where as { host: string; port: number }), tls });
}

/** What a person reads of why it failed. */
async function explained(connecting: Promise<Fleet>): Promise<string> {
  const failure: unknown = await connecting.catch((why: unknown) => why);
  return failure instanceof ClientError ? failure.explain() : String(failure);
}

describe('a mux behind TLS', () => {
  test('with its authority, under its name', async () => {
    const fleet = await (await start())({ ca: ca.cert, servername: 'mux.example' });
    expect(fleet.vps()).toHaveLength(2);
    fleet.close();
  });

  test('with a client certificate where it asks for one', async () => {
    const connectTo = await start({ ca: ca.cert, requestCert: true, rejectUnauthorized: true });
    const fleet = await connectTo({ ca: ca.cert, servername: 'mux.example', ...client });
    expect(fleet.vps()).toHaveLength(2);
    fleet.close();
    const line = await explained(connectTo({ ca: ca.cert, servername: 'mux.example' }));
    expect(line).toMatch(/^SCR_MUX_TLS: .*\(the controller asks for a client certificate \(-c, -p\)\); see/);
  });

  test.each([
    ['an unknown authority', (): boolean | object => true],
    ['another name', (): boolean | object => ({ ca: ca.cert, servername: 'other.example' })],
    ['only its address', (): boolean | object => ({ ca: ca.cert })],
  ])('%s: refused', async (_name, tls) => {
    await expect((await start())(tls())).rejects.toMatchObject({ code: 'SCR_MUX_TLS' });
  });

  test('an alert: told in plain words', async () => {
    const connectTo = await start({ minVersion: 'TLSv1.3' });
    const connecting = connectTo({ ca: ca.cert, servername: 'mux.example', maxVersion: 'TLSv1.2' });
    expect(await explained(connecting)).toMatch(/^SCR_MUX_TLS: .*\(the controller ended it: protocol version\); see/);
  });

  test.each([
    [
      'a pair that is none',
      () => ({ ...client, key: server.key }),
      'the private key does not belong to the certificate',
    ],
    ['swapped', () => ({ cert: client.key, key: client.cert }), 'what is given as certificate is a private key'],
    [
      'two certificates',
      () => ({ cert: client.cert, key: client.cert }),
      'what is given as private key is a certificate',
    ],
    ['no PEM', () => ({ ...client, cert: 'junk' }), 'what is given as certificate is none'],
    ['a key that is no PEM', () => ({ ...client, key: Buffer.from('junk') }), 'what is given as private key is none'],
    ['an encrypted key', () => ({ ...client, key: locked(client.key) }), 'the private key is encrypted'],
    [
      'a wrong passphrase',
      () => ({ ...client, key: locked(client.key), passphrase: 'x' }),
      'the passphrase of the private key is wrong',
    ],
    [
      'authorities without a certificate',
      () => ({ ca: [ca.cert, 'junk'] }),
      'what is given as authority is no certificate',
    ],
    [
      'an authority that is broken',
      () => ({ ca: '-----BEGIN CERTIFICATE-----\njunk\n-----END CERTIFICATE-----\n' }),
      'what is given as authority is no certificate',
    ],
  ])('%s: refused before anything is sent, in one line', async (_name, tls, reason) => {
    const connecting = connect({ host: '127.0.0.1', port: 1, tls: tls() });
    await expect(connecting).rejects.toMatchObject({ code: 'SCR_MUX_CREDENTIALS', reason });
    expect(await explained(connecting)).toMatch(/^SCR_MUX_CREDENTIALS: 127\.0\.0\.1:1: [^\n]+$/);
  });

  test('a key with its passphrase', async () => {
    const connectTo = await start({ ca: ca.cert, requestCert: true, rejectUnauthorized: true });
    const pair = { ...client, key: locked(client.key), passphrase: 'secret' };
    const fleet = await connectTo({ ca: ca.cert, servername: 'mux.example', ...pair });
    fleet.close();
  });

  test('a mux without TLS', async () => {
    const mux = await startMux({ instances: two, port: 0 });
    const where = mux.where as { host: string; port: number };
    const connecting = connect({ ...where, tls: true });
    expect(await explained(connecting)).toMatch(/^SCR_MUX_TLS: .*\(what answers speaks no TLS\)/);
    mux.faults.length = 0; // what it heard was TLS
  });

  test('a client without TLS is not let in, and told to say tls', async () => {
    const mux = await startMux({ instances: two, port: 0, tls: { ...server } });
    await expect(connect(mux.where)).rejects.toMatchObject({
      code: 'SCR_NOT_A_MUX',
      remedy: expect.stringContaining('say tls'),
    });
  });

  test('nobody there: no controller, and no word of TLS', async () => {
    await expect(connect({ host: '127.0.0.1', port: 1, tls: true })).rejects.toMatchObject({
      code: 'SCR_NO_CONTROLLER',
    });
  });
});
