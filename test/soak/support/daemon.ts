import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, fstatSync, mkdirSync, openSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { start } from '../../../bench/children.js';
import { insist } from '../../../bench/load/fleet.js';
import { type Heap, Meter, askHeap } from '../../../bench/load/meter.js';

/** The folder of the project; this file runs as it is built, in node_modules/.cache/soak. */
const root = fileURLToPath(new URL('../../..', import.meta.url));
const main = join(root, 'dist/cli/main.js');
const probe = pathToFileURL(join(root, 'bench/heap-probe.js')).href;

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** The controller as it is shipped, with its default plugins, a mux and a state: one process after the other. */
export class Daemon {
  /** Counts the processes: what was said to another one is lost. */
  life = 0;
  /** It was told to end, and the next one has not begun. */
  isDown = true;
  readonly mux: string;
  readonly sockets: string;
  readonly log: string;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(
    folder: string,
    readonly port: number,
  ) {
    this.#folder = folder;
    this.mux = join(folder, 'mux');
    this.sockets = join(folder, 'sockets');
    this.log = join(folder, 'log');
  }

  /** @param zombie seconds for which a disconnected instance is kept */
  static async prepare(folder: string, zombie: number): Promise<Daemon> {
    const daemon = new Daemon(folder, await freePort());
    mkdirSync(join(folder, 'state'), { mode: 0o700 });
    const plugins = [
      ['tcp', { listen: `127.0.0.1:${daemon.port}` }],
      ['unix-export', { directory: daemon.sockets }],
      ['mux', { path: daemon.mux }],
      'access',
      ['zombie', { time: zombie, state: join(folder, 'state') }],
    ];
    writeFileSync(daemon.#configuration, `export default ${JSON.stringify({ plugins })};\n`);
    return daemon;
  }

  get #configuration(): string {
    return join(this.#folder, 'sc-remoted.config.mjs');
  }

  /** One that was killed leaves its own. */
  get #probe(): string {
    return join(this.#folder, `heap-${this.life}`);
  }

  /** Resolves when all that it opens at its start is open. */
  async start(): Promise<void> {
    const log = openSync(this.log, 'a');
    const args = ['--import', probe, main, '--config', this.#configuration];
    const env = { ...process.env, HEAP_PROBE: this.#probe };
    this.#child = start(process.execPath, args, undefined, { cwd: this.#folder, stdio: ['ignore', log, log], env });
    const { size } = fstatSync(log);
    closeSync(log);
    await insist(() => {
      if (!readFileSync(this.log).includes('"controller.started"', size))
        throw new Error('the controller did not start');
    });
    this.isDown = false;
  }

  get meter(): Meter {
    return new Meter(this.#process.pid ?? 0);
  }

  get #process(): ChildProcess {
    if (this.#child === undefined) throw new Error('the controller was not started');
    return this.#child;
  }

  /** The descriptors that it has open. */
  get descriptors(): number {
    return readdirSync(`/proc/${this.#process.pid ?? 0}/fd`).length;
  }

  /** After a full collection, which costs it some tens of milliseconds. */
  heap(): Promise<Heap> {
    return askHeap(this.#probe);
  }

  /** Whether it ended by itself. */
  get hasDied(): boolean {
    return !this.isDown && (this.#process.exitCode !== null || this.#process.signalCode !== null);
  }

  reload(): void {
    this.#process.kill('SIGHUP');
  }

  /** `kill -9`. */
  async kill(): Promise<void> {
    await this.#end('SIGKILL');
  }

  /** A planned stop. @returns the exit code, and how many seconds it took */
  async stop(): Promise<{ code: number | null; seconds: number }> {
    const begun = performance.now();
    const code = await this.#end('SIGTERM');
    return { code, seconds: (performance.now() - begun) / 1000 };
  }

  async #end(signal: NodeJS.Signals): Promise<number | null> {
    this.isDown = true;
    const child = this.#process;
    const gone = once(child, 'exit');
    child.kill(signal);
    await gone;
    this.life++;
    return child.exitCode;
  }

  /** What it has left where others look for sockets. */
  get leftovers(): string[] {
    const left = readdirSync(this.#folder).filter((name) => name === 'mux');
    return [...left, ...readdirSync(this.sockets)];
  }
}
