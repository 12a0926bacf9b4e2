import { setFlagsFromString } from 'node:v8';
import { createPlugin } from './create-plugin/index.js';
import { background, daemonize, foreground, isDaemonProcess } from './daemon.js';
import { type commandNames, parseFlags } from './flags.js';
import { listVps } from './ls/index.js';
import { measure } from './measure/index.js';
import { listPlugins } from './plugins-command.js';
import { testPolicy } from './policy-test/index.js';
import { checkConfig, run } from './run.js';
import { check } from './status/check.js';
import { tellEvents } from './status/events.js';
import { forgetVps } from './status/forget.js';
import { setLogLevel } from './status/log.js';
import { showVp } from './status/show.js';

// Under load V8 would begin to put what lives for one read only into the old generation, and let that grow by half before it looks.
setFlagsFromString('--no-allocation-site-pretenuring');

/** What the first word may ask for; everything else is sc_remoted's flags. */
const commands: Readonly<Record<(typeof commandNames)[number], (argv: readonly string[]) => number | Promise<number>>> =
  {
    ls: listVps,
    run: measure,
    show: showVp,
    events: tellEvents,
    check,
    forget: forgetVps,
    log: setLogLevel,
    policy: testPolicy,
    plugins: listPlugins,
    'create-plugin': createPlugin,
  };
const byName = new Map(Object.entries(commands));

async function main(argv: readonly string[]): Promise<number> {
  const [word = '', ...rest] = argv;
  const command = byName.get(word);
  if (command !== undefined) return command(rest);
  const flags = parseFlags(argv);
  if (typeof flags === 'number') return flags;
  if (flags.checkConfig === true) return checkConfig(flags, foreground);
  if (isDaemonProcess()) return run(flags, background());
  return flags.daemon === true ? daemonize(argv) : run(flags, foreground);
}

// Node would end as soon as nothing is open, even while somebody waits: for a plugin, or for the signal to stop.
setInterval(() => undefined, 2 ** 31 - 1);
process.exitCode = await main(process.argv.slice(2));
// Timers and sockets of plugins that were not released must not keep a stopped controller alive.
process.exit();
