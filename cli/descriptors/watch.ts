import { ScrError } from '../../core/contract/errors.js';
import { type Logger, errorFields } from '../../core/contract/logger.js';
import { type DescriptorUse, descriptorsInUse } from '../../plugin-sdk/index.js';
import { cliErrors } from '../errors.js';

const LOOK_EVERY = 2_000;
/** Shares of the limit: from the one on they are scarce, below the other there are enough again. */
const SCARCE = 0.9;
const ENOUGH = 0.8;

/**
 * Says once when descriptors run out, and once when there are enough again. Nobody else would: Node closes a connection for
 * which there is none without a word. Where the system does not tell of them (only Linux does), nothing is said.
 */
export async function watchDescriptors(log: Logger): Promise<void> {
  if ((await descriptorsInUse()) === undefined) return;
  const tell = tellChanges(log);
  const look = async (): Promise<void> => {
    const use = await descriptorsInUse();
    if (use !== undefined) tell(use);
  };
  setInterval(() => void look(), LOOK_EVERY).unref();
}

function tellChanges(log: Logger): (use: DescriptorUse) => void {
  let isScarce = false;
  return (use) => {
    if (isScarce === use.open >= use.limit * (isScarce ? ENOUGH : SCARCE)) return;
    isScarce = !isScarce;
    if (isScarce) tellScarce(log, use);
    else log.info({ event: 'descriptors.enough', ...use }, `${shown(use)}: there are enough again`);
  };
}

function tellScarce(log: Logger, use: DescriptorUse): void {
  const failure = new ScrError(cliErrors.SCR_DESCRIPTORS_SCARCE, shown(use));
  log.warn({ event: 'descriptors.scarce', ...use, ...errorFields(failure) }, failure.message);
}

function shown({ open, limit }: DescriptorUse): string {
  return `${open} of ${limit} are open`;
}
