/** Workflow commands of GitHub Actions ("Workflow commands for GitHub Actions"): each becomes an annotation of a line. */

import type { Finding, Report } from '../report.js';
import type { Severity } from '../rules.js';

const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' };

export function annotations(report: Report): string {
  return report.findings
    .filter(({ waiver }) => !waiver)
    .map((finding) => `${annotation(report, finding)}\n`)
    .join('');
}

function annotation(report: Report, { rule, severity, message, notes, remedy, at }: Finding): string {
  const properties = {
    file: report.root + (at?.file ?? report.patterns),
    ...(at?.revision === 'after' && { line: at.line, col: at.column }),
    title: rule,
  };
  const listed = Object.entries(properties).map(([name, value]) => `${name}=${property(String(value))}`);
  const text = [message, ...notes, ...(remedy ? [remedy] : [])].join('\n');
  return `::${commands[severity]} ${listed.join(',')}::${escaped(text)}`;
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(text: string): string {
  return escaped(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
