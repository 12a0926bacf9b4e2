import type { PluginEntry } from '../core/contract/plugin.js';
import { type Peer, peerName } from '../core/protocol/names.js';
import type { InstanceView, TlsIdentity } from '../core/contract/views.js';
import { type Controller, type ControllerOptions, createController } from '../index.js';
import { FakeClock, settle } from './fake-clock.js';
import { memoryTransport, numberedPeers } from './memory-transport.js';
import { SimClient } from './sim-client.js';
import { SimScamper, type SimScamperOptions } from './sim-scamper.js';
import { TestLog } from './test-log.js';

/** A real controller with everything around it simulated. */
export interface TestBench {
  readonly controller: Controller;
  readonly clock: FakeClock;
  readonly log: TestLog;
  /** Dials in; not attached yet. */
  dial(options?: SimScamperOptions & { peer?: Peer; tls?: TlsIdentity }): SimScamper;
  /** Dials in and attaches. Rejects when the controller refuses, with the code and the reason. */
  attach(options?: SimScamperOptions & { peer?: Peer; tls?: TlsIdentity }): Promise<SimScamper>;
  /** Comes back after a cut. @returns whether the controller accepted */
  resume(scamper: SimScamper, from?: { peer?: Peer; tls?: TlsIdentity }): Promise<boolean>;
  /** The instance of a simulated scamper; the last one attached unless its index says otherwise. */
  instance(index?: number): InstanceView;
  /** Attaches a client to an instance. */
  client(instance?: InstanceView): SimClient;
  /** Stops the controller; call it in the runner's clean-up, or use `await using`. */
  stop(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Starts a controller with the plugins given, the default ones by name where you like, an in-memory transport, a fake clock and a log that is kept. */
export async function startBench(
  plugins: readonly PluginEntry[] = [],
  options: Partial<Omit<ControllerOptions, 'plugins' | 'clock' | 'logger'>> = {},
): Promise<TestBench> {
  const transport = memoryTransport();
  const clock = new FakeClock();
  const log = new TestLog();
  const all = { ...options, plugins: [transport.plugin, ...plugins], clock, logger: log };
  const controller = await createController(all);
  await controller.start();
  const nextPeer = numberedPeers();
  const instanceAt = (index = -1): InstanceView => {
    const instance = controller.instances.at(index);
    if (instance === undefined) throw new Error('there is no such instance');
    return instance;
  };
  const stop = async (): Promise<void> => {
    const stopped = controller.stop();
    while (controller.state !== 'stopped') {
      await settle();
      // Clients that do not leave are cut off after a while. A disk has no part in the made-up time: it is waited for.
      if (!filesAreBusy()) await clock.advance(100);
    }
    return stopped;
  };
  return {
    controller,
    clock,
    log,
    dial: (from = {}) => new SimScamper(transport.dial({ ...from, peer: from.peer ?? nextPeer() }), from),
    async attach(from = {}) {
      const peer = from.peer ?? nextPeer();
      const scamper = new SimScamper(transport.dial({ ...from, peer }), from);
      await scamper.attach().catch((cause: unknown) => {
        throw whyRefused(log, scamper, peer, cause);
      });
      return scamper;
    },
    resume: (scamper, from = {}) => scamper.resume(transport.dial({ ...from, peer: from.peer ?? nextPeer() })),
    instance: instanceAt,
    client: (instance = instanceAt()) => SimClient.attach(instance),
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Whether the process reads, writes or closes files at the moment. */
function filesAreBusy(): boolean {
  return process.getActiveResourcesInfo().some((kind) => /^(?:FSReq|FileHandle|CloseReq)/.test(kind));
}

/** A scamper is not told why it was refused; the log is. */
function whyRefused(log: TestLog, scamper: SimScamper, peer: Peer, cause: unknown): unknown {
  const refusal = log.of('connection.refused').findLast(({ fields }) => fields['peer'] === peerName(peer));
  const closed = scamper.stream.destroyed && scamper.violation === undefined;
  if (refusal === undefined || !closed) return cause;
  const { code, cause: reason } = refusal.fields;
  const why = typeof reason === 'string' ? ` (${reason})` : '';
  return new Error(`the connection ended: ${String(code)}: ${refusal.message}${why}`, { cause });
}
