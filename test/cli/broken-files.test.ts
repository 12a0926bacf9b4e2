import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { encrypt } from '../plugins/support/certificates.js';
import { authority, dialScamper, server, writePair } from '../plugins/support/tls.js';
import { type Running, start, temporaryFolder } from './support/command.js';
import { attachClient } from './support/fleet.js';

const FILE = 'sc-remoted.config.mjs';
const FACTS = 'vps.txt';
/** Plugins, as a file has them; what is broken is put in. */
const config = (access = '{}', tls = "{ cert: 'cert.pem', key: 'key.pem', ca: 'ca.pem' }"): string =>
  `export default { plugins: [['tcp', { listen: '127.0.0.1:0' }], ['tls', ${tls}], ['metadata', { file: '${FACTS}' }], 'unix-export', ['access', ${access}], 'zombie'] };`;

/** A file that is broken: how, and what is told of it. */
interface Broken {
  readonly what: string;
  readonly file: string;
  /** What takes its place: its content, or what makes it. */
  readonly by: string | ((path: string) => void);
  readonly code: string;
  /** The plugin at fault; without one nothing at all is reloaded. */
  readonly plugin?: string;
}

const missing = (): void => undefined;
const loop = (path: string): void => symlinkSync(path, path);
const directory = (path: string): void => mkdirSync(path);

/** Root may read everything: a link that leads to itself is a file that it cannot read either. */
const every: readonly Broken[] = [
  { what: 'is not there', file: FILE, by: missing, code: 'SCR_CONFIG_NOT_FOUND' },
  { what: 'cannot be read', file: FILE, by: loop, code: 'SCR_CONFIG_UNREADABLE' },
  { what: 'is a directory', file: FILE, by: directory, code: 'SCR_CONFIG_NOT_FOUND' },
  { what: 'is empty', file: FILE, by: '', code: 'SCR_CONFIG_BROKEN' },
  { what: 'has a syntax error', file: FILE, by: 'export default {', code: 'SCR_CONFIG_BROKEN' },
  { what: 'throws', file: FILE, by: "throw new Error('no');", code: 'SCR_CONFIG_BROKEN' },
  { what: 'rejects', file: FILE, by: "await Promise.reject(new Error('no'));", code: 'SCR_CONFIG_BROKEN' },
  { what: 'imports what is not there', file: FILE, by: "import './nowhere.mjs';", code: 'SCR_CONFIG_BROKEN' },
  { what: 'exports something else', file: FILE, by: 'export default 5;', code: 'SCR_CONFIG_INVALID' },
  { what: 'has an option that is not known', file: FILE, by: config('{ grop: 0 }'), code: 'SCR_CONFIG_INVALID' },
  { what: 'has a group that is not there', file: FILE, by: config("{ group: 'no-such-group' }"), code: 'SCR_ACCESS_GROUP', plugin: 'access' }, // prettier-ignore
  { what: 'is not there', file: 'cert.pem', by: missing, code: 'SCR_TLS_FILE', plugin: 'tls' },
  { what: 'is another than the key’s', file: 'cert.pem', by: authority.cert, code: 'SCR_TLS_PAIR', plugin: 'tls' },
  { what: 'is cut off', file: 'cert.pem', by: server.cert.slice(0, 200), code: 'SCR_TLS_PAIR', plugin: 'tls' },
  { what: 'is not there', file: 'key.pem', by: missing, code: 'SCR_TLS_FILE', plugin: 'tls' },
  { what: 'is garbage', file: 'key.pem', by: 'garbage', code: 'SCR_TLS_PAIR', plugin: 'tls' },
  { what: 'has a passphrase', file: 'key.pem', by: encrypt(server.key, 'secret'), code: 'SCR_TLS_PASSPHRASE', plugin: 'tls' }, // prettier-ignore
  { what: 'is a directory', file: 'ca.pem', by: directory, code: 'SCR_TLS_FILE', plugin: 'tls' },
  { what: 'has no certificate', file: 'ca.pem', by: 'none', code: 'SCR_TLS_CA', plugin: 'tls' },
  { what: 'is not there', file: FACTS, by: missing, code: 'SCR_METADATA_FILE', plugin: 'metadata' },
  { what: 'is a directory', file: FACTS, by: directory, code: 'SCR_METADATA_FILE', plugin: 'metadata' },
  { what: 'is no text', file: FACTS, by: (path) => writeFileSync(path, Buffer.of(0xff, 0xfe, 0)), code: 'SCR_METADATA_BROKEN', plugin: 'metadata' }, // prettier-ignore
];

async function started(): Promise<{ readonly folder: string; readonly running: Running }> {
  const folder = temporaryFolder();
  writePair(folder, server, authority.cert);
  writeFileSync(join(folder, FILE), config());
  writeFileSync(join(folder, FACTS), 'ams-nl cc NL\n');
  const running = start(['--config', FILE, '-U', 'sockets', '-e', 'pid'], { cwd: folder });
  await running.waitFor('controller.started');
  return { folder, running };
}

/** Reloads. @returns the errors that it told */
async function reloaded(running: Running, isOver: (lines: Running['log']) => boolean): Promise<Running['log']> {
  const before = running.log.length;
  running.signal('SIGHUP');
  const lines = await running.until(({ log }) => (isOver(log.slice(before)) ? log.slice(before) : undefined));
  return lines.filter(({ level }) => level === 50);
}

const hasEvent = (event: string) => (lines: Running['log']) => lines.some((line) => line['event'] === event);

test(
  'whatever file is broken at SIGHUP: one line tells of it, what was before is kept, and the next SIGHUP takes the mended one',
  { timeout: 60_000 },
  async () => {
    const { folder, running } = await started();
    const port = await running.port();
    const shows = await authority.issue({ dns: ['ams-nl'] });
    const attached = async () => {
      const scamper = dialScamper(port, { monitorName: 'ams-nl', shows });
      await scamper.attach();
      return scamper;
    };
    const first = await attached();
    const client = attachClient(join(folder, 'sockets', readdirSync(join(folder, 'sockets'))[0] ?? ''));
    for (const [index, { what, file, by, code, plugin }] of every.entries()) {
      const path = join(folder, file);
      const good = readFileSync(path);
      rmSync(path);
      if (typeof by === 'string') writeFileSync(path, by);
      else by(path);
      const end = plugin === undefined ? 'reload.failed' : 'controller.reloaded';
      const told = await reloaded(running, hasEvent(end));
      expect(told, `${file} ${what}`).toEqual([expect.objectContaining({ event: 'reload.failed', level: 50, code })]);
      expect(told[0]?.['plugin']).toBe(plugin);
      expect(told[0]).toMatchObject({ remedy: expect.any(String) as unknown });
      client.send('ping\n');
      await client.until(`OK id-${index + 1}\n`);
      (await attached()).cut(); // by the certificates that were

      rmSync(path, { recursive: true, force: true });
      writeFileSync(path, good);
      expect(await reloaded(running, hasEvent('controller.reloaded'))).toEqual([]);
    }
    expect(first.violation).toBeUndefined();
  },
);

test('a stop does not wait for a configuration that does not come to an end', async () => {
  const { folder, running } = await started();
  writeFileSync(join(folder, FILE), "console.error('it hangs'); await new Promise(() => undefined);");
  running.signal('SIGHUP');
  await running.until(({ stderr }) => (stderr.includes('it hangs') ? true : undefined));
  running.signal('SIGINT');
  expect(await running.finished).toMatchObject({ code: 0, signal: null });
  expect(readdirSync(folder)).not.toContain('pid');
});
