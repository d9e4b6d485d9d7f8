/** Patterns: a short block for each. */

import type { SingleBudget, SingleBudgets } from '../../costs/pattern-budgets.js';
import { mixedQuery, spanAccesses } from '../../plan/lookup/mixed-query.js';
import type { GetAccess, MixedAccess, PatternPlan, QueryAccess } from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import type { AggregatePlan, EntityPlan } from '../../plan/types/storage.js';
import { keyText } from '../expressions.js';
import { exactCost, readCost } from './costs.js';
import { filterText } from './filters.js';
import { equality, keyCondition, sortCondition } from './keys.js';

export interface PatternBlock {
  readonly heading: string;
  /** Where and by which condition. */
  readonly reads: string;
  readonly filter: string;
  readonly cost: string;
  /** What the index or entry holds, where that is not all. */
  readonly covering: string;
  readonly why: string;
}

/** A block for each way to read: patterns that read alike share one. */
export function patternBlocks(
  plan: Plan,
  budgets: SingleBudgets,
  patterns: readonly PatternPlan[],
): readonly PatternBlock[] {
  const alike = new Map<string, { readonly names: string[]; readonly block: PatternBlock }>();
  for (const pattern of patterns) {
    const block = patternBlock(plan, budgets, pattern);
    const key = JSON.stringify(block);
    const { name, field } = pattern;
    const heading = `**${name}** · ${field ? `\`${field.type}.${field.field}\`` : 'for rules'}`;
    const found = alike.get(key);
    if (found) found.names.push(heading);
    else alike.set(key, { names: [heading], block });
  }
  return [...alike.values()].map(({ names: all, block }) => ({
    ...block,
    heading: `${all.join(', ')} · ${block.heading}`,
  }));
}

function patternBlock(plan: Plan, budgets: SingleBudgets, pattern: PatternPlan): PatternBlock {
  const budget = budgets.get(pattern.name);
  const query = queryIn(plan, pattern);
  return {
    heading: returned(plan, pattern),
    reads: [...reads(plan, pattern), ...order(query)].join(', '),
    filter: query?.filter ? filterText(query.filter) : '',
    cost: readCost(budget),
    covering: pattern.select === undefined ? covering(budget) : '',
    why: [why(plan, pattern), ...withParent(pattern)].join('; '),
  };
}

function returned(plan: Plan, pattern: PatternPlan): string {
  const records = recordsOf(plan, pattern);
  const what = pattern.select === undefined ? records : `${pattern.select} of ${records}`;
  return pattern.distinct ? `${what}, each once` : what;
}

function recordsOf(plan: Plan, { cardinality, target, access }: PatternPlan): string {
  switch (access.kind) {
    case 'count':
      return `count of ${target}, up to ${access.upTo}`;
    case 'aggregate': {
      const { kind, field } = aggregate(plan, access.entity, access.aggregate) ?? {};
      return kind === 'sum' ? `sum of ${target}.${field}, maintained` : `count of ${target}, maintained`;
    }
    case 'exists':
      return access.each
        ? `exists ${target}, for each of at most ${access.each.max}`
        : `${cardinality} ${target}`;
    case 'through':
      return `${cardinality} ${access.entity} through ${access.join.entity}`;
    default:
      return `${cardinality} ${target}`;
  }
}

/** The query it makes, if it makes one. */
function queryIn(plan: Plan, pattern: PatternPlan): QueryAccess | null {
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

function reads(plan: Plan, pattern: PatternPlan): string[] {
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
      const number = aggregate(plan, access.entity, access.aggregate);
      return number ? [`table: ${equality(number.partition, number.sort)}`] : [];
    }
    case 'exists':
      return joined(plan, access.by);
    case 'through':
      return [...joined(plan, access.join), `then each ${access.entity} by its key`];
    case 'typed':
      return [
        `table: the key of ${names(
          access.members.map(({ entity }) => entity),
          'or',
        )}, as its type says`,
      ];
    case 'any':
      return [
        `table: the keys of ${names(
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

function covering(budget: SingleBudget | undefined): string {
  if (!budget?.covering) return '';
  const { fields, usual } = budget.covering;
  return `${fields.join(', ')}: ${exactCost(usual)} where no others are selected`;
}

/** Why a query reads the key it does. */
function queryReason({ why, entity, index }: QueryAccess): string {
  const name = index ?? 'the table';
  switch (why.kind) {
    case 'primary key':
      return 'the primary key answers it';
    case 'pinned':
      if (why.key === 'attributes') return `pinned to ${name}, whose keys are attributes of the record`;
      return why.key === 'own'
        ? `pinned to ${name}`
        : `pinned to ${name}, for records that meet its \`when\``;
    case 'entry':
      return 'an index entry, as declared';
    case 'shared':
      return `shares the key of \`${why.with}\``;
    case 'chosen':
      return `${name} is the first index that \`${entity}\` leaves free`;
    case 'locked':
      return `the lock keeps it on ${name}`;
  }
}

function why(plan: Plan, { access }: PatternPlan): string {
  switch (access.kind) {
    case 'query':
      return queryReason(access);
    case 'count':
      return queryReason(access.query);
    case 'get':
      return 'the primary key is known';
    case 'unique':
      return 'the guard of the unique value names its owner';
    case 'aggregate': {
      const items = aggregate(plan, access.entity, access.aggregate)?.shards ?? 1;
      return items === 1 ? 'writes maintain it in one item' : `writes maintain it in ${items} items`;
    }
    case 'exists':
      return access.by.kind === 'get' ? 'the primary key is known' : queryReason(access.by);
    case 'through':
      return access.join.kind === 'get' ? 'the primary key of the join is known' : queryReason(access.join);
    case 'typed':
      return 'a value names the entity';
    case 'any':
      return 'the value does not name the entity, so every member is looked up';
    case 'mixed': {
      const members = names(
        access.members.map(({ entity }) => entity),
        'and',
      );
      const share =
        access.spans.length === 1 ? 'are read by one query' : `are read by ${access.spans.length} queries`;
      const parents = names(
        access.parents.map(({ entity }) => entity),
        'and',
      );
      return `${members} ${share}${parents === '' ? '' : `; ${parents} first`}`;
    }
  }
}

/** How the field is read where its parent is read by key. */
function withParent({ prefetch, field }: PatternPlan): string[] {
  if (!prefetch || !field) return [];
  if (prefetch.kind === 'parallel') return [`prefetched with its ${field.type}`];
  const pages = { first: '`first`', last: '`last`', ordered: 'the leading end of its order' }[prefetch.page];
  const { between } = prefetch;
  const others =
    between === 0 ? '' : `, which also reads the ${between === 1 ? 'item' : `${between} items`} between`;
  return [
    `one Query with its ${field.type} for a page by ${pages} without a cursor${others}; otherwise prefetched with it`,
  ];
}

function aggregate(plan: Plan, entity: string, name: string): AggregatePlan | undefined {
  return entityNamed(plan, entity)?.aggregates?.find((one) => one.name === name);
}

function entityNamed(plan: Plan, name: string): EntityPlan | undefined {
  return plan.entities.find((one) => one.name === name);
}

function names(list: readonly string[], word: 'and' | 'or'): string {
  const unique = [...new Set(list)];
  const last = unique.at(-1) ?? '';
  return unique.length < 2 ? last : `${unique.slice(0, -1).join(', ')} ${word} ${last}`;
}
