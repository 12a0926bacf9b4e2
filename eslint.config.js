import { defineConfig } from 'eslint/config';
import tseslint from 'typescript-eslint';
import { boundaries } from './scripts/lint/boundaries.js';

export default defineConfig(
  { ignores: ['dist/', '**/node_modules/', '.mutation/', '**/*.d.ts', 'plugins/status/page/page.ts'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { ours: { rules: { boundaries } } },
    rules: {
      'ours/boundaries': 'error',
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      // `() => done()` and `return this.#drop()` read better than braces around them.
      '@typescript-eslint/no-confusing-void-expression': [
        'error',
        { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true },
      ],
      // `void (a && b())` turns an expression into a handler's "nothing".
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      // Mapped types are no records: they keep `readonly`.
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Options of plugins and the like are read by index where the compiler asks for it.
      '@typescript-eslint/dot-notation': 'off',
      eqeqeq: 'error',
      'no-console': 'error',
    },
  },
  {
    // Time is passed in.
    files: ['core/**/*.ts', 'config/**/*.ts', 'plugins/**/*.ts'],
    // The others wait for the end of a turn of the event loop, which is no matter of time; a page has the time of its browser.
    ignores: [
      'core/contract/clock.ts',
      'core/streams/burst.ts',
      'core/streams/turn-end.ts',
      'core/relay/acks.ts',
      'plugins/status/page/browser/**',
    ],
    rules: {
      'no-restricted-globals': [
        'error',
        'setTimeout',
        'setInterval',
        'setImmediate',
        'performance',
        'fetch',
        'WebSocket',
      ],
    },
  },
  {
    files: ['test/**/*.ts'],
    rules: {
      // Matchers such as expect.any() have the type any.
      '@typescript-eslint/no-unsafe-assignment': 'off',
      // Handlers of plugins may be asynchronous, and methods are compared, not called.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/unbound-method': 'off',
    },
  },
  {
    files: ['**/*.js'],
    extends: [tseslint.configs.strict, tseslint.configs.stylistic],
    rules: {
      eqeqeq: 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
);
