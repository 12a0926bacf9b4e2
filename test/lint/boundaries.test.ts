import { fileURLToPath } from 'node:url';
import { ESLint, Linter } from 'eslint';
import tseslint from 'typescript-eslint';
import { describe, expect, test } from 'vitest';
import { boundaries } from '../../scripts/lint/boundaries.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** What the rule says of a file that would stand at `path`. */
function complaints(path: string, code: string): string[] {
  const linter = new Linter({ cwd: root });
  const config = {
    files: ['**/*.ts'],
    languageOptions: { parser: tseslint.parser },
    plugins: { ours: { rules: { boundaries } } },
    rules: { 'ours/boundaries': 'error' },
  } as Linter.Config;
  return linter.verify(code, config, { filename: `${root}${path}` }).map(({ message }) => message);
}

describe('crossing a boundary is an error', () => {
  test.each([
    [
      'core/session/session.ts',
      "import tcp from '../../plugins/tcp/index.js';",
      'plugins/tcp/index.ts is out of bounds',
    ],
    ['core/session/session.ts', "import type { Flags } from '../../cli/flags.js';", 'cli/flags.ts is out of bounds'],
    ['core/protocol/frame.ts', "export * from '../../plugin-sdk/index.js';", 'plugin-sdk/index.ts is out of bounds'],
    ['core/session/session.ts', "export { createController } from '../../index.js';", 'index.ts is out of bounds'],
    [
      'plugins/status/page/browser/main.ts',
      "import { connect } from '../../../../client/index.js';",
      'client/index.ts is out of bounds',
    ],
    ['plugins/status/page/browser/main.ts', "import { hash } from 'node:crypto';", 'node:crypto is not for this part'],
    [
      'core/session/session.ts',
      "const tls = await import('../../plugins/tls/index.js');",
      'plugins/tls/index.ts is out of bounds',
    ],
    [
      'core/session/session.ts',
      "type Tls = import('../../plugins/tls/index.js').default;",
      'plugins/tls/index.ts is out of bounds',
    ],
    ['core/session/session.ts', "import { createServer } from 'node:net';", 'node:net is not for this part'],
    ['core/session/session.ts', "import { readFile } from 'fs/promises';", 'node:fs/promises is not for this part'],
    ['core/session/session.ts', "const tls = await import('node:tls');", 'node:tls is not for this part'],
    ['core/session/session.ts', "const fs = process.getBuiltinModule('fs');", 'node:fs is not for this part'],
    ['core/session/session.ts', 'await import(name);', 'it is known at run time only'],
    [
      'core/protocol/names.ts',
      "import { connect, isIP } from 'node:net';",
      'of node:net only isIP, isIPv4, isIPv6 may be used',
    ],
    ['core/protocol/names.ts', "import * as net from 'node:net';", 'of node:net only isIP, isIPv4, isIPv6 may be used'],
    ['core/protocol/frame.ts', "import '../contract/errors.js';", 'core/contract/errors.ts is out of bounds'],
    ['core/session/held.ts', "import '../relay/relay.js';", 'core/relay/relay.ts is out of bounds'],
    ['core/relay/relay.ts', "import type { Hooks } from '../hooks/hooks.js';", 'core/hooks/hooks.ts is out of bounds'],
    ['core/relay/relay.ts', "import { Controller } from '../controller.js';", 'core/controller.ts is out of bounds'],
    ['core/session/held.ts', "import { Duplex } from 'node:stream';", 'node:stream is not for this part'],
    ['core/new-room/x.ts', "import '../protocol/serial.js';", 'core/protocol/serial.ts is out of bounds'],
    ['core/new-file.ts', "import './protocol/serial.js';", 'core/protocol/serial.ts is out of bounds'],
    [
      'plugin-sdk/index.ts',
      "export { Session } from '../core/session/session.js';",
      'core/session/session.ts is out of bounds',
    ],
    ['cli/run.ts', "import { Relay } from '../core/relay/relay.js';", 'core/relay/relay.ts is out of bounds'],
    ['testing/harness.ts', "import { Relay } from '../core/relay/relay.js';", 'core/relay/relay.ts is out of bounds'],
    ['config/file.ts', "import '../core/controller.js';", 'core/controller.ts is out of bounds'],
    ['config/file.ts', "import { run } from '../cli/run.js';", 'cli/run.ts is out of bounds'],
    [
      'plugins/tcp/index.ts',
      "import { Session } from '../../core/session/session.js';",
      'core/session/session.ts is out of bounds',
    ],
    [
      'plugins/tcp/index.ts',
      "import type { Link } from '../../core/streams/link.js';",
      'core/streams/link.ts is out of bounds',
    ],
    ['plugins/tcp/index.ts', "import tls from '../tls/index.js';", 'plugins/tls/index.ts is out of bounds'],
    ['plugins/tcp/index.ts', "await import('../tls/index.js');", 'plugins/tls/index.ts is out of bounds'],
    [
      'plugins/tcp/index.ts',
      "import { sdkErrors } from '../../plugin-sdk/errors.js';",
      'plugin-sdk/errors.ts is out of bounds',
    ],
    [
      'plugins/tcp/index.ts',
      "import { createController } from 'sc-remoted';",
      'this package imports itself by relative paths',
    ],
    ['plugins/tcp/index.ts', "import { defaultPlugins } from '../index.js';", 'plugins/index.ts is out of bounds'],
    [
      'plugins/index.ts',
      "import { Session } from '../core/session/session.js';",
      'core/session/session.ts is out of bounds',
    ],
    [
      'plugin-sdk/index.ts',
      "export { default } from '../plugins/tcp/index.js';",
      'plugins/tcp/index.ts is out of bounds',
    ],
    ['testing/harness.ts', "import { run } from '../cli/run.js';", 'cli/run.ts is out of bounds'],
    ['testing/harness.ts', "import '../plugins/index.js';", 'plugins/index.ts is out of bounds'],
    ['testing/harness.ts', "import '../core/controller.js';", 'core/controller.ts is out of bounds'],
    [
      'testing/harness.ts',
      "import zombie from '../plugins/zombie/index.js';",
      'plugins/zombie/index.ts is out of bounds',
    ],
    [
      'plugin-sdk/index.ts',
      "export { defaultPlugins } from '../plugins/index.js';",
      'plugins/index.ts is out of bounds',
    ],
    [
      'client/connect.ts',
      "import { ScrError } from '../core/contract/errors.js';",
      'core/contract/errors.ts is out of bounds',
    ],
    ['client/connect.ts', "import { Answer } from '../plugin-sdk/index.js';", 'plugin-sdk/index.ts is out of bounds'],
    ['client/connect.ts', "import { pino } from 'pino';", 'it needs no packages'],
    ['cli/run.ts', "import { Mux } from '../client/mux/mux.js';", 'client/mux/mux.ts is out of bounds'],
    ['core/session/session.ts', "import { connect } from '../../client/index.js';", 'client/index.ts is out of bounds'],
    ['cli/run.ts', "import tls from '../plugins/tls/index.js';", 'plugins/tls/index.ts is out of bounds'],
  ])('%s: %s', (path, code, objection) => {
    const found = complaints(path, code);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`${path} may not import`);
    expect(found[0]).toContain(objection);
  });
});

