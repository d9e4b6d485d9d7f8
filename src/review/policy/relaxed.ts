/** What a change makes milder: the policy it is reviewed by, and the lock that knows what is stored. */

import { type Found, placeOf } from '../found.js';
import type { Revision, Revisions } from '../revision.js';
import { isRule, rowOf, severities } from '../rules.js';

export function relaxedFindings({ before, after }: Revisions): Found[] {
  const at = placeOf(after, 'after', after.model.at);
  const notes = [...milderRules(before, after), ...milderLimits(before, after)];
  return [
    ...(before.lock.isSealed && !after.lock.isSealed
      ? [
          {
            rule: 'lock-unsealed' as const,
            subject: 'lock',
            message: 'The lock is no longer sealed: later changes would not report what stored records need.',
            notes: ['Its line `"sealed"` is false, or the file was deleted and recreated.'],
            at: null,
          },
        ]
      : []),
    ...(notes.length > 0
      ? [
          {
            rule: 'policy-relaxed' as const,
            subject: 'review',
            message: 'The policy is milder than before.',
            notes,
            at,
          },
        ]
      : []),
  ];
}

function milderRules(before: Revision, after: Revision): string[] {
  const severityOf = (revision: Revision, rule: string) =>
    revision.model.review.severity[rule] ?? (isRule(rule) ? rowOf(rule).severity : '');
  const rank = (severity: string) => {
    const at = (severities as readonly string[]).indexOf(severity);
    return at === -1 ? severities.length : at;
  };
  const rules = new Set([before, after].flatMap(({ model }) => Object.keys(model.review.severity)));
  return [...rules].flatMap((rule) => {
    const [was, is] = [severityOf(before, rule), severityOf(after, rule)];
    return rank(is) > rank(was) ? [`\`${rule}\` was \`${was}\` and is \`${is}\`.`] : [];
  });
}

function milderLimits(before: Revision, after: Revision): string[] {
  const [was, is] = [before.model.review.limits, after.model.review.limits];
  return (['readUnits', 'page', 'filterRatio', 'monthly'] as const).flatMap((name) => {
    const [old, now] = [was[name], is[name]];
    if (old === undefined || (now !== undefined && now <= old)) return [];
    return [`The limit \`${name}\` was ${old} and ${now === undefined ? 'is gone' : `is ${now}`}.`];
  });
}
