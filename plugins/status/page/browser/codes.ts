import { make } from './dom.js';

/** The page of errors: put in where the page is made. */
declare const ERRORS_URL: string;

/** A code, as a link to what it means. */
export function codeLink(code: string): HTMLElement {
  if (!/^SCR_[A-Z0-9_]+$/.test(code)) return make('span', {}, code);
  return make('a', { href: `${ERRORS_URL}#${code.toLowerCase()}`, target: '_blank', rel: 'noreferrer' }, code);
}
