/** docs/diagnostics.md, from the rows of codes and what their fixtures print. */

import { existsSync, readFileSync } from 'node:fs';
import type { CodeRow } from '../../src/generator/diagnostics/codes/row.js';
import { codeSections } from '../../src/generator/diagnostics/codes.js';

const intro = `What the generator reports, and what to do about it. While there is an error, nothing is written. A warning does not stop generation, and \`tableloom check\` exits 0.

Each diagnostic is printed as \`path:line:column: error[code]: message\`, followed by the source line, notes with places of their own, and a hint. The generator reports errors of reading first, then those of names and declarations, then those of keys and indexes, so that the consequences of a mistake do not hide it. A code has a project that shows it under \`test/fixtures/errors/\` or \`test/fixtures/warnings/\`. \`npm run reference\` writes this page.`;

export function diagnosticsPage(): string {
  const sections = codeSections.flatMap(({ heading, intro: about, rows }) => [
    `## ${heading}`,
    ...(about === undefined ? [] : [about]),
    ...Object.entries(rows).flatMap(([code, row]) => entryOf(code, row)),
  ]);
  return `${['# Diagnostics', intro, ...sections].join('\n\n')}\n`;
}

function entryOf(code: string, row: CodeRow): string[] {
  const example = row.example ?? printedFor(code);
  return [
    `### \`${code}\``,
    row.meaning,
    ...(example === undefined ? [] : [`\`\`\`text\n${example}\n\`\`\``]),
    row.remedy,
  ];
}

/** The first diagnostic of this code that its fixture prints; undefined where there is no fixture. */
export function printedFor(code: string): string | undefined {
  for (const kind of ['errors', 'warnings', 'imports']) {
    const path = `test/fixtures/${kind}/${code}/expected.txt`;
    if (!existsSync(path)) continue;
    const printed = readFileSync(path, 'utf8').trimEnd().split('\n\n');
    return printed.find((one) => one.includes(`[${code}]: `));
  }
  return undefined;
}
