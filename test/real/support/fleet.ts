import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { SimClient } from '../../../testing/index.js';
import {
  type Measurement,
  type Program,
  measure as measureIn,
  startScamper as startProgram,
} from '../../../testing/real-programs.js';
import { type LogLine, type Running, start, temporaryFolder } from '../../cli/support/command.js';

/** A controller of the real command line, with its sockets in a folder of its own. */
export interface Fleet {
  readonly controller: Running;
  readonly folder: string;
  readonly port: number;
  /** The path of an instance's socket. */
  socket(name: string): string;
}

export async function startFleet(args: readonly string[] = [], folder = temporaryFolder()): Promise<Fleet> {
  const given = args.includes('-P') ? args : ['-P', '127.0.0.1:0', ...args];
  const controller = start([...given, '-U', 'sockets', '-O', 'debug'], { cwd: folder });
  const port = await controller.port();
  return { controller, folder, port, socket: (name) => join(folder, 'sockets', name) };
}

/** A real scamper that calls home; killed after the test. */
export function startScamper(target: string, args: readonly string[] = []): Program {
  const scamper = startProgram(temporaryFolder(), target, args);
  onTestFinished(() => scamper.kill());
  return scamper;
}

/** The next instance that was not seen yet. */
export async function nextInstance({ controller }: Fleet, seen: readonly string[] = []): Promise<string> {
  const line = await controller.until(({ log }) => log.find((one) => isNew(one, seen)));
  return String(line['instance']);
}

function isNew({ event, instance }: LogLine, seen: readonly string[]): boolean {
  return event === 'instance.attached' && !seen.includes(String(instance));
}

/** A real scamper, attached. @returns the path of its socket */
export async function attachScamper(
  fleet: Fleet,
  args: readonly string[] = [],
  target = `127.0.0.1:${fleet.port}`,
): Promise<string> {
  const { log } = fleet.controller;
  const seen = log.filter(({ event }) => event === 'instance.attached').map(({ instance }) => String(instance));
  startScamper(target, args);
  return fleet.socket(await nextInstance(fleet, seen));
}

/** The controller knows that a client has left: by its end of file, or by a reset where something was left unread. */
export async function clientLeft({ controller }: Fleet, channel: number): Promise<void> {
  const tells = (line: LogLine): boolean =>
    line['channel'] === channel && ['client.finished', 'client.gone'].includes(String(line['event']));
  await controller.until(({ log }) => log.find(tells));
}

/** Runs commands on an instance with the real sc_attach, and reads what it wrote with the real sc_wartsdump. */
export function measure(socket: string, commands: readonly string[]): Promise<Measurement> {
  return measureIn(temporaryFolder(), socket, commands);
}

/** How often a line that begins so stands in a dump. */
export function count(dump: string, beginning: string): number {
  return dump.split('\n').filter((line) => line.startsWith(beginning)).length;
}

/** A client of the test's own on an instance's socket, once scamper asks it for a command. */
export async function attachClient(socket: string): Promise<SimClient> {
  const stream = connect({ path: socket, allowHalfOpen: true });
  onTestFinished(() => void stream.destroy());
  await once(stream, 'connect');
  const client = new SimClient(stream);
  await client.until('MORE\n');
  return client;
}
