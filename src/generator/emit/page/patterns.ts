/** Patterns: a short block for each. */

import type { SingleBudget, SingleBudgets } from '../../costs/pattern-budgets.js';
import { durationText } from '../../durations.js';
import { entityOf } from '../../plan/lookup/find.js';
import { aggregateNamed, namesOf, patternQuery, patternReads } from '../../plan/lookup/reads.js';
import { type PatternPlan, type QueryAccess, queryOf } from '../../plan/types/access.js';
import type { Plan } from '../../plan/types/plan.js';
import { exactCost, readCost } from './costs.js';
import { filterText, inputText } from './filters.js';

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
  const query = patternQuery(plan, pattern);
  return {
    heading: returned(plan, pattern),
    reads: patternReads(plan, pattern),
    filter: query?.filter ? filterText(query.filter, inputText) : '',
    cost: readCost(budget),
    covering: pattern.select === undefined ? covering(budget) : '',
    why: [why(plan, pattern), ...withParent(pattern), ...cached(plan, pattern)].join('; '),
  };
}

/** How old an answer may be. */
function cached(plan: Plan, { access }: PatternPlan): readonly string[] {
  const policy =
    access.kind === 'get' && !access.consistent
      ? entityOf(plan, access.entity).cache
      : access.kind === 'get'
        ? undefined
        : queryOf(access)?.cache;
  return policy ? [`cached, at most ${durationText(policy.seconds + policy.stale)} old`] : [];
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
      const { kind, field } = aggregateNamed(plan, access.entity, access.aggregate) ?? {};
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
      const items = aggregateNamed(plan, access.entity, access.aggregate)?.shards ?? 1;
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
      const members = namesOf(
        access.members.map(({ entity }) => entity),
        'and',
      );
      const share =
        access.spans.length === 1 ? 'are read by one query' : `are read by ${access.spans.length} queries`;
      const parents = namesOf(
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
