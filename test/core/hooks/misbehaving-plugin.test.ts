import { once } from 'node:events';
import { describe, expect, test } from 'vitest';
import { type HookName, hookNames } from '../../../core/hooks/hooks.js';
import { createController } from '../../../index.js';
import unixExport from '../../../plugins/unix-export/index.js';
import {
  type PluginController,
  type PluginEntry,
  ScrError,
  type Sink,
  defineService,
} from '../../../plugin-sdk/index.js';
import {
  FakeClock,
  type SimClient,
  type SimScamper,
  type TestBench,
  TestLog,
  settle,
  silent,
  startBench,
} from '../../../testing/index.js';
import { temporaryFolder } from '../../cli/support/command.js';
import { type Misbehaviour, misbehaviours } from '../support/misbehaviour.js';
import { NotingSink, sinkThat } from '../support/noting-sink.js';
import { plugin } from '../support/plugins.js';

type Manner = Pick<Misbehaviour, 'what' | 'handler'>;

/** Have those fail, or answer, whose time was up. */
const late: (() => void)[] = [];

/** Beyond what each hook is tested with. */
const manners: readonly Manner[] = [
  ...misbehaviours,
  { what: 'rejects when its time is up', handler: () => new Promise((_, reject) => late.push(() => reject(new Error('broken')))) }, // prettier-ignore
  { what: 'answers when its time is up', handler: () => new Promise((resolve) => late.push(() => resolve({ stream: 5 }))) }, // prettier-ignore
  { what: 'returns what throws when it is looked at', handler: () => revoked() },
  { what: 'resolves with what throws when it is looked at', handler: () => Promise.resolve(new Proxy({}, unreadable)) },
  { what: 'returns what it was given no right to', handler: () => ({ stream: 5, refuse: 5, deny: 5, keepFor: 'x', mode: 0o7777, monitorName: 5 }) }, // prettier-ignore
  { what: 'returns a symbol', handler: () => Symbol('nonsense') },
];

const unreadable: ProxyHandler<object> = {
  get: (_target, key) => {
    if (key === 'then') return undefined; // or it would not be what the promise comes to
    throw new Error('broken');
  },
};

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

/** What a hook's misbehaving handler is met with. */
interface Case {
  readonly bench: TestBench;
  readonly honest: SimScamper;
  readonly manner: Manner;
}

/** Has the hook asked. @returns what failed for it, where that is not told by the log */
type Occasion = (at: Case) => Promise<unknown>;

/** Whoever has not answered by then is out of time. */
async function timeOut(clock: FakeClock): Promise<void> {
  await settle();
  await clock.standStill(30_000);
}

/** A stranger dials in and comes to nothing, or not; nobody waits for longer than a handler may take. */
async function dialIn({ bench, honest }: Case, resumes = false): Promise<void> {
  const scamper = bench.dial({ script: silent });
  const over = once(scamper.stream, 'close');
  const wait = (): Promise<void> => {
    honest.keepalive();
    return timeOut(bench.clock);
  };
  if (resumes) scamper.resume(scamper.stream).catch(() => undefined);
  else scamper.hello();
  await wait();
  scamper.cut();
  await over;
  await wait();
}

async function failureOf(task: () => unknown): Promise<unknown> {
  try {
    await task();
    return undefined;
  } catch (failure) {
    return failure;
  }
}

/** A hook that is called once in a controller's life has a controller of its own. */
const inAnother =
  (hook: 'start' | 'stop'): Occasion =>
  async ({ manner }) => {
    const [clock, logger] = [new FakeClock(), new TestLog()];
    const broken = plugin('broken', ({ hooks }) => hooks[hook].tap(manner.handler as () => undefined));
    const controller = await createController({ plugins: [broken], clock, logger });
    const started = failureOf(() => controller.start());
    await timeOut(clock);
    const failure = await started;
    const stopped = controller.stop();
    await timeOut(clock);
    await stopped;
    return failure ?? logger.of('hook.failed').at(-1)?.fields;
  };

/** Typed so that none can be missing. */
const occasions: Readonly<Record<HookName, Occasion>> = {
  start: inAnother('start'),
  stop: inAnother('stop'),
  reload: async ({ bench }) => {
    const reload = bench.controller.reload();
    await timeOut(bench.clock);
    await reload;
  },
  accept: dialIn,
  recall: (at) => dialIn(at, true),
  authenticate: dialIn,
  attach: dialIn,
  disconnect: dialIn,
  expire: dialIn,
  localSocket: dialIn,
  open: ({ bench }) => failureOf(() => bench.instance(0).open(new NotingSink())),
  data: async ({ bench }) => {
    const victim = bench.client(bench.instance(0));
    victim.send('ping\n');
    await victim.end;
  },
};

