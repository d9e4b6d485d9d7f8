/** A short text that changes with the keys a pattern's pages are read by. */

import { createHash } from 'node:crypto';
import { entityOf } from '../../../plan/lookup/find.js';
import { type PatternPlan, queryOf } from '../../../plan/types/access.js';
import type { Plan } from '../../../plan/types/plan.js';
import { quote } from '../../printer.js';

/**
 * Eight hexadecimal digits of SHA-256 over the templates of the index's key and of the table's, and the number of
 * shards: cursors are bound to it, so that one of an older layout is refused, not misread. Null where the pattern has
 * no pages.
 */
export function layoutOf(plan: Plan, { cardinality, access }: PatternPlan): string | null {
  if (cardinality !== 'many' && cardinality !== 'mixed') return null;
  const query = access.kind === 'mixed' ? access.query : queryOf(access);
  if (query === null) return null;
  const read = access.kind === 'mixed' ? access.members.map((member) => member.access) : [query];
  const layout = read.map(({ entity, item, partition, sort }) => {
    const [table] = entityOf(plan, entity).items[item]?.slots ?? [];
    return [partition, sort, table?.partition, table?.sort].map((template) => template?.parts ?? null);
  });
  const text = JSON.stringify([query.shards, layout]);
  return quote(createHash('sha256').update(text).digest('hex').slice(0, 8));
}
