import { beforeAll, describe, expect, test } from 'vitest';
import { type Fleet, connect } from '../../client/index.js';
import { Authority, type Pair } from '../plugins/support/certificates.js';
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
    await expect(connectTo({ ca: ca.cert, servername: 'mux.example' })).rejects.toMatchObject({ code: 'SCR_MUX_TLS' });
  });

  test.each([
    ['an unknown authority', (): boolean | object => true],
    ['another name', (): boolean | object => ({ ca: ca.cert, servername: 'other.example' })],
    ['only its address', (): boolean | object => ({ ca: ca.cert })],
  ])('%s: refused', async (_name, tls) => {
    await expect((await start())(tls())).rejects.toMatchObject({ code: 'SCR_MUX_TLS' });
  });

  test('a mux without TLS', async () => {
    const mux = await startMux({ instances: two, port: 0 });
    const where = mux.where as { host: string; port: number };
    const connecting = connect({ ...where, tls: true });
    await expect(connecting).rejects.toMatchObject({ code: 'SCR_MUX_TLS' });
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
