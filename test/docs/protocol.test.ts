import { expect, test } from 'vitest';
import { filesBelow, read } from './support/pages.js';

const rules = [...read('docs/protocol.md').matchAll(/^- \*\*([A-Z]+-\d+)\*\* /gm)].map(([, rule = '']) => rule);

const sources = ['core', 'config', 'plugin-sdk', 'testing', 'plugins', 'client', 'cli'].flatMap((folder) =>
  filesBelow(folder, '.ts'),
);

/** The rules that a text cites: `[SEQ-3]`. */
function citedIn(text: string): string[] {
  return [...text.matchAll(/\[([A-Z]{2,}-\d+)\]/g)].map(([, rule = '']) => rule);
}

test('every rule has a name of its own, counted from 1 in each section', () => {
  const count = new Map<string, number>();
  const expected = rules.map((rule) => {
    const [topic = ''] = rule.split('-');
    count.set(topic, (count.get(topic) ?? 0) + 1);
    return `${topic}-${count.get(topic)}`;
  });
  expect(rules).toEqual(expected);
});

test('every rule that the source cites is in the page', () => {
  const cited = sources.flatMap((path) => citedIn(read(path)).map((rule) => `${path}: ${rule}`));
  expect(cited.length).toBeGreaterThan(10);
  expect(cited.filter((citation) => !rules.includes(citation.split(': ')[1] ?? ''))).toEqual([]);
});

test('every rule that the page itself names is in it', () => {
  const topics = [...new Set(rules.map((rule) => rule.split('-')[0]))].join('|');
  const named = read('docs/protocol.md').match(new RegExp(`\\b(?:${topics})-\\d+\\b`, 'g')) ?? [];
  expect(named.filter((rule) => !rules.includes(rule))).toEqual([]);
});

test('no comment cites a page by its paragraphs', () => {
  expect(sources.filter((path) => read(path).includes('§'))).toEqual([]);
});
