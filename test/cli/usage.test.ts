import { chmodSync, chownSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import packageJson from '../../package.json' with { type: 'json' };
import { busyPort, linesOf, messagesIn, run, temporaryFolder } from './support/command.js';

const root = process.getuid?.() === 0;

const usage = `usage: sc_remoted [-?46Dv] [-O option] [-P [ip:]port] [-U directory] [-M mux]
                  [-c certificate -p private-key [-C ca]] [-e pidfile]
                  [-m metadata] [-Z zombie-time] [--config file | --no-config]
                  [--check-config] [--log-file file] [--log-format text|json]
`;

describe('a mistake on the command line: one line, the usage, exit 1', () => {
  const wrongAddress = 'Write port, ip:port or [ip6]:port, with a port from 0 to 65535.';
  const wrongTime = 'Give seconds, 0 to 10800, or 90s, 15m, 3h.';
  const tailorings = 'Known are allowgroup, allowother, debug, notimes, select, skipnameverification.';
  test.each([
    [['-x'], "unknown option '-x'"],
    [['--confg'], "unknown option '--confg'"],
    [
      ['list'],
      "unknown command 'list'; known are ls, run, policy, show, events, check, forget, log, plugins, create-plugin",
    ],
    [['31337'], "unexpected argument '31337'"],
    [['-4', 'extra', 'more'], "unexpected argument 'extra'"],
    [['--no-config', '--config', 'x'], 'give --config or --no-config, not both'],
    [['--config', 'x', '--no-config'], 'give --config or --no-config, not both'],
    [['-P'], "option '-P, --port <[ip:]port>' argument missing"],
    [['-U'], "option '-U, --directory <directory>' argument missing"],
    [['-O'], "option '-O, --tailor <option>' argument missing"],
    [['--config'], "option '--config <file>' argument missing"],
    [['-U', ''], "option '-U, --directory <directory>' argument '' is invalid. It is empty."],
    [['-P', 'abc'], `option '-P, --port <[ip:]port>' argument 'abc' is invalid. ${wrongAddress}`],
    [['-P', '65536'], `option '-P, --port <[ip:]port>' argument '65536' is invalid. ${wrongAddress}`],
    [['-P', '-4'], `option '-P, --port <[ip:]port>' argument '-4' is invalid. ${wrongAddress}`],
    [['-P', '::1:80'], `option '-P, --port <[ip:]port>' argument '::1:80' is invalid. ${wrongAddress}`],
    [['-P', 'localhost:80'], `option '-P, --port <[ip:]port>' argument 'localhost:80' is invalid. ${wrongAddress}`],
    [['-Z', '10801'], `option '-Z, --zombie-time <seconds>' argument '10801' is invalid. ${wrongTime}`],
    [['-Z', '4h'], `option '-Z, --zombie-time <seconds>' argument '4h' is invalid. ${wrongTime}`],
    [['-Z', '-1'], `option '-Z, --zombie-time <seconds>' argument '-1' is invalid. ${wrongTime}`],
    [['-O', 'fast'], `option '-O, --tailor <option>' argument 'fast' is invalid. ${tailorings}`],
  ])('%j', async (args, line) => {
    expect(await run(args)).toMatchObject({ code: 1, stdout: '', stderr: `sc_remoted: ${line}\n${usage}` });
  });
});

describe('what cannot be started: one line with a stable code, exit 1', () => {
  test.each([
    [['-c', 'cert.pem'], 'SCR_FLAG_TLS: -c and -p go together; give the certificate with -c and its key with -p'],
  ])('%j', async (args, line) => {
    expect(await run(args)).toMatchObject({ code: 1, stdout: '', stderr: `sc_remoted: ${line}\n` });
  });

  test.each([
    ['-4', '[::1]:0'],
    ['-6', '127.0.0.1:0'],
  ])('%s -P %s', async (family, address) => {
    const { code, stderr } = await run([family, '-P', address]);
    expect(stderr).toBe(
      'sc_remoted: SCR_CONFIG_INVALID: fix these:\n' +
        `  command line: plugin tcp: SCR_LISTEN_FAMILY: listen ${address}: the address does not belong to the family asked for; ` +
        'drop -4 or -6, or use an address of that family\n',
    );
    expect(code).toBe(1);
  });

  test('a busy port', async () => {
    const port = await busyPort();
    const { code, stderr } = await run(['-P', `127.0.0.1:${port}`]);
    expect(messagesIn(stderr)).toBe(
      `sc_remoted: SCR_PORT_BUSY: 127.0.0.1:${port}: the port is already in use (listen EADDRINUSE: address already in use ` +
        `127.0.0.1:${port}); stop the program that uses it, or choose another port with -P\n`,
    );
    expect(linesOf(stderr)).toEqual([]); // nothing of a stop: it never ran
    expect(code).toBe(1);
  });

  test('an address of another machine', async () => {
    const { code, stderr } = await run(['-P', '192.0.2.1:0']);
    expect(messagesIn(stderr)).toMatch(
      /^sc_remoted: SCR_ADDRESS_UNAVAILABLE: 192\.0\.2\.1:0: this machine does not have the address .*\n$/,
    );
    expect(code).toBe(1);
  });

  test('a directory that cannot be made', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'file'), '');
    const { code, stderr } = await run(['-P', '127.0.0.1:0', '-U', 'file/sockets'], { cwd: folder });
    expect(code).toBe(1);
    expect(stderr).toContain(
      `SCR_EXPORT_DIRECTORY: ${folder}/file/sockets: the directory for the sockets cannot be used`,
    );
  });
});

