/** The part of resolvers.ts that reads records by their keys and prefetches fields that depend only on the key. */

import { argumentsName } from '../../names.js';
import { allowedAt } from '../../plan/lookup/allowed.js';
import type { PatternPlan } from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import type { EntityPlan } from '../../plan/types/storage.js';
import { type Doc, localsIn } from '../fragment.js';
import { arrow, assigned, block, call, code, comment, object, property, quote } from '../printer.js';
import { codecOf, contextType, entityType, graphqlType, keyValue, runtime, runtimeType } from '../symbols.js';
import { allowingPrefetch } from './allow.js';

/** The function that loads a record, with the fields to prefetch. */
export function prefetchName({ names }: EntityPlan): string {
  return `${names.loader}Prefetch`;
}

/** @param read the call that reads a pattern, in terms of `parent`, `args`, `context` and `info` */
export function prefetchView(
  plan: Plan,
  entity: EntityPlan,
  patterns: readonly PatternPlan[],
  read: (pattern: PatternPlan, extra: readonly Doc[]) => Doc,
) {
  const { names, name } = entity;
  const reads = patterns.flatMap((pattern) => {
    const { field } = pattern;
    if (!field) return [];
    const body = read(pattern, parentOption(entity, pattern));
    const start = arrow(readParameters(body, argumentsName(field.type, field.field)), body);
    return [property(field.field, allowingPrefetch(plan, entity, pattern, start))];
  });
  const load = call(code`context.loaders.${names.loader}.load`, ['parent']);
  const isAsked = patterns.some(({ field }) => field && allowedAt(plan, field));
  const body = isAsked
    ? call(runtime('prefetchAllowed'), ['info', quote(name), arrow([], load), object(reads)])
    : block([
        code`${call(runtime('prefetch'), ['info', quote(name), object(reads)])};`,
        code`return ${load};`,
      ]);
  const parameters = [
    code`parent: ${entityType(names.key)}`,
    code`context: ${contextType}`,
    code`info: ${runtimeType('PrefetchInfo')}`,
  ];
  return {
    comment: comment(`${name} by its key. Prefetches selected fields that depend only on the key.`),
    declaration: assigned(`const ${prefetchName(entity)} =`, arrow(parameters, body)),
  };
}

function readParameters(body: Doc, type: string): Doc[] {
  const used = localsIn(body);
  const given = code`args: ${graphqlType(type)}`;
  if (used.has('info')) return [used.has('args') ? given : '_args', 'info'];
  return used.has('args') ? [given] : [];
}

/** The place of the parent, for a query that reads it too. */
function parentOption(entity: EntityPlan, { prefetch }: PatternPlan): readonly Doc[] {
  if (prefetch?.kind !== 'collection') return [];
  const parts = [
    property('entity', codecOf(entity)),
    property('key', call(keyValue(entity.names.keyBuilder), ['parent'])),
    property('head', quote(prefetch.head)),
    property('between', String(prefetch.between)),
  ];
  return [property('parent', object(parts))];
}
