import picomatch from 'picomatch';

/**
 * What tells whether a name in a certificate fits one of the patterns: `*.ucsd.example`. They are compared as DNS does, without
 * regard to case.
 */
export function certificateMatcher(patterns: readonly string[]): (name: string) => boolean {
  return picomatch([...patterns], { dot: true, nocase: true, nonegate: true });
}