test('-? and --help print all options and exit 0', async () => {
  const [short, long] = await Promise.all([run(['-?']), run(['--help'])]);
  expect(short).toMatchObject({ code: 0, stderr: '' });
  expect(long.stdout).toBe(short.stdout);
  const flags = [...short.stdout.matchAll(/^ {2}(-\S)?/gm)].map(([, flag]) => flag);
  expect(flags.filter((flag) => flag !== undefined)).toEqual(
    ['-v', '-4', '-6', '-D', '-O', '-P', '-U', '-M', '-c', '-p', '-C', '-e', '-m', '-Z'].concat([
      '--',
      '--',
      '--',
      '--',
      '--',
      '-?',
    ]),
  );
});

test('-v prints the version of the package and exits 0', async () => {
  expect(await run(['-v'])).toMatchObject({ code: 0, stdout: `${packageJson.version}\n`, stderr: '' });
});

describe('--check-config', () => {
  const limits =
    'limits: {"clientBuffer":4194304,"backlogs":134217728,"clientStall":15,"sharedStall":2,"instanceBuffer":1048576,"channels":1024,"handshakes":4096,"addressHandshakes":1024,"addressRate":200,"instances":100000,"addressInstances":10000,"ipv4Prefix":32,"ipv6Prefix":64}';

  test('prints what would run without a file', async () => {
    const result = await run(['--check-config', '-4', '-U', '/run/sockets', '-O', 'debug']);
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toBe(`configuration file: none, the defaults are used
plugins, in order:
  1. tcp (built in) {"family":"ipv4","listen":31337}
  2. unix-export (built in) {"directory":"/run/sockets","allowSharedDirectory":false}
  3. access (built in) {"rules":[]}
  4. zombie (built in) {"time":900,"most":10000,"mostPerAddress":10000}
${limits}
`);
  });

  test.each([
    [['-c', 'c.pem', '-p', 'k.pem'], true],
    [[], true],
    [['-c', 'c.pem', '-p', 'k.pem', '-C', 'ca.pem'], false],
  ])('-O skipnameverification with %j: told that it changes nothing: %s', async (tls, told) => {
    const { code, stderr } = await run(['--check-config', '-O', 'skipnameverification', ...tls]);
    expect(linesOf(stderr)).toMatchObject(
      told
        ? [
            {
              level: 40,
              event: 'option.skipnameverification',
              msg: '-O skipnameverification changes nothing: no client certificates are required',
            },
          ]
        : [],
    );
    expect(code).toBe(0);
  });

  test('prints the file, plugins from elsewhere, their versions and effective options; secrets are hidden', async () => {
    const folder = temporaryFolder();
    writeFileSync(
      join(folder, 'mine.mjs'),
      `export default { name: 'mine', version: '1.2.3', api: 1, setup() {}, schema: { properties: {
        token: { type: 'string', writeOnly: true },
        size: { type: 'integer', default: 7 },
        inner: { type: 'object', properties: { key: { type: 'string', writeOnly: true }, open: { type: 'boolean' } } },
      } } };`,
    );
    const plugins = [['./mine.mjs', { token: 'hush-1', inner: { key: 'hush-2', open: true } }]];
    writeFileSync(
      join(folder, 'sc-remoted.config.js'),
      `export default ${JSON.stringify({ plugins, limits: { channels: 3 } })};`,
    );
    const result = await run(['--check-config'], { cwd: folder });
    expect(result).toMatchObject({ code: 0, stderr: '' });
    expect(result.stdout).toBe(`configuration file: ${folder}/sc-remoted.config.js
plugins, in order:
  1. mine 1.2.3 (file://${folder}/mine.mjs) {"token":"(hidden)","inner":{"key":"(hidden)","open":true},"size":7}
${limits.replace('"channels":1024', '"channels":3')}
`);
  });

  test('tells every mistake of the file at once, each with its place, and exits 1', async () => {
    const folder = temporaryFolder();
    const plugins = [['tcp', { listen: 70_000, fast: true }], ['zombie', { time: 'long' }], 'nowhere', 'tcp'];
    writeFileSync(join(folder, '.sc-remotedrc.json'), JSON.stringify({ plugins }));
    const { code, stdout, stderr } = await run(['--check-config'], { cwd: folder });
    const file = `${folder}/.sc-remotedrc.json`;
    const [first, ...lines] = stderr.trimEnd().split('\n');
    expect(first).toBe('sc_remoted: SCR_CONFIG_INVALID: fix these:');
    expect(lines).toEqual([
      `  ${file}: plugin tcp: fast: unknown option; known are listen, family`,
      `  ${file}: plugin tcp: listen: must be <= 65535`,
      `  ${file}: plugin zombie: time: must match pattern "^[0-9]{1,5}[smh]?$"`,
      expect.stringMatching(`^ {2}${file}: SCR_PLUGIN_NOT_FOUND: nowhere: no such plugin .*npm install`),
      `  ${file}: SCR_PLUGIN_TWICE: tcp: the plugin is listed twice; list each plugin once; two plugins need two names`,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  test('every mistake is told in one go: of form, of options, of plugins that are not there, of set-up', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'cf.config.js');
    writeFileSync(
      file,
      `export default { plugins: [["tcp",{lisen:1,family:"x"}],["zombie",{time:"5h"}],["access",{rules:[{mtch:"x"}]}],
        "nope","./nofile.js",7,null,[],["tls",null]], limits:{channels:0,foo:1}, plugin: 3 };`,
    );
    const { code, stderr } = await run(['--check-config', '--config', file], { cwd: '/' });
    const limits =
      'clientBuffer, backlogs, clientStall, sharedStall, instanceBuffer, channels, handshakes, addressHandshakes, addressRate, instances, addressInstances, ipv4Prefix, ipv6Prefix';
    const notFound =
      'no such plugin .*; check the name; a third party plugin must be installed beside the configuration file';
    expect(stderr.trimEnd().split('\n')).toEqual([
      'sc_remoted: SCR_CONFIG_INVALID: fix these:',
      `  ${file}: plugin: unknown option; known are plugins, limits`,
      `  ${file}: plugins[5]: expected string or array or object`,
      `  ${file}: plugins[6]: expected string or array or object`,
      `  ${file}: plugins[7]: expected at least 1 item`,
      `  ${file}: limits.foo: unknown option; known are ${limits}`,
      `  ${file}: limits.channels: must be >= 1`,
      `  ${file}: plugin tcp: lisen: unknown option; known are listen, family`,
      `  ${file}: plugin tcp: family: expected one of ["any","ipv4","ipv6"]`,
      `  ${file}: plugin access: rules[0].match: missing`,
      `  ${file}: plugin access: rules[0].mtch: unknown option; known are match, allowGroup, allowOther, group, certificates, allowNetwork`,
      expect.stringMatching(`^ {2}${file}: SCR_PLUGIN_NOT_FOUND: nope: ${notFound}`),
      expect.stringMatching(`^ {2}${file}: SCR_PLUGIN_NOT_FOUND: ./nofile.js: ${notFound}`),
      `  ${file}: plugin tls: options: expected object`,
      `  ${file}: plugin zombie: SCR_ZOMBIE_TIME: time 5h: this is longer than an instance may be kept; give at most 3h, 180m or 10800 seconds`,
    ]);
    expect(code).toBe(1);
  });

  test('what fails in set-up is told of each plugin, with the file', async () => {
    const folder = temporaryFolder();
    const file = join(folder, '.sc-remotedrc.json');
    writeFileSync(file, '{ "plugins": [["zombie", { "time": "181m" }], ["tcp", { "listen": "x" }]] }');
    const { stderr } = await run(['--check-config'], { cwd: folder });
    expect(stderr.split('\n').slice(1, 3)).toEqual([
      expect.stringContaining(`${file}: plugin zombie: SCR_ZOMBIE_TIME: time 181m: `),
      expect.stringContaining(`${file}: plugin tcp: SCR_LISTEN_INVALID: listen x: `),
    ]);
  });

  test('an only mistake of set-up names the file and the plugin too', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, '.sc-remotedrc.json'), '{ "plugins": [["zombie", { "time": "181m" }]] }');
    const { stderr } = await run(['--check-config'], { cwd: folder });
    expect(stderr).toContain(`${folder}/.sc-remotedrc.json: plugin zombie: SCR_ZOMBIE_TIME: time 181m: `);
  });

  test.each([
    ['a mistake in its syntax', 'const a = 1;\nexport default {\n  plugins: [}\n};', "c.mjs:3: Unexpected token '}'"],
    ['a throw', '\nthrow new Error("no");\nexport default {};', 'c.mjs:2: no'],
    [
      'an export that is not there',
      '\nimport { x } from "./fine.mjs";\nexport default x;',
      'c.mjs:2: The requested module',
    ],
  ])('%s in a module is told with file and line', async (_what, content, told) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'c.mjs'), content);
    writeFileSync(join(folder, 'fine.mjs'), 'export default 1;');
    const { code, stderr } = await run(['--check-config', '--config', 'c.mjs'], { cwd: folder });
    expect(stderr).toContain(`: the configuration file cannot be loaded (${folder}/${told}`);
    expect(code).toBe(1);
  });

  test('a module that Node takes for CommonJS is told with what to do', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }');
    writeFileSync(join(folder, 'sc-remoted.config.js'), 'export default {};');
    const { code, stderr } = await run(['--check-config'], { cwd: folder });
    expect(stderr).toContain(
      `(${folder}/sc-remoted.config.js:1: Unexpected token 'export': it is taken for CommonJS; ` +
        'set "type": "module" in its package.json, or call it .mjs)',
    );
    expect(code).toBe(1);
  });

  test('a module that never finishes loading is told after 10 s', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'c.mjs'), 'await new Promise(() => {}); export default {};');
    const { code, stderr } = await run(['--check-config', '--config', 'c.mjs'], { cwd: folder });
    expect(stderr).toBe(
      `sc_remoted: SCR_CONFIG_BROKEN: ${folder}/c.mjs: the configuration file cannot be loaded ` +
        '(it had not finished loading after 10 s); fix the file; --check-config tells when it loads\n',
    );
    expect(code).toBe(1);
  });

  test('a file that does not load is told in one line', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'sc-remoted.config.js'), 'export default {');
    const { code, stderr } = await run(['--check-config'], { cwd: folder });
    expect(stderr).toMatch(
      /^sc_remoted: SCR_CONFIG_BROKEN: .*sc-remoted\.config\.js: the configuration file cannot be loaded \(.*sc-remoted\.config\.js:1: Unexpected end of input\); fix the file.*\n$/,
    );
    expect(code).toBe(1);
  });

  test('a missing file named with --config', async () => {
    const { code, stderr } = await run(['--check-config', '--config', '/nowhere.js']);
    expect(stderr).toMatch(
      /^sc_remoted: SCR_CONFIG_NOT_FOUND: \/nowhere\.js: there is no such configuration file \(no such file\); check .*\n$/,
    );
    expect(code).toBe(1);
  });
});

