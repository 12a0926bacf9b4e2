import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBench } from 'sc-remoted/plugin-sdk/testing';
import websocket from '../index.js';
import { start, temporaryFolder } from '../support/bench.js';
import { makeAuthority, makeServerFiles } from '../support/certificates.js';

const files = { cert: 'cert.pem', key: 'key.pem' };
const withCa = { ...files, ca: 'ca.pem' };

/** A controller that speaks wss, and the authority behind it. */
async function startTls(t, options) {
  const directory = await temporaryFolder(t);
  const made = await makeServerFiles(directory);
  const bench = await start(t, options, { directory });
  return { ...bench, ...made, directory, ca: made.authority.pem };
}

const dns = (...names) => names.map((value) => ({ type: 'dns', value }));

test('wss: a scamper attaches; without ca nobody is asked for a certificate', async (t) => {
  const { attach, instance, ca } = await startTls(t, files);
  await attach({ ca });
  assert.deepEqual(instance().tls, { authorized: false, names: [], fingerprint256: undefined, protocol: 'TLSv1.3' });
});

test('a client certificate that holds the monitor name is asked for', async (t) => {
  const { attach, dial, instance, log, authority, ca } = await startTls(t, withCa);
  const pair = await authority.issue(dns('ams-1', 'ams-2'));
  await attach({ ca, ...pair }, { monitorName: 'AMS-2' });
  const { authorized, names, fingerprint256 } = instance().tls;
  assert.deepEqual([authorized, names], [true, ['ams-1', 'ams-2']]);
  assert.match(fingerprint256, /^([0-9A-F]{2}:){31}[0-9A-F]{2}$/);

  const denied = async (settings, name) => {
    await assert.rejects(dial({ ca, ...settings }, name === undefined ? {} : { monitorName: name }).attach());
    return log
      .of('connection.refused')
      .at(-1)
      ?.message.replace(/^\S+ refused: /, '');
  };
  const because = 'authentication was denied';
  const forOthers = 'the certificate is for ams-1, ams-2, the monitor name is';
  assert.equal(await denied(pair, 'ams-3'), `${forOthers} ams-3: ${because}`);
  assert.equal(await denied(pair), `${forOthers} not given: ${because}`);
  const unnamed = await authority.issue([], 'O=Nobody');
  assert.equal(await denied(unnamed, 'ams-1'), `the certificate is for no name, the monitor name is ams-1: ${because}`);
});

test('the CN counts only where there is no other name', async (t) => {
  const { attach, dial, authority, ca } = await startTls(t, withCa);
  await attach({ ca, ...(await authority.issue([], 'CN=ams-1')) }, { monitorName: 'ams-1' });
  const both = await authority.issue(dns('ams-2'), 'CN=ams-3');
  await assert.rejects(dial({ ca, ...both }, { monitorName: 'ams-3' }).attach());
});

test('verifyName: false asks for a certificate, whatever its name', async (t) => {
  const { attach, authority, ca } = await startTls(t, { ...withCa, verifyName: false });
  await attach({ ca, ...(await authority.issue(dns('other'))) }, { monitorName: 'ams-1' });
});

test('without a certificate, or with one of another authority, there is no WebSocket', async (t) => {
  const { dial, log, ca, controller } = await startTls(t, { ...withCa, verifyName: false });
  await assert.rejects(dial({ ca }).attach());
  const other = await (await makeAuthority()).issue(dns('ams-1'));
  await assert.rejects(dial({ ca, ...other }, { monitorName: 'ams-1' }).attach());
  const reasons = log.of('websocket.refused').map(({ fields }) => fields.reason);
  assert.deepEqual(reasons, ['no client certificate was shown', 'client certificate: CERT_SIGNATURE_FAILURE']);
  assert.deepEqual(log.of('connection.refused'), []);
  assert.equal(controller.instances.length, 0);
});

