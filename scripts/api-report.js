/**
 * The public types, written down: `npm run api` writes etc/*.api.md, `npm run api:check` fails when they are not what the
 * sources say, so that no public type changes unnoticed. A report holds everything that can be reached from what is exported,
 * without comments and sorted by name. (API Extractor stops at `typeof import('./plugin.js')`.)
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { format, resolveConfig } from 'prettier';
import { build } from 'tsup';
import ts from 'typescript';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What can be imported, and from which source it is made. */
const entryPoints = {
  'sc-remoted': 'index.ts',
  'sc-remoted/client': 'client/index.ts',
  'sc-remoted/plugin-sdk': 'plugin-sdk/index.ts',
  'sc-remoted/plugin-sdk/testing': 'testing/index.ts',
};

/** `sc-remoted/plugin-sdk` → etc/plugin-sdk.api.md */
function fileOf(specifier) {
  return `etc/${specifier.replace(/^sc-remoted\//, '').replaceAll('/', '-')}.api.md`;
}

/** All types of an entry point in one text, as the declarations of the package are made. */
async function declarationsOf(source) {
  const outDir = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    await build({
      config: false,
      entry: { index: join(root, source) },
      tsconfig: join(root, 'tsconfig.json'),
      outDir,
      format: 'esm',
      silent: true,
      // tsup's declaration build sets baseUrl, which TypeScript 6 warns of.
      dts: { only: true, compilerOptions: { ignoreDeprecations: '6.0', removeComments: true } },
    });
    return readFileSync(join(outDir, 'index.d.ts'), 'utf8');
  } finally {
    rmSync(outDir, { recursive: true });
  }
}

/** Imports, then declarations by name, then exports: moving things about in the sources changes nothing. */
function sorted(declarations) {
  const file = ts.createSourceFile('index.d.ts', declarations, ts.ScriptTarget.Latest, true);
  const statements = file.statements.map((statement) => ({ key: keyOf(statement), text: statement.getText() }));
  return statements.sort((one, other) => (one.key < other.key ? -1 : 1)).map(({ text }) => text);
}

function keyOf(statement) {
  const name = statement.name ?? statement.declarationList?.declarations[0].name;
  if (ts.isImportDeclaration(statement)) return `1 ${statement.getText()}`;
  return name === undefined ? `3 ${statement.getText()}` : `2 ${name.getText().toLowerCase()} ${statement.pos}`;
}

async function reportOf(specifier, source) {
  const title = `# What \`${specifier}\` exports\n\nWritten by \`npm run api\`; do not edit.\n`;
  const text = `${title}\n\`\`\`ts\n${sorted(await declarationsOf(source)).join('\n\n')}\n\`\`\`\n`;
  return format(text, { ...(await resolveConfig(join(root, 'etc/x.md'))), parser: 'markdown' });
}

function writtenIn(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

/** The lines that one text has and the other has not; enough to see what changed. */
function difference(before, after) {
  const lines = (text, other, sign) => {
    const known = new Set(other.split('\n'));
    return text.split('\n').flatMap((line) => (known.has(line) ? [] : [`${sign} ${line}`]));
  };
  return [...lines(before, after, '-'), ...lines(after, before, '+')].join('\n');
}

const check = process.argv[2] === '--check';
const changed = [];
for (const [specifier, source] of Object.entries(entryPoints)) {
  const file = fileOf(specifier);
  const before = writtenIn(join(root, file));
  const after = await reportOf(specifier, source);
  if (before === after) continue;
  changed.push(file);
  if (check) process.stderr.write(`${file}:\n${difference(before, after)}\n\n`);
  else writeFileSync(join(root, file), after);
}
if (check && changed.length > 0) {
  process.stderr.write(`public types changed: ${changed.join(', ')}. If they are meant to, run: npm run api\n`);
  process.exitCode = 1;
} else {
  process.stdout.write(
    `${changed.length === 0 ? 'public types are as written down' : `written: ${changed.join(', ')}`}\n`,
  );
}