describe('a configuration file that is merely found must be trusted', () => {
  function folderWithFile(): { folder: string; file: string } {
    const folder = temporaryFolder();
    const file = join(folder, 'sc-remoted.config.js');
    writeFileSync(file, "process.stdout.write('ran'); export default { plugins: ['tcp'] };");
    return { folder, file };
  }

  async function expectRefused(folder: string, file: string, why: string): Promise<void> {
    expect(await run(['--check-config'], { cwd: folder })).toMatchObject({
      code: 1,
      stdout: '',
      stderr:
        `sc_remoted: SCR_CONFIG_UNTRUSTED: ${file}: a configuration file was found that somebody else owns or may change; it is not run ` +
        `(${file} ${why}); name it with --config to use it, or start elsewhere, or pass --no-config\n`,
    });
  }

  test('one that everybody may change is not run', async () => {
    const { folder, file } = folderWithFile();
    chmodSync(file, 0o666);
    await expectRefused(folder, file, 'may be changed by others');
    const named = await run(['--check-config', '--config', file]);
    expect(named).toMatchObject({ code: 0, stderr: '' });
    expect(named.stdout).toContain('ran');
  });

  test.skipIf(!root)('one that another user owns is not run (only root can give a file away)', async () => {
    const { folder, file } = folderWithFile();
    chownSync(file, 65_534, 65_534);
    await expectRefused(folder, file, 'belongs to somebody else');
    expect((await run(['--check-config', '--no-config'], { cwd: folder })).code).toBe(0);
  });

  test.skipIf(!root)("root's file serves other users (only root can become another user)", async () => {
    const { folder } = folderWithFile();
    chmodSync(folder, 0o755);
    const result = await run(['--check-config'], { cwd: folder, uid: 65_534, gid: 65_534 });
    expect(result).toMatchObject({ code: 0, stderr: '' });
  });
});
