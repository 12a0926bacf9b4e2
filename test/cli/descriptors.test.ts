import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync, renameSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { inLogFile, linesOf, portIn, startLimited, temporaryFolder } from './support/command.js';
import { attachClient, attachScamper } from './support/fleet.js';

const FLOOD = 150;
const STORM = 100;

/** Somebody who connects and says nothing. */
function stranger(port: number): Socket {
  const socket = connect(port, '127.0.0.1').on('error', () => undefined);
  onTestFinished(() => void socket.destroy());
  return socket;
}

async function closed(socket: Socket): Promise<void> {
  if (!socket.closed) await once(socket, 'close');
}

/** Only Linux tells of descriptors, in /proc. */
test.skipIf(process.platform !== 'linux')(
  'without a descriptor left, those that are there go on, the log says so once, and a reload works; later all is well',
  async () => {
    const folder = temporaryFolder();
    const [log, moved] = [join(folder, 'log'), join(folder, 'log.1')];
    const running = startLimited('-n 80', ['-P', '127.0.0.1:0', '-U', 'sockets', '--log-file', 'log'], folder);
    await expect.poll(() => existsSync(log), { timeout: 10_000 }).toBe(true);
    await inLogFile(log, 'controller.started');
    const port = portIn(linesOf(readFileSync(log, 'utf8')));
    const scamper = await attachScamper(port);
    const [name = ''] = readdirSync(join(folder, 'sockets'));
    const client = attachClient(join(folder, 'sockets', name));
    await client.until('MORE');

    const flood = Array.from({ length: FLOOD }, () => stranger(port));
    await Promise.race(flood.map(closed)); // some found no place
    for (let count = 0; count < STORM; count++) await closed(stranger(port));
    expect(await inLogFile(log, 'descriptors.scarce')).toMatchObject({
      level: 40,
      code: 'SCR_DESCRIPTORS_SCARCE',
      limit: 80,
      msg: expect.stringMatching(/^\d\d of 80 are open: file descriptors are running out$/),
    });
    client.send('ping\n');
    await client.until('OK id-1');
    const late = attachClient(join(folder, 'sockets', name));
    await late.end;
    expect(late.text).toBe('');

    renameSync(log, moved);
    running.signal('SIGHUP');
    await expect.poll(() => existsSync(log), { timeout: 5_000 }).toBe(true);
    expect(await inLogFile(log, 'controller.reloaded')).toMatchObject({ failures: 0 });
    client.send('ping\n');
    await client.until('OK id-2');
    expect(linesOf(readFileSync(moved, 'utf8')).map(({ event }) => event)).toEqual([
      'tcp.listening',
      'controller.started',
      'instance.attached',
      'client.attached',
      'descriptors.scarce',
    ]);

    for (const socket of flood) socket.destroy();
    expect(await inLogFile(log, 'descriptors.enough')).toMatchObject({ level: 30, limit: 80 });
    await attachClient(join(folder, 'sockets', name)).until('MORE');
    await attachScamper(port);
    client.send('ping\n');
    await client.until('OK id-3');
    expect(scamper.violation).toBeUndefined();
    running.signal('SIGTERM');
    expect(await running.finished).toMatchObject({ code: 0, stderr: '' });
    const after = linesOf(readFileSync(log, 'utf8')).map(({ event }) => event);
    expect(after.filter((event) => String(event).startsWith('descriptors.'))).toEqual(['descriptors.enough']);
  },
);
