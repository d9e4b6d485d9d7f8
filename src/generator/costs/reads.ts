/** What patterns ask of DynamoDB: reads by key and queries. */

import type { GetCost, QueryCost } from '../../budget/costs.js';
import { coveredFields } from '../plan/lookup/covering.js';
import { aggregateOf, entityOf } from '../plan/lookup/find.js';
import { mixedQuery } from '../plan/lookup/mixed-query.js';
import type { ExistsAccess, PatternPlan, QueryAccess, ThroughAccess } from '../plan/types/access.js';
import type { Plan } from '../plan/types/plan.js';
import type { AggregatePlan } from '../plan/types/storage.js';

type Shape = 'one' | 'list' | 'connection';

export function patternCost(plan: Plan, pattern: PatternPlan, shape: Shape): GetCost | QueryCost {
  const { access } = pattern;
  switch (access.kind) {
    case 'get':
      return { ...getCost(pattern, [access.entity], access.each), ...consistently(access) };
    case 'unique':
      return {
        ...getCost(pattern, [`the guard of ${access.fields.join(' and ')}`]),
        leadsTo: access.entity,
        ...consistently({ consistent: true }),
      };
    case 'typed':
      return getCost(pattern, [
        access.members.length === 1 ? (access.members[0]?.entity ?? '') : pattern.target,
      ]);
    case 'any':
      return getCost(
        pattern,
        access.members.map(({ entity }) => entity),
      );
    case 'query':
      return queryCost(plan, pattern, access, shape);
    case 'aggregate':
      return {
        ...getCost(pattern, aggregateItems(aggregateOf(entityOf(plan, access.entity), access.aggregate))),
        ...consistently(access),
      };
    case 'count':
      return { ...queryCost(plan, pattern, access.query, 'count'), upTo: access.upTo };
    case 'exists':
      return existsCost(plan, pattern, access);
    case 'through':
      return throughCost(plan, pattern, access, shape);
    case 'mixed': {
      const { access: query } = mixedQuery(plan, pattern, access);
      const cost = queryCost(plan, pattern, query, shape);
      const several = (cost.partitions ?? 1) * access.spans.length;
      const alone = access.parents.filter(({ read }) => read === 'alone').map(({ entity }) => entity);
      const drops =
        access.only !== null || access.members.some(({ entity }) => entityOf(plan, entity).ttl !== null);
      return {
        ...cost,
        of: pattern.target,
        ...(several > 1 ? { partitions: several } : {}),
        ...(drops && !cost.drops ? { drops: 'rarely' as const } : {}),
        ...(alone.length > 0 ? { before: alone } : {}),
      };
    }
  }
}

function consistently({ consistent }: { readonly consistent: boolean }) {
  return consistent ? { consistent: true as const } : {};
}

function rulesAround({ allow, visible }: PatternPlan) {
  return { ...(allow === null ? {} : { allow }), ...(visible === null ? {} : { visible }) };
}

function getCost(
  pattern: PatternPlan,
  of: readonly string[],
  each?: { readonly field: string; readonly max: number } | null,
): GetCost {
  return {
    kind: 'get',
    pattern: pattern.name,
    of,
    ...rulesAround(pattern),
    ...(each ? { each: { argument: argumentOf(pattern, each.field) ?? '', max: each.max } } : {}),
  };
}

/** The items that hold an aggregate, by name. */
function aggregateItems({ name, shards }: AggregatePlan): string[] {
  return shards === null ? [name] : Array.from({ length: shards }, (_, shard) => `${name} ${shard}`);
}

function existsCost(plan: Plan, pattern: PatternPlan, { by, each }: ExistsAccess): GetCost | QueryCost {
  if (by.kind === 'get') return { ...getCost(pattern, [by.entity], each), ...consistently(by) };
  const { covering: _, ...cost } = queryCost(plan, pattern, by, 'exists');
  // Of what expires only the record itself tells whether it has.
  const looksUp = by.covering.kind === 'some' && entityOf(plan, by.entity).ttl !== null;
  return looksUp ? { ...cost, covering: [] } : cost;
}

function throughCost(
  plan: Plan,
  pattern: PatternPlan,
  { join, entity }: ThroughAccess,
  shape: Shape,
): GetCost | QueryCost {
  if (join.kind === 'get')
    return { ...getCost(pattern, [join.entity]), leadsTo: entity, ...consistently(join) };
  const { covering: _, ...cost } = queryCost(plan, pattern, join, shape);
  return { ...cost, leadsTo: entity };
}

function queryCost(
  plan: Plan,
  pattern: PatternPlan,
  access: QueryAccess,
  gives: NonNullable<QueryCost['gives']>,
): QueryCost {
  const { bucket, shards, covering, limit } = access;
  const entity = entityOf(plan, access.entity);
  const lists = access.equals.flatMap(({ field, each }): (string | number)[] => {
    if (each === undefined) return [];
    return each === 'list' ? [argumentOf(pattern, field) ?? 100] : [each.length];
  });
  const reads = bucket?.reads;
  const isList = reads?.kind === 'given' && reads.list === true;
  const isOrderedByTime = access.orderBy.length === 0 || access.orderBy[0] === bucket?.field;
  const inOrder = isList && access.orderBy[0] === bucket?.field;
  const isCrossing = reads?.kind === 'across' || reads?.kind === 'either';
  if (isCrossing && !isOrderedByTime) lists.push(reads.count);
  const buckets =
    isCrossing && isOrderedByTime
      ? reads.count
      : inOrder
        ? (argumentOf(pattern, 'bucket') ?? 100)
        : undefined;
  if (isList && !inOrder) lists.push(argumentOf(pattern, 'bucket') ?? 100);
  // Counting adds a filter for what has expired.
  const filters = access.filter !== null || (gives === 'count' && entity.ttl !== null);
  const drops = entity.ttl !== null || access.multiAttribute !== undefined || pattern.distinct !== undefined;
  const held =
    covering.kind === 'some' && gives !== 'count' ? coveredFields(plan, entity, access, covering) : undefined;
  return {
    kind: 'query',
    pattern: pattern.name,
    gives,
    of: access.entity,
    index: access.index ?? 'table',
    ...rulesAround(pattern),
    ...(shards === null ? {} : { partitions: shards }),
    ...(lists.length === 0 ? {} : { lists }),
    ...(buckets === undefined ? {} : { buckets }),
    ...(gives === 'list' || gives === 'connection' ? { page: access.page } : {}),
    ...(gives === 'list' && limit ? { limit: limitOf(limit) } : {}),
    // A rule may look at any attribute.
    ...(held === undefined ? {} : { covering: pattern.visible === null ? held : [] }),
    ...(held === undefined || pattern.select === undefined ? {} : { selects: pattern.select }),
    ...(access.total === undefined ? {} : { total: aggregateOf(entity, access.total).shards ?? 1 }),
    ...(filters ? { drops: true as const } : drops ? { drops: 'rarely' as const } : {}),
    ...(access.consistent ? { consistent: true as const } : {}),
    ...(access.cache ? { cached: access.cache.shared ? ('shared' as const) : ('process' as const) } : {}),
  };
}

function limitOf(limit: NonNullable<QueryAccess['limit']>): string | number {
  if (limit.kind === 'literal') return Number(limit.value);
  return limit.kind === 'made' ? limit.name : limit.path.join('.');
}

/** The argument that gives a field's values; undefined where another value does. */
function argumentOf({ inputs }: PatternPlan, field: string): string | undefined {
  const value = inputs.find(({ name }) => name === field)?.value;
  return value?.kind === 'argument' ? value.path.join('.') : undefined;
}
