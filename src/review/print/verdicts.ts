/** A sentence for each section: what a reviewer decides from. Every format prints the same. */

import type { Finding, Report } from '../report.js';
import { type SectionName, type Severity, sections, severities, storageClasses } from '../rules.js';

export interface Verdict {
  readonly section: SectionName;
  /** For people: `Storage`. */
  readonly title: string;
  /** The worst of its findings that counts; null where none does. */
  readonly severity: Severity | null;
  /** `1 breaking change, 2 additions`; Markdown. */
  readonly text: string;
}

const titles: Readonly<Record<SectionName, string>> = {
  api: 'API',
  access: 'Access',
  storage: 'Storage',
  cost: 'Cost',
  requests: 'Requests',
  rules: 'Rules',
  permissions: 'Permissions',
  policy: 'Policy',
};

export function titleOf(section: SectionName): string {
  return titles[section];
}

export function verdictsOf(report: Report): Verdict[] {
  return sections.map((section) => {
    const findings = report.findings.filter((one) => one.section === section);
    const counting = findings.filter(({ waiver }) => !waiver);
    const severity = severities.find((one) => counting.some((finding) => finding.severity === one)) ?? null;
    return { section, title: titles[section], severity, text: textOf(section, findings) };
  });
}

/** The subjects of the worst findings, as many as fit. */
function textOf(section: SectionName, findings: readonly Finding[]): string {
  if (findings.length === 0) return 'no change';
  const waived = findings.filter(({ waiver }) => waiver).length;
  const counting = findings.filter(({ waiver }) => !waiver);
  const worst = severities.find((one) => counting.some(({ severity }) => severity === one));
  const shown = counting.filter(({ severity }) => severity === worst);
  const subjects = [...new Set(shown.map(({ subject }) => `\`${subject}\``))];
  const more = subjects.length > 4 ? `, ${subjects.length - 4} more` : '';
  const word = worst === undefined ? '' : `${counted(shown.length, wordOf(section, shown, worst))}: `;
  const others = counting.length - shown.length;
  return [
    ...(shown.length > 0 ? [`${word}${subjects.slice(0, 4).join(', ')}${more}`] : []),
    ...(others > 0 ? [`${others} less severe`] : []),
    ...(waived > 0 ? [`${waived} waived`] : []),
  ].join('; ');
}

function wordOf(section: SectionName, shown: readonly Finding[], worst: Severity): string {
  if (section === 'storage') {
    const classes = storageClasses.filter((one) => shown.some((finding) => finding.class === one));
    return classes.at(-1) ?? worst;
  }
  if (section === 'api')
    return worst === 'error' ? 'breaking change' : worst === 'warning' ? 'dangerous change' : 'safe change';
  return worst;
}

/** `loses data` has no plural, and is no noun. */
function counted(count: number, word: string): string {
  if (storageClasses.some((one) => one === word)) return count === 1 ? word : `${word} (${count})`;
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