test('who does not speak TLS is refused once, and told of once', async (t) => {
  const { port, log } = await startTls(t, files);
  const socket = connect(port, '127.0.0.1');
  socket.write('GET / HTTP/1.1\r\n\r\n');
  socket.resume();
  await once(socket, 'close');
  assert.match((await log.waitFor('websocket.refused')).fields.reason, /^TLS: .*http request/);
  assert.equal(log.of('websocket.refused').length, 1);
});

test('a TLS handshake has the same time limit, and is told of once', async (t) => {
  const { port, clock, log, attach, ca } = await startTls(t, { ...files, handshakeTime: 5 });
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined); // `close` follows
  await once(socket, 'connect');
  const scamper = await attach({ ca }); // connections are accepted in the order in which they came
  const closed = once(socket, 'close');
  await clock.advance(5_000);
  await closed;
  assert.deepEqual(
    log.of('websocket.refused').map(({ fields }) => fields.reason),
    ['no WebSocket after 5 s'],
  );
  assert.equal(scamper.stream.destroyed, false);
});

test('a reload takes the files as they are now; who is connected stays', async (t) => {
  const { attach, open, controller, ca, write, log } = await startTls(t, files);
  const scamper = await attach({ ca });
  const fresh = await makeAuthority();
  await write(await fresh.issue([{ type: 'ip', value: '127.0.0.1' }]));
  await controller.reload();
  assert.deepEqual(log.of('reload.partial'), []);
  await attach({ ca: fresh.pem });
  const [failure] = await once(open({ ca }), 'error');
  assert.match(failure.code, /UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_SIGNATURE_FAILURE|SELF_SIGNED/);
  assert.equal(scamper.stream.destroyed, false);
});

test('files that cannot be used are not taken at a reload: the log tells why', async (t) => {
  const { attach, controller, ca, directory, issue, log } = await startTls(t, files);
  await writeFile(join(directory, 'key.pem'), (await issue()).key);
  await controller.reload();
  const { fields, message } = await log.waitFor('reload.failed');
  assert.deepEqual([fields.code, fields.plugin], ['SCR_WEBSOCKET_TLS', 'websocket']);
  assert.match(message, /cert\.pem, \S*key\.pem: these files cannot be used for TLS$/);
  await attach({ ca });
});

test('what a reload cannot change is told', async (t) => {
  const { controller, log } = await startTls(t, files);
  await controller.reload([[websocket, { listen: '127.0.0.1:0', ...withCa }]]);
  await log.waitFor('reload.partial', { plugin: 'websocket' });
});

test('files that cannot be used keep the controller from starting', async (t) => {
  const directory = await temporaryFolder(t);
  const { issue } = await makeServerFiles(directory);
  const at = (name) => join(directory, name);
  const refused = async (options, code, message, cause = /./) => {
    await assert.rejects(startBench([[websocket, { listen: '127.0.0.1:0', ...options }]], { directory }), (failure) => {
      assert.deepEqual([failure.code, failure.message], [code, message]);
      assert.match(failure.cause.message, cause);
      return true;
    });
  };
  await refused(
    { ...files, key: 'no.pem' },
    'SCR_WEBSOCKET_FILE',
    `${at('no.pem')}: the file cannot be read`,
    /ENOENT/,
  );
  const useless = 'these files cannot be used for TLS';
  await writeFile(at('other.pem'), (await issue()).key);
  const pair = `${at('cert.pem')}, ${at('other.pem')}: ${useless}`;
  await refused({ ...files, key: 'other.pem' }, 'SCR_WEBSOCKET_TLS', pair, /the key is not the one of the certificate/);
  await refused(
    { ...files, ca: 'key.pem' },
    'SCR_WEBSOCKET_TLS',
    `${at('key.pem')}: ${useless}`,
    /no certificate in it/,
  );
  await writeFile(at('half.pem'), (await readFile(at('ca.pem'), 'utf8')).replace(/[A-Z]{4}/, '----'));
  await refused({ ...files, ca: 'half.pem' }, 'SCR_WEBSOCKET_TLS', `${at('half.pem')}: ${useless}`);
});
