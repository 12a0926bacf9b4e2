import { defineErrors } from '../../plugin-sdk/index.js';

export const errors = defineErrors({
  // ## The start
  /** At a reload too; then what was read before is kept. The same holds for the next two codes. */
  SCR_METADATA_FILE: ['the metadata cannot be read', 'check the path and its permissions'],
  /** The bounds: [limits.md](limits.md#metadata). */
  SCR_METADATA_SIZE: [
    'this is more metadata than is taken',
    'see the cause: leave out what is not needed, and write YAML as JSON or in lines',
  ],
  /**
   * The cause says in which line: it is not UTF-8, or not JSON or YAML, or nothing in it is right. Single mistakes in a file
   * are told in the log (`metadata.mistake`), and the rest of the file is used.
   */
  SCR_METADATA_BROKEN: [
    'this is no file of metadata',
    'fix the line; files that end in .json, .yaml and .yml are read as such, all others line by line',
  ],
});
