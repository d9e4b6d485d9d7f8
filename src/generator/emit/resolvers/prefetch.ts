/** The part of resolvers.ts.hbs that reads records by their keys and prefetches fields that need only the key. */

import { pascal } from '../../names.js';
import { entityOf } from '../../plan/lookup/find.js';
import type { PatternPlan } from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import type { EntityPlan } from '../../plan/types/storage.js';
import { quote } from '../code.js';

/** The function that loads a record, with the fields to prefetch. */
export function prefetchFunction(entity: EntityPlan): string {
  return `${entity.names.loader}Prefetch`;
}

/** @param read the call that reads a pattern, in terms of `parent`, `args`, `context` and `info` */
export function prefetchViews(plan: Plan, read: (pattern: PatternPlan, extra: readonly string[]) => string) {
  const starting = new Map<string, readonly string[]>();
  for (const { target, starts } of plan.patterns) if (starts) starting.set(target, starts);
  return [...starting].map(([target, names]) => {
    const entity = entityOf(plan, target);
    return {
      name: prefetchFunction(entity),
      type: entity.name,
      record: entity.names.record,
      key: entity.names.key,
      loader: entity.names.loader,
      reads: names.flatMap((name) => {
        const pattern = plan.patterns.find((one) => one.name === name);
        return pattern?.field ? [readView(entity, pattern, pattern.field.field, read)] : [];
      }),
    };
  });
}

function readView(
  entity: EntityPlan,
  pattern: PatternPlan,
  field: string,
  read: (pattern: PatternPlan, extra: readonly string[]) => string,
) {
  const call = read(pattern, parentOption(entity, pattern));
  const uses = (name: string) => new RegExp(`(?<![\\w.'])${name}\\b(?!:)`).test(call);
  const args = uses('args') ? `args: ${pascal(entity.name)}${pascal(field)}Args` : '_args';
  const parameters = uses('info') ? `${args}, info` : uses('args') ? args : '';
  const isShort = !call.includes('\n') && `    ${field}: (${parameters}) => ${call},`.length <= 110;
  return { field, parameters, break: isShort ? ' ' : '\n      ', call };
}

/** The place of the parent, for a query that reads it too. */
function parentOption(entity: EntityPlan, { prefetch }: PatternPlan): readonly string[] {
  if (prefetch?.kind !== 'collection') return [];
  const { codec, keyBuilder } = entity.names;
  const parts = [
    `entity: ${codec}`,
    `key: ${keyBuilder}(parent)`,
    `head: ${quote(prefetch.head)}`,
    `between: ${prefetch.between}`,
  ];
  return [`parent: { ${parts.join(', ')} }`];
}
