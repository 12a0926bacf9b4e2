import { brokenWarts } from '../errors.js';
import { CYCLE_STOP, isResult, kindOf, recordsIn } from './records.js';

/** Octets of what stands around the results. */
const LIMIT = 65_536;
const NOTHING = Buffer.alloc(0);

/** What stands around the results in the warts of one channel: list and cycle before them, the end of the cycle behind. */
export class WartsFrame {
  header = NOTHING;
  trailer = NOTHING;

  /** Keeps what is no result. @returns the results. @throws ClientError SCR_WARTS_BROKEN */
  resultsIn(warts: Buffer): Buffer {
    const records = recordsIn(warts);
    const results = records.filter(isResult);
    if (results.length === records.length) return warts;
    for (const record of records) if (!isResult(record)) this.#keep(record);
    return Buffer.concat(results);
  }

  #keep(record: Buffer): void {
    if (kindOf(record) === CYCLE_STOP) this.trailer = Buffer.concat([this.trailer, record]);
    else this.header = Buffer.concat([this.header, record]);
    if (this.header.length + this.trailer.length > LIMIT) throw brokenWarts('it has too many lists and cycles');
  }
}
