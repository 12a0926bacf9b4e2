import assert from 'node:assert/strict';
import { PassThrough, Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'vitest';
import { startBench } from '../../../../testing/index.js';
import { printTo } from './index.js';

test('who comes and goes is printed', async () => {
  const sink = new PassThrough();
  const bench = await startBench([printTo(sink)]);
  await bench.attach({ monitorName: 'ams-nl' });
  await bench.stop();
  assert.equal(await text(sink.end()), 'ams-nl-192.0.2.1:1025 came\nams-nl-192.0.2.1:1025 went: SCR_STOPPED\n');
});

test('a reader that has left is told once, in the log', async () => {
  // As standard output does, it fails at each write, and is not destroyed by it.
  const sink = new Writable({ autoDestroy: false, write: (_line, _encoding, done) => done(new Error('EPIPE')) });
  const bench = await startBench([printTo(sink)]);
  await bench.attach();
  const { message } = await bench.log.waitFor('printer.closed');
  assert.match(message, /EPIPE/);
  await bench.attach();
  await bench.stop();
  assert.equal(bench.log.of('printer.closed').length, 1);
});
