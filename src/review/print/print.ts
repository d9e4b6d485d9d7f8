/** A report as text. */

import type { Report } from '../report.js';
import { markdown } from './markdown/markdown.js';

export const formats = ['markdown', 'json'] as const;
export type Format = (typeof formats)[number];

/** Ends in a newline. */
export function print(report: Report, format: Format): string {
  switch (format) {
    case 'markdown':
      return markdown(report);
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
  }
}

const endings: Readonly<Record<string, Format>> = { md: 'markdown', json: 'json' };

/** By the ending of a file's name. */
export function formatOf(path: string): Format | undefined {
  return endings[/\.(\w+)$/.exec(path)?.[1] ?? ''];
}
