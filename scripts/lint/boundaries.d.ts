import type { Rule } from 'eslint';

/** ESLint rule: the boundaries between the parts of this project. */
export const boundaries: Rule.RuleModule;
