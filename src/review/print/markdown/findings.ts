/** Findings one by one: what, where, what it means for what is stored, what to do. */

import { plural } from '../../../budget/plural.js';
import type { Finding } from '../../report.js';
import { shownOf } from '../samples.js';
import { inline } from './inline.js';

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
    ...(place ? [inline(place)] : []),
  ];
  return [
    `- ${head.join(' · ')}<br>${inline(message)}`,
    ...(notes.length > 0 ? [notes.map((note) => `  - ${inline(note)}`).join('\n')] : []),
    ...(sample ? [indented(sampleText(sample))] : []),
    ...(remedy ? [`  → ${inline(remedy)}`] : []),
    ...(waiver ? [`  ✅ Accepted until ${waiver.until}: ${inline(waiver.reason)}`] : []),
  ].join('\n\n');
}

/** As a difference. */
export function sampleText(sample: NonNullable<Finding['sample']>): string {
  const { rows, same } = shownOf(sample);
  const lines = rows.flatMap(({ name, before, after }) =>
    before === after
      ? [`  ${name}: ${after}`]
      : [
          ...(before === null ? [] : [`- ${name}: ${before}`]),
          ...(after === null ? [] : [`+ ${name}: ${after}`]),
        ],
  );
  return [
    '```diff',
    ...lines,
    ...(same > 0 ? [`  … ${plural(same, 'attribute')} as before`] : []),
    '```',
  ].join('\n');
}

function indented(text: string): string {
  return text.replaceAll(/^(?=.)/gm, '  ');
}
