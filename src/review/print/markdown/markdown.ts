/** A report as a comment on a pull request: one screen of verdicts, then details that are folded. */

import type { Report } from '../../report.js';
import type { Severity } from '../../rules.js';
import { detailsOf } from '../details/details.js';
import { headline } from '../headline.js';
import { type Verdict, verdictsOf } from '../verdicts.js';
import { detailText } from './details.js';
import { findingsText } from './findings.js';
import { asHtml, cell, code } from './inline.js';

const marks: Readonly<Record<Severity, string>> = { error: '❌', warning: '⚠️', note: 'ℹ️' };

/** GitHub refuses a comment of more than 65,536 characters. */
const longest = 60_000;

export function markdown(report: Report): string {
  const verdicts = verdictsOf(report);
  const head = [`## ${headline(report)}`, `${code(report.before)} → ${code(report.after)}`, table(verdicts)];
  return `${[...head, ...fitting(verdicts.map((verdict) => details(report, verdict)))].join('\n\n')}\n`;
}

/** As many as a comment takes, the sections in their order. */
function fitting(all: readonly (readonly string[])[]): string[] {
  let length = 0;
  const shown = all.filter((parts) => {
    const added = parts.reduce((sum, part) => sum + part.length + 2, 0);
    const fits = length + added <= longest;
    if (fits) length += added;
    return fits;
  });
  const left = all.length - shown.length;
  return [...shown.flat(), ...(left > 0 ? [leftOut] : [])];
}

const leftOut =
  'Details that a comment has no room for are left out. `tableloom review --out review.html` has all of them.';

function table(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(
    ({ severity, title, text }) =>
      `| ${severity === null ? '✅' : marks[severity]} | **${title}** | ${cell(text)} |`,
  );
  return ['| | | |', '|---|---|---|', ...rows].join('\n');
}

/** Folded, unless it is why the review fails. */
function details(report: Report, { section, title, severity, text }: Verdict): string[] {
  const findings = report.findings.filter((one) => one.section === section);
  const more = detailsOf(report, section);
  if (findings.length === 0 && more.length === 0) return [];
  const summary = `<summary><b>${title}</b>: ${asHtml(text)}</summary>`;
  return [
    `<details${severity === 'error' ? ' open' : ''}>\n${summary}`,
    ...(findings.length > 0 ? [findingsText(findings)] : []),
    ...more.map(detailText),
    '</details>',
  ];
}
