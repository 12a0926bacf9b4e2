/*
 * All that the core reads out of the words of Node: it has no code or field for these. Nowhere else is a message looked into.
 */

const TAKEN_FOR_COMMONJS = /^(?:Unexpected token 'export'|Cannot use import statement outside a module)$/;
/** A package that is not there is told by its name, a file of it by its path. */
const FILE_MISSING = /^Cannot find \w+ '\//;
const SELF_MISSING = /Cannot find package 'sc-remoted(?:\/[^']*)?'/;
/** `/a.js:7` above a syntax error, or `at name (file:///a.js?version=1:7:3)`. */
const FRAME = /^(?: +at (?:.*\()?)?((?:file:\/\/)?\/.+?)(?:\?version=\d+)?:(\d+)(?::\d+\)?)?$/m;

/** Whether a module was taken for CommonJS. */
export function isTakenForCommonJs(failure: unknown): failure is SyntaxError {
  return failure instanceof SyntaxError && TAKEN_FOR_COMMONJS.test(failure.message);
}

/** Whether a package is there, and a file that it names is not. @param failure with the code ERR_MODULE_NOT_FOUND */
export function isFileMissing(failure: Error): boolean {
  return FILE_MISSING.test(failure.message);
}

/** Whether it is this package that somebody's import does not find. */
export function isSelfMissing(reason: string): boolean {
  return SELF_MISSING.test(reason);
}

/** Where a failure came from first: a path or a file's URL, and the line. */
export function placeOf({ stack = '' }: Error): { readonly where: string; readonly line: string } | undefined {
  const [, where, line = ''] = FRAME.exec(stack) ?? [];
  return where === undefined ? undefined : { where, line };
}
