/** What the policy makes of findings: their severities, and which of them are accepted. */

import { type Found, placeOf } from '../found.js';
import type { Finding } from '../report.js';
import type { Revision, Revisions } from '../revision.js';
import { isRule, rowOf, type Severity, sections, severities } from '../rules.js';

/** @param today `2026-11-29`, UTC */
export function judged(found: readonly Found[], { before, after }: Revisions, today: string): Finding[] {
  const { waivers } = after.model.review;
  // A change does not silence what is said of the policy itself.
  const severityOf = (rule: Found['rule']) =>
    (rowOf(rule).section === 'policy' ? before : after).model.review.severity[rule] ?? undefined;
  const used = new Set<Waiver>();
  const accepting = ({ rule, subject }: Found) => {
    if (rowOf(rule).section === 'policy') return undefined;
    const all = waivers.filter(({ of }) => of.text === rule || of.text === `${rule} ${subject}`);
    for (const one of all) used.add(one);
    return all.find(({ until }) => until >= today);
  };
  const waived = found.map((one) => ({ one, waiver: accepting(one) }));
  const ofWaivers = waivers.flatMap((waiver) => waiverFound(after, waiver, used.has(waiver), today));
  return [...waived, ...ofWaivers.map((one) => ({ one, waiver: undefined }))]
    .flatMap(({ one, waiver }) => judgedOne(one, waiver, severityOf(one.rule)))
    .map((finding, at) => ({ finding, at }))
    .sort((a, b) => rankOf(a.finding) - rankOf(b.finding) || a.at - b.at)
    .map(({ finding }) => finding);
}

type Waiver = Revision['model']['review']['waivers'][number];

function judgedOne(found: Found, waiver: Waiver | undefined, override: string | undefined): Finding[] {
  if (override === 'off') return [];
  const row = rowOf(found.rule);
  const severity = severities.find((one) => one === override) ?? found.severity ?? row.severity;
  const storageClass = found.class ?? row.class;
  return [
    {
      ...found,
      section: row.section,
      severity,
      notes: found.notes ?? [],
      ...(storageClass && { class: storageClass }),
      ...(waiver && { waiver: { reason: waiver.reason, until: waiver.until } }),
    },
  ];
}

function waiverFound(
  after: Revision,
  { of, until, reason }: Waiver,
  isUsed: boolean,
  today: string,
): Found[] {
  const [name = ''] = of.text.split(' ');
  const at = placeOf(after, 'after', of.at);
  const subject = of.text;
  if (!isRule(name) || (isUsed && until >= today)) return [];
  if (!isUsed)
    return [{ rule: 'waiver-unused', subject, message: `The waiver of \`${subject}\` accepts nothing.`, at }];
  return [
    {
      rule: 'waiver-expired',
      subject,
      message: `The waiver of \`${subject}\` ended on ${until}.`,
      notes: [`Its reason was: ${reason}`],
      at,
    },
  ];
}

/** The worst first, what is waived last; then by section. */
function rankOf({ severity, section, waiver }: Finding): number {
  const worst = waiver ? severities.length : severities.indexOf(severity);
  return worst * sections.length + sections.indexOf(section);
}

export function isFailed(findings: readonly Finding[]): boolean {
  return findings.some(({ severity, waiver }) => severity === 'error' && !waiver);
}

/** How many of each severity count, without what is waived. */
export function countsOf(findings: readonly Finding[]): Readonly<Record<Severity, number>> {
  const count = (severity: Severity) =>
    findings.filter((one) => one.severity === severity && !one.waiver).length;
  return { error: count('error'), warning: count('warning'), note: count('note') };
}
