import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { connect as dial } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WartsJoin, connect } from '../../client/index.js';
import { temporaryFolder } from '../cli/support/command.js';
import { StrictMux } from '../plugins/mux/support/strict-mux.js';
import { count, startFleet, startScamper } from './support/fleet.js';
import { describeReal } from './support/programs.js';

const NAMES = Array.from({ length: 12 }, (_, index) => `vp-${index + 1}.example`);

/** A mux, and a dozen real scampers on it. */
async function startDozen(more: readonly string[] = []) {
  const fleet = await startFleet(['-M', 'mux', '-m', 'vps.txt', ...more], folderWithMetadata());
  const scampers = NAMES.map((name) => startScamper(`127.0.0.1:${fleet.port}`, ['-M', name]));
  await fleet.controller.until(({ log }) => {
    const attached = log.filter(({ event }) => event === 'instance.attached');
    return attached.length === NAMES.length ? attached : undefined;
  });
  return { ...fleet, scampers, path: join(fleet.folder, 'mux') };
}

function folderWithMetadata(): string {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'vps.txt'), NAMES.map((name, index) => `${name} asn4 ${64_496 + index}\n`).join(''));
  return folder;
}

function dumpOf(warts: Buffer): string {
  const file = join(temporaryFolder(), 'out.warts');
  writeFileSync(file, warts);
  return spawnSync('sc_wartsdump', [file], { encoding: 'utf8' }).stdout;
}

describeReal('the mux with a dozen real scampers', () => {
  test('a measurement on all at once, by a client of the tests and by the client of the package', async () => {
    const { path } = await startDozen();
    const strict = await new StrictMux(dial({ path, allowHalfOpen: true })).ready();
    onTestFinished(() => void strict.stream.destroy());
    const ids = [...strict.vps.keys()];
    expect([...strict.vps.values()].map(({ attributes }) => attributes.get(1)?.[0]).sort()).toEqual([...NAMES].sort());
    for (const id of ids) {
      strict.open(id, id);
      await strict.untilText(id, 'MORE\n');
      strict.send(id, `ping -c 1 127.0.1.${id}\n`);
    }
    for (const id of ids)
      await strict.until(() => (strict.text(id).match(/^DATA /gm)?.length ?? 0) >= 3, `results of ${id}`);
    for (const id of ids) strict.send(id, 'done\n');
    for (const id of ids) expect(await strict.untilClosed(id)).toBeUndefined();
    expect(strict.violation).toBeUndefined();

    const ours = await connect({ path });
    onTestFinished(() => ours.close());
    expect(ours.vps()).toHaveLength(NAMES.length);
    expect(new Set(ours.vps().map(({ asn4 }) => asn4)).size).toBe(NAMES.length);
    const joined = new WartsJoin();
    const file: Buffer[] = [];
    await Promise.all(
      ours.vps().map(async (vp) => {
        const channel = ours.open(vp);
        file.push(joined.add(channel, await channel.run('ping -c 1 127.0.0.1').warts()));
        file.push(joined.end(channel, await channel.finish()));
      }),
    );
    expect(count(dumpOf(Buffer.concat(file)), 'ping from 127.0.0.1 to 127.0.0.1')).toBe(NAMES.length);
  });

  test('one is killed under way: its channel ends when it is given up, the others answer', async () => {
    const { controller, path, scampers } = await startDozen(['-Z', '1']);
    const strict = await new StrictMux(dial({ path, allowHalfOpen: true })).ready();
    onTestFinished(() => void strict.stream.destroy());
    const ids = [...strict.vps.keys()];
    for (const id of ids) {
      strict.open(id, id);
      await strict.untilText(id, 'MORE\n');
      strict.send(id, `ping -c 2 127.0.2.${id}\n`);
    }
    await scampers[0]?.kill();
    await controller.waitFor('instance.zombie', { seconds: 1 });
    const dead = NAMES[0] ?? '';
    const [deadId] = [...strict.vps.values()].filter((vp) => vp.attributes.get(1)?.[0] === dead).map(({ id }) => id);
    await strict.until(() => strict.told.some((one) => one.type === 'depart' && one.id === deadId), 'VP_DEPART');
    expect(strict.closing(deadId ?? 0)?.reason).toContain('SCR_INSTANCE_');
    for (const id of ids.filter((one) => one !== deadId)) {
      await strict.until(() => (strict.text(id).match(/^DATA /gm)?.length ?? 0) >= 3, `results of ${id}`);
    }
    expect(strict.violation).toBeUndefined();
  });
});
