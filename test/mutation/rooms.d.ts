export const sources: readonly string[];
export const own: string[];
export const tests: string[];
export const pool: 'forks' | 'threads';
