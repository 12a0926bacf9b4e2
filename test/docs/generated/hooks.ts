import type ts from 'typescript';
import { type Parts, table } from '../support/generate.js';
import { interfaceNamed, tagsOf } from '../support/sources.js';

/** The table of hooks, from the doc comments of HookHandlers. */
function hookTable(nameOf: (hook: string) => string): Parts {
  const rows = interfaceNamed('HookHandlers').members.map((member) => {
    const { when, may, failure } = tagsOf(member, ['when', 'may', 'failure']);
    return [nameOf(member.name?.getText() ?? ''), when, kindOf(member), may, failure];
  });
  return new Map([['hooks', table(['Hook', 'When', 'Kind', 'A handler may', 'On failure'], rows)]]);
}

/** Only the type of an asynchronous handler has a promise in it. */
function kindOf(member: ts.TypeElement): string {
  return /=> Answer<.*>;$/.test(member.getText()) ? 'async' : 'sync';
}

/** docs/plugins/hooks.md has a section for each. */
export const linkedHooks = (): Parts => hookTable((hook) => `[${hook}](#${hook.toLowerCase()})`);

/** docs/architecture.md. */
export const namedHooks = (): Parts => hookTable((hook) => `\`${hook}\``);
