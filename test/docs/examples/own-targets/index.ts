import { BlockList, isIPv6 } from 'node:net';
import { definePlugin, filterCommands } from '../../../../plugin-sdk/index.js';

/** Lets pass only commands that send packets to 192.0.2.0/24 and nowhere else. */
export default definePlugin({
  name: 'own-targets',
  schema: { type: 'object', additionalProperties: false },
  setup(controller) {
    const own = new BlockList();
    own.addSubnet('192.0.2.0', 24);
    filterCommands(controller, {
      command: ({ targets }) => {
        if (targets === undefined) return { refuse: 'its targets cannot be told' };
        const foreign = targets.find((address) => !own.check(address, isIPv6(address) ? 'ipv6' : 'ipv4'));
        return foreign === undefined ? undefined : { refuse: `${foreign} is not ours` };
      },
    });
  },
});
