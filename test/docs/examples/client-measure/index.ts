import { createWriteStream } from 'node:fs';
import { WartsJoin, connect, selector } from '../../../../client/index.js';

const [mux = 'scamper-remote-mux', which = 'all', command = 'ping -c 3 192.0.2.1'] = process.argv.slice(2);
const fleet = await connect({ path: mux });
const file = createWriteStream('out.warts');
const join = new WartsJoin();
const chosen = fleet.vps().filter(selector(which));
const all = chosen.map(async (vp) => {
  const channel = fleet.open(vp);
  try {
    for await (const { warts } of channel.run(command)) file.write(join.add(channel, warts));
    file.write(join.end(channel, await channel.finish()));
  } catch (failure) {
    process.stderr.write(`${String(failure)}\n`);
  }
});
await Promise.all(all);
file.end();
fleet.close();
