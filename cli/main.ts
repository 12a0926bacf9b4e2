#!/usr/bin/env node
import { armSignals } from './signals.js';

// All else is imported after this: static imports would be evaluated first, and take longer than a signal waits.
armSignals();
// Sets the name that `ps`, `pgrep` and `killall` see, and by which a pid file is known to be a controller's.
process.title = 'sc_remoted';
await import('./command.js');
