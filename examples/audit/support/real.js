/** The real programs: a controller from the command line, and scamper's own. */
import { spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** Why the tests with real programs cannot run here; undefined when they can. */
export function whyNot() {
  const missing = ['scamper', 'sc_attach', 'sc_wartsdump'].filter((program) => spawnSync(program, ['-?']).error);
  if (missing.length > 0) return `${missing.join(', ')} not found: install scamper`;
  return process.getuid?.() === 0 ? undefined : 'scamper opens raw sockets: run as root';
}

/** A program that runs until the test is over; what it writes is kept. */
class Running {
  text = '';
  #wake = () => undefined;
  #over = false;

  constructor(t, command, args, cwd) {
    const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    const add = (chunk) => {
      this.text += chunk;
      this.#wake();
    };
    child.stdout.on('data', add);
    child.stderr.on('data', add);
    this.child = child;
    this.finished = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => {
        this.#over = true;
        this.#wake();
        resolve(code);
      });
    });
    t.after(async () => {
      if (!this.#over) child.kill('SIGKILL');
      await this.finished;
    });
  }

  /** What `look` finds in what was written, now or later. Rejects when the program ends without it. */
  async until(look) {
    for (;;) {
      const found = look(this.text);
      if (found !== undefined && found !== null) return found;
      if (this.#over) throw new Error(`it ended without what was waited for:\n${this.text}`);
      await new Promise((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The first line of a JSON log after `from` with these fields, now or later. */
  line(fields, from = 0) {
    return this.until((text) => {
      const whole = text.slice(from, text.lastIndexOf('\n') + 1).split('\n');
      const lines = whole.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
      return lines.find((line) => Object.entries(fields).every(([key, value]) => line[key] === value));
    });
  }
}

/** A folder that is removed after the test. */
export async function temporaryFolder(t) {
  const folder = await mkdtemp(join(tmpdir(), 'scr-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export function start(t, command, args, cwd) {
  return new Running(t, command, args, cwd);
}

/** The controller as its users start it, with these plugins. */
export async function startController(t, folder, plugins) {
  await writeFile(join(folder, 'config.json'), JSON.stringify({ plugins }));
  const manifest = require.resolve('sc-remoted/package.json');
  const { bin } = JSON.parse(await readFile(manifest, 'utf8'));
  const program = join(dirname(manifest), bin['sc-remoted']);
  const controller = start(t, process.execPath, [program, '--config', 'config.json', '-O', 'debug'], folder);
  await controller.line({ event: 'controller.started' });
  return controller;
}

export function startScamper(t, folder, target, name) {
  return start(t, 'scamper', ['-p', '10000', '-R', target, '-M', name], folder);
}

/** Sends a command to an instance with sc_attach. @returns the result as sc_wartsdump reads it */
export async function measure(t, folder, instance, command) {
  await writeFile(join(folder, 'commands'), `${command}\n`);
  const socket = join('sockets', instance);
  const attach = start(t, 'sc_attach', ['-R', socket, '-i', 'commands', '-o', 'out.warts'], folder);
  if ((await attach.finished) !== 0) throw new Error(`sc_attach failed: ${attach.text}`);
  const dump = start(t, 'sc_wartsdump', ['out.warts'], folder);
  await dump.finished;
  return dump.text;
}
