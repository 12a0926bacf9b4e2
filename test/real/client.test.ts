import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type Channel, WartsJoin, connect, connectInstance } from '../../client/index.js';
import { temporaryFolder } from '../cli/support/command.js';
import { startMux } from '../client/support/strict-mux.js';
import { relay, vpAt } from '../client/support/talk.js';
import { attachScamper, count, startFleet } from './support/fleet.js';
import { describeReal } from './support/programs.js';

/** What the real sc_wartsdump reads in octets. */
function dumpOf(warts: Buffer): string {
  const file = join(temporaryFolder(), 'out.warts');
  writeFileSync(file, warts);
  const { stdout, stderr } = spawnSync('sc_wartsdump', [file], { encoding: 'utf8' });
  expect(stderr).toBe('');
  return stdout;
}

async function attach(socket: string): Promise<Channel> {
  const channel = await connectInstance(socket);
  onTestFinished(() => channel.close());
  return channel;
}

describeReal('the client with the real scamper and sc_wartsdump', () => {
  test('measurements of many kinds, at once, each with its own result; a warts file of them', async () => {
    const channel = await attach(await attachScamper(await startFleet(), ['-M', 'foo']));
    const commands = {
      'ping -c 2 127.0.0.1': 'ping from 127.0.0.1 to 127.0.0.1',
      'ping -c 1 127.0.0.2': 'ping from 127.0.0.1 to 127.0.0.2',
      'trace 127.0.0.1': 'traceroute from 127.0.0.1 to 127.0.0.1',
      'tracelb 127.0.0.3': 'tracelb from 127.0.0.1 to 127.0.0.3',
      'dealias -m mercator 127.0.0.1': 'dealias',
    };
    const results = await Promise.all(Object.keys(commands).map((command) => channel.run(command).warts()));
    for (const [index, line] of Object.values(commands).entries()) {
      const dump = dumpOf(Buffer.concat([channel.header, results[index] ?? Buffer.alloc(0)]));
      expect(dump).toContain(line);
      expect(dump).toContain('monitor: foo');
    }
    const whole = dumpOf(Buffer.concat([channel.header, ...results, await channel.finish()]));
    expect(Object.values(commands).filter((line) => !whole.includes(line))).toEqual([]);
    expect(whole).toContain('cycle stop');
  });

  test('a refusal is told, and nothing else suffers', async () => {
    const channel = await attach(await attachScamper(await startFleet()));
    const [good, bad] = [channel.run('ping -c 1 127.0.0.1'), channel.run('pong 127.0.0.1')];
    await expect(bad.warts()).rejects.toMatchObject({
      code: 'SCR_COMMAND_REFUSED',
      reason: expect.stringContaining('command not accepted'),
    });
    expect(count(dumpOf(Buffer.concat([channel.header, await good.warts()])), 'ping from')).toBe(1);
  });

  test('a signal halts: what there is comes as a result', async () => {
    const channel = await attach(await attachScamper(await startFleet()));
    const abort = new AbortController();
    const halted = channel.run('ping -c 60 127.0.0.1', { signal: abort.signal });
    const other = await attach(channel.name);
    await other.run('ping -c 1 127.0.0.2').warts();
    abort.abort(new Error('enough'));
    const found: Buffer[] = [];
    const all = (async () => {
      for await (const { warts } of halted) found.push(warts);
    })();
    await expect(all).rejects.toThrow('enough');
    const dump = dumpOf(Buffer.concat([channel.header, ...found]));
    expect(dump).toContain('ping from 127.0.0.1 to 127.0.0.1');
    expect(count(dump, 'reply from')).toBeLessThan(60);
  });

  test('hundreds of commands of a scamper that tells no tasks, as fast as it takes them', async () => {
    const socket = await attachScamper(await startFleet());
    const channel = await connectInstance(socket, { exact: false });
    const commands = Array<string>(300).fill('trace -P icmp-paris -q 1 127.0.0.1');
    const results = await Promise.all(commands.map((command) => channel.run(command).warts()));
    const dump = dumpOf(Buffer.concat([channel.header, ...results, await channel.finish()]));
    expect(count(dump, 'traceroute from 127.0.0.1 to 127.0.0.1')).toBe(300);
  });

  test('several VPs through a mux, in one file that tells them apart', async () => {
    const real = await startFleet();
    const names = ['a.example', 'b.example', 'c.example'];
    const sockets: string[] = [];
    for (const name of names) sockets.push(await attachScamper(real, ['-M', name]));
    const instances = Object.fromEntries(names.map((name, id) => [id, [[1, name]] as const]));
    const mux = await startMux({ instances, onOpen: (end) => relay(end, sockets[end.instance] ?? '') });
    const fleet = await connect(mux.where);
    const join = new WartsJoin();
    const file: Buffer[] = [];
    await Promise.all(
      names.map(async (_name, id) => {
        const channel = fleet.open(vpAt(fleet, id));
        for (const command of [`ping -c 1 127.0.0.${id + 1}`, 'trace -P icmp-paris 127.0.0.1'])
          for await (const { warts } of channel.run(command)) file.push(join.add(channel, warts));
        file.push(join.end(channel, await channel.finish()));
      }),
    );
    fleet.close();
    const dump = dumpOf(Buffer.concat(file));
    const pings = [...dump.matchAll(/ping from \S+ to (\S+)\n list id: \d+, name: \S+, monitor: (\S+)/g)];
    expect(pings.map(([, to, monitor]) => [to, monitor]).sort()).toEqual(
      names.map((name, id) => [`127.0.0.${id + 1}`, name]),
    );
    expect(count(dump, 'traceroute from')).toBe(3);
    expect(count(dump, 'cycle stop')).toBe(3);
  });
});
