import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { startBench } from 'sc-remoted/plugin-sdk/testing';
import allowlist from '../index.js';

const FINGERPRINT = Array(32).fill('AB').join(':');

/** A folder of the test's own. @returns a function that writes files into it, and its path */
async function folder(t) {
  const path = await mkdtemp(join(tmpdir(), 'allowlist-'));
  t.after(() => rm(path, { recursive: true }));
  return { path, write: (content, name = 'allow.list') => writeFile(join(path, name), content) };
}

/** A controller with the plugin and a list. */
async function bench(t, content) {
  const { path, write } = await folder(t);
  await write(content);
  const started = await startBench([[allowlist, { file: 'allow.list' }]], { directory: path });
  t.after(() => started.stop());
  return { ...started, write, path };
}

const ip = (address) => ({ kind: 'ip', address, port: 1025 });

/** What the log says of the last connection that was refused. */
function refusal(log) {
  const { fields, message } = log.of('connection.refused').at(-1);
  return [fields.code, message];
}

test('who is listed is attached', async (t) => {
  const { attach, controller } = await bench(t, 'name=ams-*');
  await attach({ monitorName: 'ams-1' });
  assert.deepEqual(
    controller.instances.map(({ monitorName }) => monitorName),
    ['ams-1'],
  );
});

test('who is not listed is refused, and the log says what was known', async (t) => {
  const { attach, log, controller } = await bench(t, 'name=ams-*');
  const tls = { authorized: true, names: [], fingerprint256: FINGERPRINT, protocol: 'TLSv1.3' };
  const refused = /the connection ended/;
  const peer = ip('192.0.2.9');
  await assert.rejects(attach({ monitorName: 'lon-1', peer }), refused);
  const why = 'authentication was denied';
  const said = '192.0.2.9:1025 refused: allow.list has no line for';
  assert.deepEqual(refusal(log), ['SCR_DENIED', `${said} name lon-1, address 192.0.2.9, no certificate: ${why}`]);
  await assert.rejects(attach({ peer, tls }), refused);
  assert.deepEqual(refusal(log), [
    'SCR_DENIED',
    `${said} no name, address 192.0.2.9, certificate ${FINGERPRINT}: ${why}`,
  ]);
  await assert.rejects(attach({ peer: { kind: 'label', label: 'pipe-1' } }), refused);
  assert.match(refusal(log)[1], /no name, no address, no certificate/);
  assert.equal(controller.instances.length, 0);
});

test('who comes back is checked by the address it comes from and the name of its session', async (t) => {
  const { attach, resume, controller, log, instance } = await bench(t, 'name=ams-1 address=192.0.2.0/24');
  // The default is to forget an instance when its connection is lost; a second connection may take over a live one.
  const scamper = await attach({ monitorName: 'ams-1', peer: ip('192.0.2.1') });
  await assert.rejects(resume(scamper, { peer: ip('198.51.100.1') }));
  assert.equal(refusal(log)[0], 'SCR_DENIED');
  assert.equal(instance().name, 'ams-1-192.0.2.1:1025');
  assert.equal(await resume(scamper, { peer: ip('192.0.2.2') }), true);
  assert.deepEqual(
    controller.instances.map(({ name }) => name),
    ['ams-1-192.0.2.2:1025'],
  );
});

test('a reload takes the list as it is now', async (t) => {
  const { attach, controller, write, log } = await bench(t, 'name=ams-1');
  await attach({ monitorName: 'ams-1' });
  await write('name=lon-1\nname=par-1');
  await controller.reload();
  assert.deepEqual(
    log.of('allowlist.loaded').map(({ fields }) => fields.entries),
    [1, 2],
  );
  await attach({ monitorName: 'lon-1' });
  await assert.rejects(attach({ monitorName: 'ams-1' }), /the connection ended/);
  // Who is connected stays.
  assert.deepEqual(
    controller.instances.map(({ monitorName }) => monitorName),
    ['ams-1', 'lon-1'],
  );
});

test('a reload takes another file from the configuration', async (t) => {
  const { attach, controller, write, log } = await bench(t, 'name=ams-1');
  await write('name=lon-1', 'other.list');
  await controller.reload([[allowlist, { file: 'other.list' }]]);
  await attach({ monitorName: 'lon-1' });
  await assert.rejects(attach({ monitorName: 'ams-1' }));
  assert.match(refusal(log)[1], /other\.list has no line for name ams-1/);
});

const broken = {
  'with a mistake': [
    'name=lon-1\nnmae=par-1',
    'SCR_ALLOWLIST_BROKEN',
    'allow.list, line 2: nmae=par-1: known are name=, address= and fingerprint=: the list has mistakes',
  ],
  'cut short': ['# nobody\n', 'SCR_ALLOWLIST_EMPTY', 'allow.list: the list lets nobody in'],
  'of another kind': [
    '\0\0',
    'SCR_ALLOWLIST_BROKEN',
    'allow.list, line 1: \0\0: known are name=, address= and fingerprint=: the list has mistakes',
  ],
};
for (const [what, [content, code, told]] of Object.entries(broken)) {
  test(`a list ${what} is not taken at a reload: the log tells why, the list from before holds`, async (t) => {
    const { attach, controller, write, log, path } = await bench(t, 'name=ams-1');
    await write(content);
    await controller.reload();
    const { level, fields, message } = log.of('reload.failed').at(-1);
    assert.deepEqual([level, fields.plugin, fields.code], ['error', 'allowlist', code]);
    assert.equal(message, `kept as it was: ${join(path, told)}`);
    await attach({ monitorName: 'ams-1' });
    await assert.rejects(attach({ monitorName: 'lon-1' }));
  });
}

test('without a list that can be read nothing starts', async (t) => {
  const { path, write } = await folder(t);
  const start = () => startBench([[allowlist, { file: 'allow.list' }]], { directory: path });
  const file = join(path, 'allow.list');
  await assert.rejects(start(), { code: 'SCR_ALLOWLIST_FILE', message: `${file}: the list cannot be read` });
  await write('# nobody yet');
  await assert.rejects(start(), { code: 'SCR_ALLOWLIST_EMPTY', message: `${file}: the list lets nobody in` });
  await write('\n\nname=a b');
  const message = `${file}, line 3: b: known are name=, address= and fingerprint=: the list has mistakes`;
  await assert.rejects(start(), { code: 'SCR_ALLOWLIST_BROKEN', message });
});

test('the option file is asked for', async () => {
  await assert.rejects(startBench([allowlist]), { message: /plugin allowlist: file: missing/ });
});
