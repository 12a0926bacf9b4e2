/** No instance is kept for longer, in seconds. */
export const LONGEST = 10_800;
