/**
 * What becomes of records that are stored. Two sources: the lock, which knows the keys and attributes that records were
 * stored under, and a comparison of the two plans that leaves out no property.
 */

import type { Plan } from '../../generator/plan/types/plan.js';
import type { Found } from '../found.js';
import type { Revisions } from '../revision.js';
import { rowOf } from '../rules.js';
import { Around } from './around.js';
import { type Comparers, compared } from './compare.js';
import { entityFindings } from './entities.js';
import { milder, needFindings } from './needs.js';
import { tableFindings } from './tables.js';

export function storageFindings(revisions: Revisions): Found[] {
  const around = new Around(revisions);
  const { before, after } = revisions;
  const changes = compared(ofPlan, before.plan, after.plan, around);
  const needs = needFindings(around).filter((one) => !isSaidBetter(one, changes));
  const found = [...needs, ...changes.filter((one) => !isSaid(one, needs)).map(withRemedy)];
  return before.lock.isSealed ? found : found.map(ofDraft);
}

function withRemedy(found: Found): Found {
  const { remedy } = rowOf(found.rule);
  return remedy === 'Nothing.' ? found : { remedy, ...found };
}

/** What an index lacks, by itself. */
function isSaidBetter({ rule, subject }: Found, changes: readonly Found[]): boolean {
  return rule === 'index-changed' && changes.some((one) => one.rule === rule && one.subject === subject);
}

/** Whether the lock says it already, and more of it. */
function isSaid({ rule, subject }: Found, needs: readonly Found[]): boolean {
  // Of a list, the lock says it of the attribute.
  const own = needs.filter((one) => one.subject === subject.replace(/(?:\[\])+$/, ''));
  if (rule === 'attribute-new' || rule === 'normalize-changed') return own.length > 0;
  // It may be the one that is new.
  if (rule === 'attribute-gone')
    return needs.some((one) => one.rule === 'attribute-renamed' && one.message.includes(`\`${subject}\``));
  return own.some((one) => one.rule === rule);
}

/** No record is deployed that anybody may lose. */
function ofDraft(found: Found): Found {
  const severity = found.severity ?? rowOf(found.rule).severity;
  return {
    ...found,
    severity: severity === 'error' ? milder(severity) : severity,
    notes: [...(found.notes ?? []), ...(severity === 'note' ? [] : [draft])],
  };
}

const draft = 'The lock was a draft: only development databases have such records.';

const ofPlan: Comparers<Plan, Around> = {
  format: 'code only',
  tables: { parts: (_was, _is, around) => tableFindings(around) },
  entities: { parts: (_was, _is, around) => entityFindings(around) },
  // Compared by the types of the attributes that hold them, whether or not a write checks their values.
  embedded: 'code only',
  enums: 'code only',
  scalars: 'code only',
  // What they read is in the lock.
  patterns: 'lock',
  mutations: 'code only',
  // How many lanes a day has is in the lock, and what is stored is an entity's.
  events: 'lock',
  subscriptions: 'code only',
  transactions: 'code only',
  rules: 'code only',
  authorization: 'code only',
  resolvers: 'code only',
};
