import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { run, temporaryFolder } from './support/command.js';

/** A plugin as somebody else may have written it. */
const mine = (name: string, more = ''): string => `export default { name: '${name}', api: 1, ${more}
  schema: { properties: { token: { type: 'string', writeOnly: true }, size: { type: 'integer', default: 7 } } },
  setup({ hooks }) {
    hooks.expire.tap(() => undefined);
    hooks.authenticate.tap(() => undefined);
    hooks.start.tap(() => { throw new Error('nothing is started'); });
  },
};`;

/** Installs a package, as npm would. */
function install(folder: string, name: string, manifest: object, code?: string): string {
  const place = join(folder, 'node_modules', name);
  mkdirSync(place, { recursive: true });
  writeFileSync(
    join(place, 'package.json'),
    JSON.stringify({ name, type: 'module', exports: './index.js', ...manifest }),
  );
  if (code !== undefined) writeFileSync(join(place, 'index.js'), code);
  return place;
}

test('without a configuration file: the default plugins, their hooks and options', async () => {
  const { code, stdout, stderr } = await run(['plugins', '--no-config']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const [file, title, ...lines] = stdout.split('\n');
  expect([file, title]).toEqual(['configuration file: none, the defaults are used', 'plugins, in order:']);
  expect(lines.filter((line) => /^ {2}\d/.test(line))).toEqual(
    ['tcp', 'unix-export', 'access', 'zombie'].map(
      (name, index) => `  ${index + 1}. ${name} ${packageJson.version} (built in)`,
    ),
  );
  expect(lines.slice(0, 3)).toEqual([
    `  1. tcp ${packageJson.version} (built in)`,
    '     hooks: start, reload, stop',
    '     options: {"listen":31337,"family":"any"}',
  ]);
});

test('plugins of every kind: version, source, hooks; secrets are hidden', async () => {
  const folder = temporaryFolder();
  install(folder, 'sc-remoted-plugin-one', { version: '1.2.3' }, mine('one', "version: '1.2.3-beta',"));
  install(folder, '@me/two', { version: '2.0.0', keywords: ['sc-remoted-plugin'] }, mine('two'));
  writeFileSync(join(folder, 'three.mjs'), mine('three'));
  writeFileSync(join(folder, 'four.mjs'), "export default { name: 'four', api: 1, schema: {}, setup() {} };");
  const plugins = [['./three.mjs', { token: 'hush' }], '@me/two', 'one', './four.mjs'];
  writeFileSync(join(folder, 'my.json'), JSON.stringify({ plugins }));
  const result = await run(['plugins', '--config', 'my.json'], { cwd: folder });
  expect(result).toMatchObject({ code: 0, stderr: '' });
  expect(result.stdout).toBe(`configuration file: ${folder}/my.json
plugins, in order:
  1. three (file://${folder}/three.mjs)
     hooks: start, authenticate, expire
     options: {"token":"(hidden)","size":7}
  2. two 2.0.0 (package @me/two)
     hooks: start, authenticate, expire
     options: {"size":7}
  3. one 1.2.3-beta (package sc-remoted-plugin-one)
     hooks: start, authenticate, expire
     options: {"size":7}
  4. four (file://${folder}/four.mjs)
     hooks: none
     options: {}
handlers of each hook, in the order they run:
  start: three, two, one
  authenticate: three, two, one
  expire: three, two, one
`);
});

test('plugins that are installed but not configured, each once, wherever npm put them', async () => {
  const outer = temporaryFolder();
  const folder = join(outer, 'inner');
  install(outer, 'sc-remoted-plugin-far', { version: '1.0.0' });
  install(outer, 'sc-remoted-plugin-near', { version: '1.0.0' });
  install(folder, 'sc-remoted-plugin-near', { version: '2.0.0' });
  install(folder, '@me/sc-remoted-plugin-scoped', { version: '3.0.0', keywords: ['sc-remoted-plugin'] });
  install(folder, 'unmarked', { version: '4.0.0' });
  install(folder, 'sc-remoted-plugin-broken', { version: 5 });
  const linked = install(outer, 'elsewhere', { name: 'sc-remoted-plugin-linked', version: '6.0.0' }, mine('linked'));
  symlinkSync(linked, join(folder, 'node_modules/sc-remoted-plugin-linked'));
  writeFileSync(join(folder, '.sc-remotedrc.json'), JSON.stringify({ plugins: ['linked'] }));
  const { code, stdout } = await run(['plugins'], { cwd: folder });
  expect(code).toBe(0);
  expect(stdout).toContain('  1. linked 6.0.0 (package sc-remoted-plugin-linked)\n');
  const others = stdout.split('installed, but not configured:\n')[1];
  expect(others).toBe(
    '  @me/sc-remoted-plugin-scoped 3.0.0\n  sc-remoted-plugin-far 1.0.0\n  sc-remoted-plugin-near 2.0.0\n',
  );
});

test('what keeps the plugins from running is told, exit 1', async () => {
  const folder = temporaryFolder();
  const plugins = [['tcp', { fast: true }], 'nowhere'];
  writeFileSync(join(folder, 'my.json'), JSON.stringify({ plugins }));
  const { code, stdout, stderr } = await run(['plugins', '--config', 'my.json'], { cwd: folder });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toMatch(
    /^sc_remoted: SCR_CONFIG_INVALID: fix these:\n.*plugin tcp: fast: unknown option.*\n.*SCR_PLUGIN_NOT_FOUND: nowhere: .*\n$/,
  );
  const missing = await run(['plugins', '--config', 'no.json'], { cwd: folder });
  expect(missing.code).toBe(1);
  expect(missing.stderr).toContain(`SCR_CONFIG_NOT_FOUND: ${folder}/no.json: `);
});

test.each([
  [['-x'], "unknown option '-x'"],
  [['tcp'], "unexpected argument 'tcp'"],
  [['--no-config', '--config', 'x'], 'give --config or --no-config, not both'],
  [['--config'], "option '--config <file>' argument missing"],
])('a mistake on the command line: %j', async (args, line) => {
  const stderr = `sc_remoted: ${line}\nusage: sc-remoted plugins [--config file | --no-config]\n`;
  expect(await run(['plugins', ...args])).toMatchObject({ code: 1, stdout: '', stderr });
});

test('-? explains; the help of sc-remoted names the commands', async () => {
  const own = await run(['plugins', '-?']);
  expect(own).toMatchObject({ code: 0, stderr: '' });
  expect(own.stdout).toMatch(/^Usage: sc-remoted plugins \[--config file \| --no-config\]\n/);
  const { stdout } = await run(['-?']);
  expect(stdout).toMatch(/^ {2}plugins \[--config/m);
  expect(stdout).toMatch(/^ {2}create-plugin NAME/m);
});
