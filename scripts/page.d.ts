/** @returns the source of plugins/status/page/page.ts */
export function pageSource(): Promise<string>;