/** What is right all the same. */
const right = new Set(['recall returns an empty object', 'localSocket returns an empty object']);

/** Whether what failed, or the log, says whose handler it was. */
function namesPlugin(told: unknown, lines: readonly unknown[]): boolean {
  const failure = told instanceof ScrError ? { plugin: told.plugin, message: told.message } : told;
  return JSON.stringify([failure, lines]).includes('broken');
}

/** Its measurements have come so often by then. */
async function measures(client: SimClient, times: number): Promise<void> {
  client.send('ping\n');
  await expect.poll(() => client.text.split('DATA').length - 1, { interval: 1 }).toBe(times);
}

function sockets(): PluginEntry {
  return [unixExport, { directory: temporaryFolder() }];
}

test.each(hookNames)(
  'whatever a handler of %s does, an honest instance and its client go on, others come, and the log names the plugin',
  async (hook) => {
    let manner: Manner | undefined;
    const broken = plugin('broken', ({ hooks }) => {
      const asked: { tap(handler: () => undefined): void } = hooks[hook];
      asked.tap(() => manner?.handler() as undefined);
    });
    await using bench = await startBench([...(hook === 'localSocket' ? [sockets()] : []), broken]);
    const honest = await bench.attach({ monitorName: 'honest' });
    const client = bench.client();
    await client.until('MORE');
    for (const [index, each] of manners.entries()) {
      const before = bench.log.lines.length;
      manner = each;
      const told = await occasions[hook]({ bench, honest, manner: each });
      manner = undefined;
      for (const happen of late.splice(0)) happen();
      const what = `${hook} ${each.what}`;
      const lines = bench.log.lines.slice(before).filter(({ level }) => level === 'warn' || level === 'error');
      if (!right.has(what)) expect(namesPlugin(told, lines), what).toBe(true);
      await measures(client, index * 2 + 1);
      honest.keepalive();
      const other = await bench.attach();
      const others = bench.client();
      await measures(others, 1);
      other.cut();
      await others.end;
      await measures(client, index * 2 + 2);
    }
    expect(honest.violation).toBeUndefined();
  },
);

const here = 'misbehaving-plugin.test';

/** How a call that nobody waits for goes wrong. */
const failures: readonly (readonly [how: string, fail: () => never])[] = [
  [
    'throws',
    () => {
      throw new Error('broken');
    },
  ],
  ['rejects', (() => Promise.reject(new Error('broken'))) as () => never],
];

const service = defineService<object>('broken');

/** What else the core calls of a plugin: how it is given, to an instance with a client that has just come. */
const callees: readonly (readonly [
  what: string,
  give: (controller: PluginController<object>, fail: () => never) => Sink | undefined,
])[] = [
  ['the data of a sink', (_, fail) => sinkThat({ data: fail })],
  ['the end of a sink', (_, fail) => sinkThat({ end: fail })],
  ['the pace of a sink', (_, fail) => sinkThat({ pace: fail })],
  ['the closed of a sink', (_, fail) => sinkThat({ closed: fail })],
  [
    'a task at the end of a turn',
    (controller, fail) => {
      controller.atTurnEnd(fail);
      return undefined;
    },
  ],
  ['what watches a service', (controller, fail) => {
    controller.watch(service, fail);
    controller.notify(service);
    return undefined;
  }], // prettier-ignore
  ['an observer', (controller, fail) => void controller.observe('attached', fail)],
  ['a listener of onClose', (controller, fail) => {
    controller.observe('attached', (channel) => channel.onClose(fail));
    return undefined;
  }], // prettier-ignore
];

describe.each(callees)('where %s', (_what, give) => {
  test.each(failures)('%s, the others go on, and the log says whose it was', async (_how, fail) => {
    let face: PluginController<object> | undefined;
    const broken = plugin('broken', (controller) => void (face = controller));
    await using bench = await startBench([broken], { limits: { instanceBuffer: 65_536 } });
    const scamper = await bench.attach();
    const honest = bench.client();
    if (face === undefined) throw new Error('setup did not run');
    const port = bench.instance().open(give(face, fail) ?? new NotingSink());
    port.send(Buffer.from(`${'x'.repeat(70_000)}\n`)); // more than may wait for the instance
    await measures(honest, 1);
    scamper.finish(port.channel.id);
    await measures(honest, 2);
    port.close();
    const told = () => bench.log.lines.filter(({ level }) => level === 'warn' || level === 'error');
    await expect.poll(told, { interval: 1 }).toHaveLength(1);
    const [line] = told();
    expect(`${String(line?.fields['plugin'])}: ${String(line?.fields['stack'])}`).toMatch(
      new RegExp(`^broken:|${here}`),
    );
    await measures(honest, 3);
  });
});
