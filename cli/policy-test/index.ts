import { asCommand } from '../fleet/command.js';
import { exitCodes } from '../fleet/exit-codes.js';
import { jsonLine, printable } from '../printable.js';
import { resolveSettings } from '../settings.js';
import { ask } from './ask.js';
import { originOf } from './origin.js';
import { told } from './told.js';
import { parse } from './wish.js';

/** As `policy test` tells it, beside those that all commands have. */
const REFUSED = 2;

/** Tells what the policy of a configuration would decide. @param argv what follows `policy` @returns the exit code */
export function testPolicy(argv: readonly string[]): Promise<number> {
  return asCommand('policy', async () => {
    const wish = parse(argv);
    const settings = await resolveSettings({ tailor: [], ...wish.config }, process.cwd());
    const { line, monitorName, json } = wish;
    const answer = await ask({ line, monitorName, origin: await originOf(wish) }, settings);
    process.stdout.write(json ? jsonLine(answer) : printable(told(answer)));
    return answer.allowed ? exitCodes.ok : REFUSED;
  });
}
