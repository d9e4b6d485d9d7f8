/** A report as a comment on a pull request: one screen of verdicts, then details that are folded. */

import { countsOf, isFailed } from '../../policy/policy.js';
import type { Report } from '../../report.js';
import type { Severity } from '../../rules.js';
import { type Verdict, verdictsOf } from '../verdicts.js';
import { findingsText } from './findings.js';

const marks: Readonly<Record<Severity, string>> = { error: '❌', warning: '⚠️', note: 'ℹ️' };

export function markdown(report: Report): string {
  const verdicts = verdictsOf(report);
  return `${[
    `## ${headline(report)}`,
    `\`${report.before}\` → \`${report.after}\``,
    table(verdicts),
    ...verdicts.flatMap((verdict) => details(report, verdict)),
  ].join('\n\n')}\n`;
}

function headline({ findings }: Report): string {
  const { error, warning, note } = countsOf(findings);
  if (error + warning + note === 0)
    return findings.length === 0 ? 'Schema review: nothing changes' : 'Schema review: all is accepted';
  const counts = [
    [error, 'error'],
    [warning, 'warning'],
    [note, 'note'],
  ] as const;
  const text = counts
    .filter(([count]) => count > 0)
    .map(([count, word]) => `${count} ${word}${count === 1 ? '' : 's'}`);
  return `Schema review: ${isFailed(findings) ? 'changes requested' : 'passes'}, ${text.join(', ')}`;
}

function table(verdicts: readonly Verdict[]): string {
  const rows = verdicts.map(
    ({ severity, title, text }) =>
      `| ${severity === null ? '✅' : marks[severity]} | **${title}** | ${text} |`,
  );
  return ['| | | |', '|---|---|---|', ...rows].join('\n');
}

/** Folded, unless it is why the review fails. */
function details(report: Report, { section, title, severity, text }: Verdict): string[] {
  const findings = report.findings.filter((one) => one.section === section);
  if (findings.length === 0) return [];
  const summary = `<summary><b>${title}</b>: ${text.replaceAll(/`([^`]*)`/g, '<code>$1</code>')}</summary>`;
  return [
    `<details${severity === 'error' ? ' open' : ''}>\n${summary}`,
    findingsText(findings),
    '</details>',
  ];
}
