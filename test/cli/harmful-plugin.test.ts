import { readdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hookNames } from '../../core/hooks/hooks.js';
import { SimScamper } from '../../testing/index.js';
import { start, temporaryFolder } from './support/command.js';
import { attachClient, attachScamper } from './support/fleet.js';

/** For so many milliseconds each hook holds up the whole process, once; the long form: all as long as `data`. */
const HELD_UP = Number(process.env['HELD_UP'] ?? 20);
const DATA_HELD_UP = 1_000;

/** In each hook, once: holds up the process, rejects without anybody to heed it, throws in a timer and in a listener. */
const harmful = `
const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
const fail = (how, hook) => { throw new Error(how + ' of ' + hook); };
export default { name: 'harmful', api: 1, schema: {}, setup({ hooks, signal }) {
  signal.addEventListener('abort', () => fail('signal', 'stop'));
  for (const hook of ${JSON.stringify(hookNames)}) {
    let once = true;
    hooks[hook].tap(() => {
      if (!once) return;
      once = false;
      wait(hook === 'data' ? ${DATA_HELD_UP} : ${HELD_UP});
      setTimeout(() => fail('timer', hook));
      process.nextTick(() => fail('tick', hook));
      void Promise.reject(new Error('promise of ' + hook));
    });
  }
} };`;

test('a plugin that holds up the process, throws in timers and rejects unheeded: nobody is dropped for it, and the log names its file', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'harmful.mjs'), harmful);
  const plugins = "['./harmful.mjs', 'tcp', 'unix-export']";
  writeFileSync(join(folder, 'sc-remoted.config.mjs'), `export default { plugins: ${plugins} };`);
  const running = start(['-P', '127.0.0.1:0', '-U', 's'], { cwd: folder });
  const port = await running.port();
  const honest = await attachScamper(port, { monitorName: 'honest' });
  const client = attachClient(join(folder, 's', readdirSync(join(folder, 's'))[0] ?? ''));
  client.send('ping\n');
  await client.until('OK id-1');
  const unknown = new SimScamper(connect(port, '127.0.0.1'));
  expect(await unknown.resume(unknown.stream)).toBe(false);
  const lost = await attachScamper(port);
  lost.cut();
  await running.waitFor('instance.gone');
  running.signal('SIGHUP');
  await running.waitFor('controller.reloaded');
  const hurt = hookNames.filter((hook) => hook !== 'stop');
  for (const hook of hurt) {
    for (const how of ['timer', 'tick', 'promise']) {
      const { cause } = await running.waitFor('uncaught', { msg: `${how} of ${hook}` });
      expect(cause).toContain('harmful.mjs');
    }
  }
  client.send('ping\n');
  await client.until('OK id-2');
  await attachScamper(port);
  expect(honest.violation).toBeUndefined();
  expect(running.log.filter(({ event }) => event === 'client.gone' || event === 'instance.disconnected')).toHaveLength(
    1,
  );
  running.signal('SIGTERM');
  expect(await running.finished).toMatchObject({ code: 0, signal: null });
});
