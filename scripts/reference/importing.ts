/** The reference of the mapping file, at the end of docs/importing.md: from the shape that validates the file. */

import { readFileSync } from 'node:fs';
import { importSections } from '../../src/generator/language/mappings/import.js';
import type { Key } from '../../src/generator/language/shape.js';

export const importingPath = 'docs/importing.md';
const heading = '## Reference';

/** The page with its reference written anew. */
export function importingPage(): string {
  const [text = ''] = readFileSync(importingPath, 'utf8').split(heading);
  const parts = importSections.flatMap(({ heading: name, intro, keys }) => [
    `### ${name}`,
    intro,
    [
      '| key | meaning | example |',
      '|---|---|---|',
      ...Object.entries(keys).map(([key, row]) => line(key, row)),
    ].join('\n'),
  ]);
  return `${[`${text.trimEnd()}\n`, heading, 'Every key of `import.yaml`. `npm run reference` writes this part from the shape that the file is checked with.', ...parts].join('\n\n').replace('\n\n\n', '\n\n')}\n`;
}

function line(key: string, row: Key): string {
  const example = flow(row.example[key]);
  const needed = row.isRequired ? ' Required.' : '';
  const usual = row.default === undefined ? '' : ` Default: \`${String(row.default)}\`.`;
  return `| \`${key}\` | ${row.description}${needed}${usual} | \`${key}: ${example}\` |`;
}

/** YAML in one line. */
function flow(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const entries = Object.entries(value);
  return entries.length === 0
    ? '{}'
    : `{ ${entries.map(([name, one]) => `${name}: ${flow(one)}`).join(', ')} }`;
}
