import { connect } from '../../../../client/index.js';

const fleet = await connect({ path: 'scamper-remote-mux' });
for (const vp of fleet.vps().filter(({ state }) => state === 'connected')) {
  const channel = fleet.open(vp);
  const warts = await channel.run('ping -c 3 192.0.2.1').warts();
  process.stdout.write(`${vp.name} ${vp.cc ?? '?'}: ${warts.length} octets of warts\n`);
}
fleet.close();
