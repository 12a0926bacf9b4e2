import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { createController } from '../../../index.js';
import { SimScamper, TestLog } from '../../../testing/index.js';
import { temporaryFolder } from '../../cli/support/command.js';

/** A controller on loopback whose page can be opened. */
export interface Shown {
  readonly url: string;
  readonly log: TestLog;
  /** A simulated scamper of this name dials in over TCP. */
  attach(monitorName: string): Promise<SimScamper>;
  /** The same one comes back. @returns whether the controller accepted */
  resume(scamper: SimScamper): Promise<boolean>;
  stop(): Promise<void>;
}

export interface Showing {
  /** What is in the file of metadata. */
  readonly metadata?: object;
  /** Where the page is; a free port unless given. */
  readonly listen?: number;
}

export async function startShown({ metadata = { 'ams-nl': { cc: 'NL' } }, listen = 0 }: Showing = {}): Promise<Shown> {
  const file = join(temporaryFolder(), 'vps.json');
  writeFileSync(file, JSON.stringify(metadata));
  const log = new TestLog();
  const plugins = [
    ['tcp', { listen: '127.0.0.1:0' }] as const,
    ['metadata', { file }] as const,
    ['zombie', { time: 1 }] as const,
    ['status', { socket: '', listen }] as const,
  ];
  const controller = await createController({ plugins, logger: log });
  await controller.start();
  let isStopped = false;
  const stop = async (): Promise<void> => {
    if (isStopped) return;
    isStopped = true;
    await controller.stop();
  };
  onTestFinished(stop);
  const { url } = (await log.waitFor('status.listening')).fields;
  const { port } = (await log.waitFor('tcp.listening')).fields;
  const dial = () => {
    const socket = connect(Number(port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    return socket;
  };
  return {
    url: String(url),
    log,
    async attach(monitorName) {
      const scamper = new SimScamper(dial(), { monitorName });
      await scamper.attach();
      return scamper;
    },
    resume: (scamper) => scamper.resume(dial()),
    stop,
  };
}
