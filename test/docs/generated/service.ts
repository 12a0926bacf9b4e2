import type { Parts } from '../support/generate.js';
import { read } from '../support/pages.js';

/** docs/operations.md: what the packages bring, as it is. */
export function serviceParts(): Parts {
  return new Map([
    ['unit', fenced('ini', 'packaging/systemd/sc-remoted.service')],
    ['logrotate', fenced('', 'packaging/etc/logrotate')],
  ]);
}

function fenced(language: string, file: string): string {
  return `\`\`\`${language}\n${read(file)}\`\`\``;
}
