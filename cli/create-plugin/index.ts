import { join, resolve } from 'node:path';
import { type Command, CommanderError, Option } from 'commander';
import { ScrError } from '../../core/contract/errors.js';
import { foreground } from '../daemon.js';
import { namesFor } from './names.js';
import { defaultPlugins } from '../../plugins/index.js';
import { ownCommand } from '../own-command.js';
import { findOwnPackage } from './own-package.js';
import { type Flavour, type Language, filesFor, flavours } from './templates.js';
import { writePackage } from './write-package.js';

const usage = 'NAME [--javascript | --typescript] [--template what] [--directory dir]';

/** What is asked for on the command line. */
interface Wish {
  readonly name: string;
  readonly language: Language;
  readonly flavour: Flavour;
  readonly directory: string | undefined;
}

/** Makes a small working plugin with a test. @param argv what follows `create-plugin` @returns the exit code */
export async function createPlugin(argv: readonly string[]): Promise<number> {
  try {
    const wish = parse(argv);
    process.stdout.write(await make(wish));
    return 0;
  } catch (failure) {
    if (failure instanceof CommanderError) return failure.exitCode === 0 ? 0 : 1; // it has been told
    if (!(failure instanceof ScrError)) throw failure;
    await foreground.failed(failure.explain());
    return 1;
  }
}

export function createPluginCommand(): Command {
  const what = 'Makes a small working plugin, with a test, in a new folder.';
  return ownCommand('create-plugin', usage, what, 'sc_remoted')
    .argument('<NAME>', 'what it is called in a configuration: seen-often; or a package: @me/sc-remoted-plugin-x')
    .addOption(new Option('--javascript', 'in JavaScript, checked by types but without a build (default)'))
    .addOption(new Option('--typescript', 'in TypeScript').conflicts('javascript'))
    .addOption(new Option('--template <what>', 'what it does at first').choices(flavours).default('authentication'))
    .addOption(new Option('--directory <dir>', 'where to make it (default: ./sc-remoted-plugin-NAME)'))
    .allowExcessArguments(false);
}

function parse(argv: readonly string[]): Wish {
  const command = createPluginCommand();
  command.parse([...argv], { from: 'user' });
  const { typescript, template, directory } = command.opts<{
    typescript?: boolean;
    template: Flavour;
    directory?: string;
  }>();
  const [name = ''] = command.args;
  return { name, language: typescript === true ? 'typescript' : 'javascript', flavour: template, directory };
}

/** @returns what to tell */
async function make({ name, language, flavour, directory }: Wish): Promise<string> {
  const own = findOwnPackage();
  const names = namesFor(name, Object.keys(defaultPlugins));
  const target = directory ?? names.folder;
  const values = {
    plugin: names.plugin,
    package: names.package,
    configured: names.configured,
    version: own.version,
  };
  const files = filesFor(join(own.directory, 'cli/create-plugin/templates'), language, flavour, values);
  await writePackage(resolve(target), files);
  const list = files.map(({ path }) => `  ${path}`).sort();
  const unpublished = `while npm has no sc-remoted, in the place of npm install:\n  npm install --no-save ${own.directory}\n`;
  const next = `next:\n  cd ${target}\n  npm install\n  npm test\n`;
  return `${names.package} is in ${target}:\n${list.join('\n')}\n\n${next}\n${unpublished}`;
}
