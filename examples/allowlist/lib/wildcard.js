// @ts-check

/**
 * Whether a text fits a pattern, in which `*` stands for any characters and `?` for one. No regular expression: remote
 * scampers choose the text, and one made of many `*` can be slow without bound.
 * @param {string} pattern
 * @param {string} text
 */
export function fitsWildcard(pattern, text) {
  let at = 0;
  let star = -1; // the last `*` passed, and how far the text was taken for it
  let taken = 0;
  let read = 0;
  while (read < text.length) {
    if (pattern[at] === '*') {
      star = at++;
      taken = read;
    } else if (at < pattern.length && (pattern[at] === '?' || pattern[at] === text[read])) {
      at++;
      read++;
    } else if (star >= 0) {
      at = star + 1;
      read = ++taken;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at++;
  return at === pattern.length;
}
