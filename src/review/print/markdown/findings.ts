/** Findings one by one: what, where, what it means for what is stored, what to do. */

import { plural } from '../../../budget/plural.js';
import type { Finding, SampleItem } from '../../report.js';

export function findingsText(findings: readonly Finding[]): string {
  return findings.map(findingText).join('\n\n');
}

function findingText(finding: Finding): string {
  const { rule, class: storageClass, severity, message, notes, at, sample, remedy, waiver } = finding;
  const place = at && `${at.file}:${at.line}${at.revision === 'before' ? ' (before)' : ''}`;
  const head = [
    `**${severity}**`,
    `\`${rule}\``,
    ...(storageClass ? [storageClass] : []),
    ...(place ? [place] : []),
  ];
  return [
    `- ${head.join(' · ')}<br>${message}`,
    ...(notes.length > 0 ? [notes.map((note) => `  - ${note}`).join('\n')] : []),
    ...(sample ? [indented(sampleText(sample))] : []),
    ...(remedy ? [`  → ${remedy}`] : []),
    ...(waiver ? [`  ✅ Accepted until ${waiver.until}: ${waiver.reason}`] : []),
  ].join('\n\n');
}

/** An item before and after, as a difference: its key and what changes. */
export function sampleText({ before, after }: NonNullable<Finding['sample']>): string {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const line = (mark: string, item: SampleItem | null, name: string) =>
    item && name in item ? [`${mark} ${name}: ${JSON.stringify(item[name])}`] : [];
  const rows = names.map((name, at) => {
    const [was, is] = [line('-', before, name), line('+', after, name)];
    const isSame = was[0]?.slice(1) === is[0]?.slice(1);
    return { lines: isSame ? line(' ', after, name) : [...was, ...is], isShown: !isSame || at < 2 };
  });
  const hidden = rows.filter(({ isShown }) => !isShown).length;
  const shown = rows.flatMap(({ lines, isShown }) => (isShown ? lines : []));
  return [
    '```diff',
    ...shown,
    ...(hidden > 0 ? [`  … ${plural(hidden, 'attribute')} as before`] : []),
    '```',
  ].join('\n');
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
