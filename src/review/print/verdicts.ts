/** A sentence for each section: what a reviewer decides from. Every format prints the same. */

import { moneyText } from '../cost/prices.js';
import type { Finding, Report } from '../report.js';
import {
  rowOf,
  type SectionName,
  type Severity,
  type StorageClass,
  sections,
  severities,
  storageClasses,
} from '../rules.js';
import { code } from './markdown/inline.js';

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
    return { section, title: titles[section], severity, text: textOf(report, section, findings) };
  });
}

/** The subjects of the worst findings, as many as fit. */
function textOf(report: Report, section: SectionName, findings: readonly Finding[]): string {
  const waived = findings.filter(({ waiver }) => waiver).length;
  const counting = findings.filter(({ waiver }) => !waiver);
  const parts = [
    ...(section === 'storage' ? storageText(counting) : worstText(section, counting)),
    ...(waived > 0 ? [`${waived} waived`] : []),
    ...(section === 'cost' ? costText(report.cost) : []),
  ];
  return parts.length === 0 ? 'no change' : parts.join('; ');
}

/** What a month costs, where that changes, and what has to be reindexed. */
function costText({ monthly: { before, after }, currency, backfills }: Report['cost']): string[] {
  const [was, is] = [before, after].map((one) => one && moneyText(one.total, currency));
  return [
    ...(was && is && was !== is ? [`${was} → ${is} a month`] : []),
    ...(backfills.length > 0 ? [`to be reindexed: ${backfills.map(({ entity }) => entity).join(', ')}`] : []),
  ];
}

function worstText(section: SectionName, counting: readonly Finding[]): string[] {
  const worst = severities.find((one) => counting.some(({ severity }) => severity === one));
  if (worst === undefined) return [];
  const shown = counting.filter(({ severity }) => severity === worst);
  const others = counting.length - shown.length;
  const word = wordOf(section, worst, shown);
  return [
    `${shown.length} ${word}${shown.length === 1 ? '' : 's'}: ${subjectsOf(shown)}`,
    ...(others > 0 ? [`${others} less severe`] : []),
  ];
}

function subjectsOf(findings: readonly Finding[]): string {
  const subjects = [...new Set(findings.map(({ subject }) => code(subject)))];
  const more = subjects.length > 4 ? `, ${subjects.length - 4} more` : '';
  return `${subjects.slice(0, 4).join(', ')}${more}`;
}

/** What it is says the rule, whatever the policy makes of it. */
function wordOf(section: SectionName, worst: Severity, shown: readonly Finding[]): string {
  const [kind, ...others] = new Set(shown.map(({ rule }) => rowOf(rule).severity));
  if (section !== 'api' || kind === undefined || others.length > 0) return worst;
  return { error: 'breaking change', warning: 'dangerous change', note: 'safe change' }[kind];
}

/** What becomes of what is stored, as a reviewer decides from it. */
const classTexts: Readonly<Record<StorageClass, string>> = {
  'code only': 'nothing stored is touched',
  'new index': 'a new index, added online',
  'needs backfill': 'records stored before need a backfill',
  'changes stored records': 'records stored before are not found, or not read as they were, until migrated',
  'not in place': 'needs a new table or index',
  'loses data': 'loses stored data',
};

/** The worst class in words, then the others. */
function storageText(counting: readonly Finding[]): string[] {
  const [worst, ...others] = storageClasses
    .toReversed()
    .map((name) => ({ name, findings: counting.filter((one) => one.class === name) }))
    .filter(({ findings }) => findings.length > 0);
  if (!worst) return [];
  return [
    `${classTexts[worst.name]}: ${subjectsOf(worst.findings)}`,
    ...others
      .filter(({ name }) => name !== 'code only')
      .map(({ name, findings }) => `${name}: ${subjectsOf(findings)}`),
  ];
}
