/** Where a pattern reads and by which condition, in words. */

import type { GetAccess, MixedAccess, PatternPlan, QueryAccess } from '../types/access.js';
import type { Plan } from '../types/plan.js';
import type { AggregatePlan, EntityPlan } from '../types/storage.js';
import { equality, keyCondition, keyText, sortCondition } from './key-conditions.js';
import { mixedQuery, spanAccesses } from './mixed-query.js';

/** ``GSI1: `GSI1PK = USER#{shard}`, 4 shards merged, by createdAt ↑ or ↓`` */
export function patternReads(plan: Plan, pattern: PatternPlan): string {
  return [...places(plan, pattern), ...order(patternQuery(plan, pattern))].join(', ');
}

/** The query it makes, if it makes one. */
export function patternQuery(plan: Plan, pattern: PatternPlan): QueryAccess | null {
  const { access } = pattern;
  switch (access.kind) {
    case 'query':
      return access;
    case 'count':
      return access.query;
    case 'exists':
      return access.by.kind === 'query' ? access.by : null;
    case 'through':
      return access.join.kind === 'query' ? access.join : null;
    case 'mixed':
      return mixedQuery(plan, pattern, access).access;
    default:
      return null;
  }
}

function places(plan: Plan, pattern: PatternPlan): string[] {
  const { access } = pattern;
  switch (access.kind) {
    case 'get':
      return [`table: ${key(plan, access.entity)}`];
    case 'unique': {
      const guard = entityNamed(plan, access.entity)?.guards.find(
        ({ fields }) => fields.join() === access.fields.join(),
      );
      return guard ? [`table: ${equality(guard.partition, guard.sort)}`, `then its owner by key`] : [];
    }
    case 'query':
      return [place(access), ...partitions(access)];
    case 'count':
      return [place(access.query), ...partitions(access.query)];
    case 'aggregate': {
      const number = aggregateNamed(plan, access.entity, access.aggregate);
      return number ? [`table: ${equality(number.partition, number.sort)}`] : [];
    }
    case 'exists':
      return joined(plan, access.by);
    case 'through':
      return [...joined(plan, access.join), `then each ${access.entity} by its key`];
    case 'typed':
      return [
        `table: the key of ${namesOf(
          access.members.map(({ entity }) => entity),
          'or',
        )}, as its type says`,
      ];
    case 'any':
      return [
        `table: the keys of ${namesOf(
          access.members.map(({ entity }) => entity),
          'and',
        )}`,
      ];
    case 'mixed':
      return mixedReads(pattern, access);
  }
}

/** Each span of a mixed pattern, and the parents that are read by themselves. */
function mixedReads(pattern: PatternPlan, mixed: MixedAccess): string[] {
  const { query, spans } = mixed;
  const conditions = spans.map((span) => {
    const accesses = spanAccesses(mixed, span.members);
    const [first, last] = [accesses[0], accesses.at(-1)];
    if (!first || !last) throw new Error(`no members of ${pattern.name}`);
    const ranges = new Set(span.isWhole ? [''] : accesses.map(sortCondition));
    const sort =
      ranges.size > 1 && !ranges.has('')
        ? `\`${first.sort?.attribute}\` from \`${keyText({ parts: first.head })}\` to \`${keyText({ parts: last.head })}\``
        : ([...ranges].at(-1) ?? '');
    return [equality(first.partition), ranges.has('') ? '' : sort].filter(Boolean).join(' and ');
  });
  const merged = new Set(conditions).size > 1 ? ['merged'] : [];
  const parents = mixed.parents.flatMap(({ entity, read }) =>
    read === 'alone' ? spanAccesses(mixed, [entity]).map((one) => `${entity} first, from ${place(one)}`) : [],
  );
  return [
    `${query.index ?? 'table'}: ${[...new Set(conditions)].join('; ')}`,
    ...merged,
    ...partitions(query),
    ...parents,
  ];
}

function joined(plan: Plan, access: GetAccess | QueryAccess): string[] {
  return access.kind === 'get'
    ? [`table: ${key(plan, access.entity)}`]
    : [place(access), ...partitions(access)];
}

function place(access: QueryAccess): string {
  return `${access.index ?? 'table'}: ${keyCondition(access)}`;
}

/** Shards, several values, and the buckets a query may cross. */
function partitions({ shards, bucket, equals, orderBy }: QueryAccess): string[] {
  const isMerged = orderBy.length > 0 && orderBy[0] !== bucket?.field;
  const lists = equals.filter(({ each }) => each !== undefined).map(({ field }) => field);
  return [
    ...(shards === null || shards === 1 ? [] : [`${shards} shards merged`]),
    ...(lists.length === 0 ? [] : [`a query for each ${lists.join(' and ')}`]),
    ...(bucket && bucket.reads.kind !== 'given'
      ? [
          `${isMerged ? 'the last' : 'up to'} ${bucket.reads.count} ${bucket.unit}s${isMerged ? ' merged' : ''}`,
        ]
      : []),
    ...(bucket?.reads.kind === 'given' && bucket.reads.list ? [`a query for each ${bucket.unit}`] : []),
  ];
}

function order(query: QueryAccess | null): string[] {
  if (!query || query.orderBy.length === 0) return [];
  const arrow = query.order.kind === 'chosen' ? '↑ or ↓' : query.order.descending ? '↓' : '↑';
  return [`by ${query.orderBy.join(', ')} ${arrow}`];
}

function key(plan: Plan, entity: string): string {
  const slot = entityNamed(plan, entity)?.items[0]?.slots[0];
  return slot ? equality(slot.partition, slot.sort) : '';
}

export function aggregateNamed(plan: Plan, entity: string, name: string): AggregatePlan | undefined {
  return entityNamed(plan, entity)?.aggregates?.find((one) => one.name === name);
}

function entityNamed(plan: Plan, name: string): EntityPlan | undefined {
  return plan.entities.find((one) => one.name === name);
}

export function namesOf(list: readonly string[], word: 'and' | 'or'): string {
  const unique = [...new Set(list)];
  const last = unique.at(-1) ?? '';
  return unique.length < 2 ? last : `${unique.slice(0, -1).join(', ')} ${word} ${last}`;
}
