/** Mixed patterns as query functions: one entity that stands for all members, with the names their pattern gives fields. */

import type { MixedAccess, PatternPlan, QueryAccess } from '../types/access.js';
import type { Plan } from '../types/plan.js';
import type { AttributePlan, EntityPlan } from '../types/storage.js';
import { entityOf } from './find.js';

/** What a query function needs of a mixed pattern. */
export interface MixedQuery {
  /** Stands for all members; its attributes are theirs, under the names of the pattern. */
  readonly entity: EntityPlan;
  readonly entities: readonly EntityPlan[];
  readonly access: QueryAccess;
  readonly mixed: MixedAccess;
}

/** The constant that tells the members' codecs. */
export function membersVariable(pattern: Pick<PatternPlan, 'name'>): string {
  return `${pattern.name}Members`;
}

export function mixedQuery(plan: Plan, pattern: PatternPlan, mixed: MixedAccess): MixedQuery {
  const entities = mixed.members.map(({ entity }) => entityOf(plan, entity));
  const [first] = entities;
  if (!first) throw new Error(`no members of ${pattern.name}`);
  const attributes = new Map<string, AttributePlan>();
  for (const [at, { renames }] of mixed.members.entries()) {
    for (const attribute of entities[at]?.attributes ?? []) {
      const name = renames[attribute.name] ?? attribute.name;
      if (!attributes.has(name)) attributes.set(name, { ...attribute, name });
    }
  }
  return {
    entity: { ...first, attributes: [...attributes.values()] },
    entities,
    access: { ...mixed.query, function: pattern.name },
    mixed,
  };
}

/** The accesses of a span's members, in the order of their keys. */
export function spanAccesses({ members }: MixedAccess, names: readonly string[]): QueryAccess[] {
  return names.flatMap((name) => members.find(({ entity }) => entity === name)?.access ?? []);
}
