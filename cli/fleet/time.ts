/** A time as people read it, to the second. */
export const inUtc = (time: Date): string => time.toISOString().replace(/\.\d+Z$/, 'Z');
