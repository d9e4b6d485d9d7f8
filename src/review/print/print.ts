/** A report as text. */

import type { Report } from '../report.js';
import { annotations } from './annotations.js';
import type { PageFiles } from './html/page.js';
import { reportPage } from './html/report.js';
import { markdown } from './markdown/markdown.js';
import { sarif } from './sarif.js';

export const formats = ['markdown', 'json', 'sarif', 'github', 'html'] as const;
export type Format = (typeof formats)[number];

/**
 * Ends in a newline, unless it is empty.
 *
 * @param page what the page of `html` is made of
 */
export function print(report: Report, format: Exclude<Format, 'html'>): string;
export function print(report: Report, format: Format, page: () => PageFiles): string;
export function print(report: Report, format: Format, page?: () => PageFiles): string {
  switch (format) {
    case 'markdown':
      return markdown(report);
    case 'json':
      return `${JSON.stringify(report, null, 2)}\n`;
    case 'sarif':
      return sarif(report);
    case 'github':
      return annotations(report);
    case 'html':
      return page ? reportPage(report, page()) : '';
  }
}

const endings: Readonly<Record<string, Format>> = {
  md: 'markdown',
  json: 'json',
  sarif: 'sarif',
  html: 'html',
};

/** By the ending of a file's name. */
export function formatOf(path: string): Format | undefined {
  return endings[/\.(\w+)$/.exec(path)?.[1] ?? ''];
}
