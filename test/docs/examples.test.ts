import ts from 'typescript';
import { expect, test } from 'vitest';
import { createController } from '../../index.js';
import typedConfig from './examples/typed-config/index.js';
import { blocksOf, filesBelow, pages, read } from './support/pages.js';

const folder = 'test/docs/examples/';

/** What stands behind the language of a block when it is not a file. */
const notFiles = ['', 'configuration'];

const shown = pages.flatMap((page) =>
  blocksOf(page)
    .map(({ info, text }) => ({ page, language: info.split(' ')[0], file: info.split(' ')[1] ?? '', text }))
    .filter(({ language }) => language === 'js' || language === 'ts'),
);

/** An example as its reader has it: the package by its name, the runner that comes with Node. */
function asShown(file: string): string {
  return (
    read(folder + file)
      .replace(/'(?:\.\.\/)+testing\/index\.js'/g, "'sc-remoted/plugin-sdk/testing'")
      .replace(/'(?:\.\.\/)+client\/index\.js'/g, "'sc-remoted/client'")
      .replace(/'(?:\.\.\/)+plugin-sdk\/index\.js'/g, "'sc-remoted/plugin-sdk'")
      .replace(/'(?:\.\.\/)+plugins\/([a-z-]+)\/index\.js'/g, "'sc-remoted/plugins/$1'")
      .replace(/'(?:\.\.\/)+index\.js'/g, "'sc-remoted'")
      .replace("from 'vitest'", "from 'node:test'")
      // Node's runner prints the reason; vitest wants to know only whether.
      .replace('skipReal() !== false', 'skipReal()')
      .replaceAll('t.onTestFinished(', 't.after(')
  );
}

/** Why a text is not JavaScript; undefined when it is. */
function notJavaScript(text: string): string | undefined {
  const { diagnostics } = ts.transpileModule(text, {
    fileName: 'shown.js',
    reportDiagnostics: true,
    compilerOptions: { allowJs: true, target: ts.ScriptTarget.ES2023 },
  });
  const [first] = diagnostics ?? [];
  return first === undefined ? undefined : ts.flattenDiagnosticMessageText(first.messageText, '\n');
}

test('every block of code is an example that is compiled and tested, or a configuration that is loaded', () => {
  const loose = shown.filter(({ file }) => file === '');
  expect(loose.map(({ page, text }) => `${page}: ${text}`)).toEqual([]);
});

test.each(shown.filter(({ file }) => !notFiles.includes(file)))('$page shows $file as it is', ({ file, text }) => {
  expect(text).toBe(asShown(file));
});

test.each(shown.filter(({ language }) => language === 'js'))('$page shows no types in $file', ({ text }) => {
  expect(notJavaScript(text)).toBeUndefined();
});

test('types are told from JavaScript', () => {
  expect(notJavaScript('const name: string = "x";')).toContain('TypeScript files');
});

test('every example is shown, or tests one that is', () => {
  const hidden = filesBelow(folder, '.ts').filter((path) => !shown.some(({ file }) => path === folder + file));
  expect(hidden.filter((path) => !path.endsWith('.test.ts'))).toEqual([]);
});

test('the example of a typed configuration is a good one', async () => {
  const controller = await createController({ plugins: typedConfig.plugins ?? [] });
  expect(controller.plugins.map(({ name }) => name)).toEqual(['tcp', 'unix-export', 'zombie']);
});
