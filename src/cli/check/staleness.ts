/** What is on disk held against what would be generated. */

import type { Diagnostic } from '../../generator/diagnostics/diagnostic.js';

/** Both by path; `onDisk` holds every file of the output folders. */
export function staleness(
  generated: ReadonlyMap<string, string>,
  onDisk: ReadonlyMap<string, string>,
): Diagnostic[] {
  return [
    ...[...generated].flatMap(([path, text]) => {
      const found = onDisk.get(path);
      if (found === undefined) return [missing(path)];
      return found === text ? [] : [stale(path, found, text)];
    }),
    ...[...onDisk.keys()].filter((path) => !generated.has(path)).map(orphan),
  ];
}

function missing(path: string): Diagnostic {
  return {
    code: 'generated-missing',
    severity: 'error',
    message: 'This generated file does not exist.',
    at: { file: path, start: 0, end: 0 },
    hint: 'Run `npm run generate` and commit what it writes.',
  };
}

function stale(path: string, found: string, text: string): Diagnostic {
  const line = firstDifference(found, text);
  const expected = lineAt(text, line);
  const start = line + (/^[ \t]*(?=\S)/.exec(found.slice(line, line + 200))?.[0].length ?? 0);
  const newline = found.indexOf('\n', start);
  return {
    code: 'generated-stale',
    severity: 'error',
    message: 'This generated file is out of date.',
    at: {
      file: path,
      start,
      end: newline === -1 ? Math.max(found.length, start + 1) : Math.max(newline, start + 1),
    },
    notes: [
      {
        message:
          expected === undefined ? 'the file would end here' : `this line would be \`${expected.trim()}\``,
      },
    ],
    hint: 'Run `npm run generate` and commit what it writes.',
  };
}

function orphan(path: string): Diagnostic {
  return {
    code: 'generated-orphan',
    severity: 'error',
    message: 'This file is not generated.',
    at: { file: path, start: 0, end: 0 },
    hint: 'Delete it, or run `npm run generate -- --prune`.',
  };
}

/** Offset of the first line that differs. */
function firstDifference(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at += 1;
  return at === 0 ? 0 : a.lastIndexOf('\n', at - 1) + 1;
}

function lineAt(text: string, start: number): string | undefined {
  if (start >= text.length) return undefined;
  const newline = text.indexOf('\n', start);
  return text.slice(start, newline === -1 ? text.length : newline);
}
