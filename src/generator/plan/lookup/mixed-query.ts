/** Mixed patterns as query functions: one entity that stands for all members, with the names their pattern gives fields. */

import type { MixedAccess, PatternPlan, QueryAccess } from '../types/access.js';
import type { Plan } from '../types/plan.js';
import type { AttributePlan, EntityPlan, KeyTemplate } from '../types/storage.js';
import { entityOf } from './find.js';

/** What a query function needs of a mixed pattern. */
export interface MixedQuery {
  /** Stands for all members; its attributes are theirs, under the names of the pattern. */
  readonly entity: EntityPlan;
  /** Those that come from the query. */
  readonly queried: readonly EntityPlan[];
  readonly access: QueryAccess;
  /** The partition keys that are read, where they differ. */
  readonly partitions: readonly KeyTemplate[];
  readonly mixed: MixedAccess;
}

/** The members that the query returns: all but a parent that is read separately. */
export function queriedMembers({ members, parent }: MixedAccess): string[] {
  const names = members.map(({ entity }) => entity);
  return parent?.read === 'separate' ? names.filter((name) => name !== parent.entity) : names;
}

/** The constant that tells the members' codecs. */
export function membersVariable(pattern: Pick<PatternPlan, 'name'>): string {
  return `${pattern.name}Members`;
}

export function mixedQuery(plan: Plan, pattern: PatternPlan, mixed: MixedAccess): MixedQuery {
  const queried = queriedMembers(mixed);
  const members = mixed.members.map((member) => ({ ...member, plan: entityOf(plan, member.entity) }));
  const [first] = members;
  if (!first) throw new Error(`no members of ${pattern.name}`);
  const rename = (template: KeyTemplate, renames: Readonly<Record<string, string>>): KeyTemplate => ({
    ...template,
    text: template.text.replace(/(?<=[{(])\w+(?=[)}])/g, (field) => renames[field] ?? field),
    parts: template.parts.map((part) =>
      part.kind === 'hole' ? { ...part, field: renames[part.field] ?? part.field } : part,
    ),
  });
  const attributes = new Map<string, AttributePlan>();
  for (const { plan: entity, renames } of members) {
    for (const attribute of entity.attributes) {
      const name = renames[attribute.name] ?? attribute.name;
      if (!attributes.has(name)) attributes.set(name, { ...attribute, name });
    }
  }
  const keys = new Map(
    members
      .filter(({ entity }) => queried.includes(entity))
      .map(({ partition, renames }) => {
        const renamed = rename(partition, renames);
        return [JSON.stringify(renamed.parts), renamed] as const;
      }),
  );
  const { query } = mixed;
  const { renames } = first;
  return {
    entity: { ...first.plan, attributes: [...attributes.values()] },
    queried: queried.map((name) => entityOf(plan, name)),
    access: {
      ...query,
      partition: rename(query.partition, renames),
      sort: query.sort && rename(query.sort, renames),
      equals: query.equals.map((one) => ({ ...one, field: renames[one.field] ?? one.field })),
      head: query.head.map((part) =>
        part.kind === 'hole' ? { ...part, field: renames[part.field] ?? part.field } : part,
      ),
      function: pattern.name,
    },
    partitions: [...keys.values()],
    mixed,
  };
}
