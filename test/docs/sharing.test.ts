import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ask } from '../../cli/policy-test/ask.js';
import { originOf } from '../../cli/policy-test/origin.js';
import { told } from '../../cli/policy-test/told.js';
import { parse } from '../../cli/policy-test/wish.js';
import { type Settings, entriesNamed, resolveSettings } from '../../cli/settings.js';
import { type ClientOrigin, definePlugin } from '../../plugin-sdk/index.js';
import audit from '../../plugins/audit/index.js';
import { describeNeeding } from '../support/needing.js';
import { type TestBench, memoryPair, startBench } from '../../testing/index.js';
import { clientFrom } from '../plugins/policy/support.js';
import { tempDirectory } from '../plugins/support/local.js';
import { blocksOf, plain, read, rowsOf, section, wordsOf } from './support/pages.js';

const page = 'docs/sharing.md';
const blocks = blocksOf(page);

function textsOf(kind: string): string[] {
  return blocks.filter(({ info }) => info === kind).map(({ text }) => text);
}

/** The system that runs the tests has neither the group nor the user: numbers stand for them. */
function asNumbers(text: string): string {
  return text.replace("groups: ['dns-study']", 'groups: [4243]').replace('--user alice', '--user 4242 --group 4243');
}

/** The page's configuration, with the files that it names. */
async function shown(): Promise<Settings> {
  const folder = tempDirectory();
  writeFileSync(join(folder, 'shown.config.mjs'), asNumbers(textsOf('js configuration').join('')));
  writeFileSync(join(folder, 'no-probe.txt'), '192.0.2.66\n');
  writeFileSync(join(folder, 'vps.txt'), 'ams-nl cc NL\nlax-us cc US\n');
  return resolveSettings({ tailor: [], config: 'shown.config.mjs' }, folder);
}

test('policy test says what is shown', async () => {
  const settings = await shown();
  const dialogue = textsOf('console sharing').join('');
  const lines = dialogue.split('\n').filter((line) => line.startsWith('$ '));
  const answers = lines.map(async (line) => {
    const [, , , ...argv] = wordsOf(asNumbers(line));
    const wish = parse(argv);
    return `${line}\n${told(await ask({ ...wish, origin: await originOf(wish) }, settings))}`;
  });
  expect((await Promise.all(answers)).join('')).toBe(dialogue);
});

const student = (uid: number): ClientOrigin => ({ credentials: { uid, gid: 4243, pid: 1 } });

/** Lets in nobody who comes over plain TCP, as `access` does. */
const guard = definePlugin({
  name: 'guard',
  schema: { type: 'object' },
  setup: ({ hooks }) => hooks.open.tap(({ origin }) => (origin.peer === undefined ? undefined : { deny: 'no' })),
});

/** The policy that is shown, with a trail. */
async function startShown(): Promise<{ readonly bench: TestBench; readonly directory: string }> {
  const settings = await shown();
  const { directory } = settings;
  const ruled = ['metadata', 'policy'].flatMap((name) => entriesNamed(settings, name));
  const bench = await startBench([[audit, { file: 'audit.log' }], guard, ...ruled], { directory });
  onTestFinished(() => bench.stop());
  return { bench, directory };
}

/** Sends the same from one client until it is refused. @returns the refusal */
async function untilRefused(bench: TestBench, origin: ClientOrigin, command: string): Promise<string> {
  const send = clientFrom(bench, origin);
  for (let tries = 0; tries < 100; tries++) {
    const answer = await send(command);
    if (answer.endsWith(')')) return answer;
  }
  throw new Error('it was never refused');
}

/** What a researcher is told who is refused for each of the reasons, and where the trail of that is. */
async function refusedForAll(): Promise<{ readonly answers: readonly string[]; readonly directory: string }> {
  const { bench, directory } = await startShown();
  let tasks = 0;
  await bench.attach({
    monitorName: 'ams-nl',
    script: { line: (scamper, channel) => scamper.send(channel, `OK id-${++tasks}\n`) },
  });
  const send = clientFrom(bench, student(1));
  const answers = [
    await send('ping 198.51.100.9'),
    await untilRefused(bench, student(2), 'ping 192.0.2.9'),
    await send('ping 192.0.2.66'),
    await send('ping www.example.com'),
    await send('sting 192.0.2.1'),
    await clientFrom(bench, {})('ping 192.0.2.9'),
  ];
  const [ours] = memoryPair();
  const peer = { kind: 'ip', address: '2001:db8::5', port: 7 } as const;
  expect(() => bench.instance().connect(ours, { peer })).toThrow('no');
  await bench.attach({
    monitorName: 'ams-nl',
    script: { line: (scamper, channel) => scamper.send(channel, 'ERR command not accepted\n') },
  });
  answers.push(await untilRefused(bench, student(3), 'ping 192.0.2.9'));
  await bench.stop();
  return { answers: answers.sort(), directory };
}

test('a researcher is told what is shown', async () => {
  const rows = rowsOf(section(read(page), '## What the researcher sees when it is refused'));
  expect((await refusedForAll()).answers).toEqual(rows.map(([line = '']) => plain(line)).sort());
});

const hasJq = spawnSync('jq', ['--version']).error === undefined;
describeNeeding(hasJq ? undefined : 'jq not found: apt-get install jq', 'jq', () => {
  test('the operator finds it in the trail', async () => {
    const { directory } = await refusedForAll();
    const queries = textsOf('sh jq');
    expect(queries.length).toBeGreaterThan(5);
    for (const query of queries) {
      const { status, stdout, stderr } = spawnSync('sh', ['-c', query], { cwd: directory, encoding: 'utf8' });
      expect({ query, status, stderr, isEmpty: stdout === '' }).toEqual({
        query,
        status: 0,
        stderr: '',
        isEmpty: false,
      });
    }
  });
});
