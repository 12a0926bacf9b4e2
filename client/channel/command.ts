import { ClientError } from '../errors.js';

/** Characters of one command. */
const LIMIT = 65_535;

/** What scamper does not take for a measurement, or what has a method of its own. */
const NOT_RUN = new Set(['halt', 'done', 'attach', '']);

/** Checks what `run` takes. @throws ClientError SCR_COMMAND_LINE for what scamper could not read: it would end the channel for it */
export function checkCommand(command: string): void {
  const [verb = ''] = command.trim().toLowerCase().split(' ', 1);
  if (/^[\x20-\x7e]+$/.test(command) && command.length <= LIMIT && !NOT_RUN.has(verb)) return;
  throw new ClientError('SCR_COMMAND_LINE', command.slice(0, 60));
}
