/** What is taken of metadata, so that a wrong file cannot fill the memory. */

/** Octets of a file. */
export const FILE_LIMIT = 16 * 1024 * 1024;
/** Octets of a file of YAML: for each, its parser takes more than a hundred of memory, and two microseconds. */
export const YAML_LIMIT = 1024 * 1024;
/** VPs in a file. */
export const VP_LIMIT = 100_000;
/** Octets of a value. */
export const VALUE_LIMIT = 1024;
/** Octets of all values of a VP, with three more for each: a mux sends them in one message, which has 65,536 at most. */
export const VP_VALUES_LIMIT = 60_000;
/** Mistakes of a file that are told; of the others, how many there are. */
export const MISTAKES_TOLD = 20;

/** Why metadata are not taken: there is more of them than that. */
export class TooMuch extends Error {}
