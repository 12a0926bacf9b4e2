import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { inLogFile, linesOf, portIn, start, temporaryFolder } from './support/command.js';
import { attachClient, attachScamper } from './support/fleet.js';
import { SmallDisk, mayMount } from './support/small-disk.js';

/** Enough of them fill what is left of a page of the file of sessions. */
const LOST = 40;

test.skipIf(!mayMount)(
  'on a full disk it serves; when there is room again nothing is missing but lines of the log (needs root that may mount)',
  async () => {
    const disk = new SmallDisk();
    const [log, sockets, pid] = [disk.in('log'), disk.in('sockets'), disk.in('pid')];
    const args = ['-P', '127.0.0.1:0', '-U', sockets, '-e', pid, '--log-file', log];
    const running = start(args, { env: { ...process.env, STATE_DIRECTORY: disk.in('state') } });
    await expect.poll(() => existsSync(pid), { timeout: 10_000 }).toBe(true);
    const port = portIn(linesOf(readFileSync(log, 'utf8')));
    const scamper = await attachScamper(port, { monitorName: 'first' });
    const [socket = ''] = readdirSync(sockets);
    const client = attachClient(join(sockets, socket));
    await client.until('MORE');

    disk.fill();
    for (let count = 0; count < LOST; count++) {
      const lost = await attachScamper(port, { monitorName: `lost-${'x'.repeat(40)}-${count}` });
      lost.cut();
    }
    client.send('ping\n');
    await client.until('OK id-1');
    await attachScamper(port, { monitorName: 'second' });
    await expect.poll(() => readdirSync(sockets).sort()).toEqual([socket, expect.stringMatching(/^second-/)]);
    for (const name of readdirSync(sockets)) await attachClient(join(sockets, name)).until('MORE');

    disk.empty();
    await inLogFile(log, 'state.unwritten', { code: 'SCR_STATE_UNWRITTEN' });
    expect(scamper.violation).toBeUndefined();
    running.signal('SIGTERM');
    expect(await running.finished).toMatchObject({ code: 0, stderr: '' });
    const events = linesOf(readFileSync(log, 'utf8')).map(({ event }) => event);
    expect(events.filter((event) => /state\.(un)?written/.test(String(event)))).toEqual([
      'state.unwritten',
      'state.written',
    ]);
    expect(events.at(-1)).toBe('controller.stopped');
    const sessions = linesOf(readFileSync(disk.in('state/sessions'), 'utf8')).map(({ n }) => n);
    expect(new Set(sessions).size).toBe(1 + 2 + LOST); // the head of the file has no name
    expect(readdirSync(sockets)).toEqual([]);
    expect(existsSync(pid)).toBe(false);
  },
);

test.skipIf(!mayMount)(
  'where the directory of the sockets may not be written to, or is gone, who is there goes on, and others when it is back (needs root that may mount)',
  async () => {
    const disk = new SmallDisk();
    const sockets = disk.in('sockets');
    const running = start(['-P', '127.0.0.1:0', '-U', sockets], { cwd: temporaryFolder() });
    const port = await running.port();
    await attachScamper(port, { monitorName: 'first' });
    const client = attachClient(join(sockets, readdirSync(sockets)[0] ?? ''));
    await client.until('MORE');

    disk.writable = false;
    await expect(attachScamper(port, { monitorName: 'second' })).rejects.toThrow('ended');
    const refused = { code: 'SCR_SOCKET_FAILED', cause: expect.stringContaining('EROFS') as unknown };
    expect(await running.waitFor('connection.refused')).toMatchObject(refused);
    client.send('ping\n');
    await client.until('OK id-1');

    disk.writable = true;
    await attachScamper(port, { monitorName: 'second' });
    rmSync(sockets, { recursive: true });
    client.send('ping\n');
    await client.until('OK id-2');
    await attachScamper(port, { monitorName: 'third' });
    await running.waitFor('export.remade');
    running.signal('SIGHUP');
    await running.waitFor('controller.reloaded');
    expect(
      readdirSync(sockets)
        .map((name) => name.split('-')[0])
        .sort(),
    ).toEqual(['first', 'second', 'third']);
    expect(running.log.filter(({ level }) => Number(level) >= 40).map(({ event }) => event)).toEqual([
      'connection.refused',
      'export.remade',
      'export.restored',
      'export.restored',
    ]);
  },
);
