import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { settle, startBench } from '../../../testing/index.js';
import { keeping, noting, plugin } from '../support/plugins.js';

const enough = { code: 'MY_ENOUGH', reason: 'enough of it' };

test('the session names an instance by a hash of its magic, the same across resumes', async () => {
  await using bench = await startBench([keeping(900)]);
  const magic = Buffer.from('a secret');
  const scamper = await bench.attach({ magic });
  const { session } = bench.instance();
  expect(session).toBe(createHash('sha256').update('sc-remoted session\0a secret').digest('base64url'));
  expect(session).toMatch(/^[\w-]{43}$/);
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  expect(await bench.resume(scamper)).toBe(true);
  expect(bench.instance().session).toBe(session);
  await bench.attach();
  expect(bench.instance().session).not.toBe(session);
});

test('an instance that is expired is gone: clients see end of file, its connection is closed, its session unknown', async () => {
  const notes: string[] = [];
  await using bench = await startBench([keeping(900), noting(notes)]);
  const scamper = await bench.attach();
  const client = bench.client();
  const instance = bench.instance();
  instance.expire(enough);
  instance.expire({ code: 'MY_AGAIN', reason: 'again' });
  expect(instance.state).toBe('gone');
  expect(bench.controller.instances).toEqual([]);
  await client.end;
  await scamper.closed;
  expect(scamper.violation).toBeUndefined();
  await settle();
  expect(notes).toEqual(['attach 192.0.2.1:1025', 'undo 192.0.2.1:1025', 'expire 192.0.2.1:1025 MY_ENOUGH']);
  expect((await bench.log.waitFor('instance.gone')).fields).toMatchObject(enough);
  expect(await bench.resume(scamper)).toBe(false);
});

test('so is a zombie', async () => {
  await using bench = await startBench([keeping(900)]);
  const scamper = await bench.attach();
  const client = bench.client();
  scamper.cut();
  await bench.log.waitFor('instance.zombie');
  bench.instance().expire(enough);
  await client.end;
  expect(bench.controller.instances).toEqual([]);
  expect(await bench.resume(scamper)).toBe(false);
});

test('one that is expired while it is attached is refused, and what was made is undone', async () => {
  const notes: string[] = [];
  const unwanted = plugin('unwanted', ({ hooks }) => hooks.attach.tap((instance) => instance.expire(enough)));
  await using bench = await startBench([noting(notes), unwanted]);
  await expect(bench.attach()).rejects.toThrow('SCR_INSTANCE_GONE');
  await settle();
  expect(notes).toEqual(['attach 192.0.2.1:1025', 'undo 192.0.2.1:1025', 'expire 192.0.2.1:1025 MY_ENOUGH']);
  expect(bench.controller.instances).toEqual([]);
});

test('without an ending nothing is ended', async () => {
  await using bench = await startBench();
  await bench.attach();
  const instance: { expire(): void } = bench.instance() as never;
  expect(() => instance.expire()).toThrow(TypeError);
  expect(bench.instance().state).toBe('connected');
});