describe('what stays within the bounds is left alone', () => {
  test.each([
    ['core/session/session.ts', "import { advance } from '../protocol/serial.js'; import { pino } from 'pino';"],
    ['core/relay/relay.ts', "import { Session } from '../session/session.js'; import './channel.js';"],
    ['core/controller.ts', "import { Relay } from './relay/relay.js';"],
    ['core/protocol/names.ts', "import { isIPv4, isIPv6 } from 'node:net';"],
    ['config/file.ts', "import { statSync } from 'node:fs'; await import(url);"],
    ['core/plugins/load.ts', 'await import(location);'],
    [
      'plugins/tls/index.ts',
      "import { connect } from 'node:tls'; import { definePlugin } from '../../plugin-sdk/index.js';",
    ],
    ['plugins/tls/index.ts', "import { errors } from './errors.js'; import picomatch from 'picomatch';"],
    ['plugins/index.ts', "import('./tls/index.js');"],
    ['plugin-sdk/index.ts', "export { ScrError } from '../core/contract/errors.js';"],
    [
      'testing/harness.ts',
      "import { createController } from '../index.js'; import '../plugin-sdk/index.js'; import '../core/contract/views.js';",
    ],
    [
      'cli/run.ts',
      "import { createController } from '../index.js'; import { errors } from '../core/contract/errors.js';",
    ],
    ['cli/run.ts', "import { connect } from '../client/index.js';"],
    ['client/connect.ts', "import { connect } from 'node:net'; import { Mux } from './mux/mux.js';"],
    ['test/core/x.test.ts', "import tcp from '../../plugins/tcp/index.js';"],
  ])('%s: %s', (path, code) => {
    expect(complaints(path, code)).toEqual([]);
  });
});

test('npm run lint uses the rule, as an error', async () => {
  const eslint = new ESLint({ cwd: root });
  for (const file of [
    'core/session/session.ts',
    'plugins/tcp/index.ts',
    'plugin-sdk/index.ts',
    'client/index.ts',
    'cli/main.ts',
  ]) {
    const config = (await eslint.calculateConfigForFile(file)) as Linter.Config;
    expect(config.rules?.['ours/boundaries'], file).toEqual([2]);
  }
});
