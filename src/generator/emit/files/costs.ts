/** What each field may ask of DynamoDB: the data of costs.ts.hbs, and of budgets made without generated code. */

import type { Costs, FieldCost, GetCost, QueryCost, RuleCost, WriteCost } from '../../../budget/costs.js';
import type {
  ExistsAccess,
  IdempotentPlan,
  MutationPlan,
  NumberPlan,
  PatternPlan,
  Plan,
  QueryAccess,
  ResolverPlan,
  ThroughAccess,
  TransactionPlan,
} from '../../plan/types.js';
import { assigned, code, json, object, property } from '../printer.js';
import type { SourceFile } from '../source-file.js';
import { runtimeType } from '../symbols.js';
import { aggregateOf } from './aggregates.js';
import { fieldsHeld } from './held.js';
import { mixedQuery } from './mixed.js';
import { aheadCost, startsCost } from './prefetch-costs.js';
import { entityOf, mutationOf, referencesTo, transactionOf } from './shared.js';

export function costsFile({ fields, rules }: Costs): SourceFile {
  const value = object([property('fields', json(fields)), property('rules', json(rules))]);
  const declaration = assigned(code`export const costs: ${runtimeType('Costs')} =`, value);
  return { name: 'costs.ts', data: { declaration }, declared: ['costs'] };
}

export function costsOf(plan: Plan): Costs {
  return {
    fields: Object.fromEntries(
      plan.resolvers.map((resolver) => [`${resolver.type}.${resolver.field}`, fieldCost(plan, resolver)]),
    ),
    rules: Object.fromEntries(
      plan.rules.flatMap(({ name, asks }): [string, RuleCost][] => (asks ? [[name, asks]] : [])),
    ),
  };
}

function fieldCost(plan: Plan, { answer }: ResolverPlan): FieldCost {
  if (answer.kind === 'rule') return { kind: 'rule', rule: answer.rule };
  if (answer.kind === 'mutation') return mutationCost(plan, mutationOf(plan, answer.mutation));
  if (answer.kind === 'transaction') return transactionCost(plan, transactionOf(plan, answer.transaction));
  const pattern = plan.patterns.find(({ name }) => name === answer.pattern);
  if (!pattern) throw new Error(`no pattern ${answer.pattern} in the plan`);
  return {
    ...patternCost(plan, pattern, answer.shape),
    ...startsCost(pattern),
    ...aheadCost(plan, pattern),
  };
}

function mutationCost(plan: Plan, mutation: MutationPlan): WriteCost {
  return writeCost(plan, mutation, [mutation]);
}

/** The records of all steps are read together. */
function transactionCost(plan: Plan, transaction: TransactionPlan): WriteCost {
  return writeCost(
    plan,
    transaction,
    transaction.steps.map(({ mutation }) => mutationOf(plan, mutation)),
  );
}

function writeCost(
  plan: Plan,
  { name, allow, idempotent }: { name: string; allow: string | null; idempotent?: IdempotentPlan },
  steps: readonly MutationPlan[],
): WriteCost {
  const rules = steps.flatMap(({ prepare, alongside }) => [prepare, alongside]).flatMap((rule) => rule ?? []);
  const read = steps.filter(({ kind }) => kind !== 'create');
  const named = read.length > 0 ? read : steps;
  const sequences = steps
    .filter(({ kind }) => isCreating(kind))
    .flatMap(({ entity }) => entityOf(plan, entity).numbers ?? [])
    .filter((number) => number.kind === 'sequence').length;
  const cascades = steps
    .filter(({ kind }) => kind === 'delete')
    .reduce((sum, { entity }) => sum + partitionsBelow(plan, entity), 0);
  return {
    kind: 'write',
    mutation: name,
    of: [...new Set(named.map(({ entity }) => entity))].join(', '),
    reads: read.length > 0,
    ...(read.length > 1 ? { records: read.length } : {}),
    ...(idempotent ? { token: true as const } : {}),
    ...(sequences === 0 ? {} : { sequences }),
    ...(cascades === 0 ? {} : { cascades }),
    ...(allow === null ? {} : { allow }),
    ...(rules.length === 0 ? {} : { rules }),
  };
}

function isCreating(kind: MutationPlan['kind']): boolean {
  return kind === 'create' || kind === 'upsert' || kind === 'put';
}

/** In how many partitions the records are looked for that go with one of an entity. */
function partitionsBelow(plan: Plan, entity: string): number {
  return referencesTo(plan, entity).reduce((sum, { reference: { onDelete, foundBy } }) => {
    const access = plan.patterns.find(({ name }) => name === foundBy)?.access;
    return onDelete === 'cascade' && access?.kind === 'query' ? sum + (access.shards ?? 1) : sum;
  }, 0);
}

type Shape = 'one' | 'list' | 'connection';

function patternCost(plan: Plan, pattern: PatternPlan, shape: Shape): GetCost | QueryCost {
  const { access } = pattern;
  switch (access.kind) {
    case 'get':
      return getCost(pattern, [access.entity], access.each);
    case 'typed':
      return getCost(pattern, [
        access.members.length === 1 ? (access.members[0]?.entity ?? '') : pattern.target,
      ]);
    case 'any':
      return getCost(pattern, access.entities);
    case 'query':
      return queryCost(plan, pattern, access, shape);
    case 'kept':
      return getCost(pattern, keptItems(aggregateOf(entityOf(plan, access.entity), access.number)));
    case 'count':
      return { ...queryCost(plan, pattern, access.query, 'count'), upTo: access.upTo };
    case 'exists':
      return existsCost(plan, pattern, access);
    case 'through':
      return throughCost(plan, pattern, access, shape);
    case 'mixed': {
      const { access: query, partitions } = mixedQuery(plan, pattern, access);
      const cost = queryCost(plan, pattern, query, shape);
      const several = (cost.partitions ?? 1) * Math.max(1, partitions.length);
      const drops =
        access.only !== null || access.members.some(({ entity }) => entityOf(plan, entity).ttl !== null);
      return {
        ...cost,
        of: pattern.target,
        ...(several > 1 ? { partitions: several } : {}),
        ...(drops ? { drops: true as const } : {}),
        ...(access.parent?.read === 'beside' ? { beside: access.parent.entity } : {}),
      };
    }
  }
}

function asked({ allow, visible }: PatternPlan) {
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
    ...asked(pattern),
    ...(each ? { each: { argument: argumentOf(pattern, each.field) ?? '', max: each.max } } : {}),
  };
}

/** The items a number is kept in, by what they are called. */
function keptItems({ name, shards }: NumberPlan): string[] {
  return shards === null ? [name] : Array.from({ length: shards }, (_, shard) => `${name} ${shard}`);
}

function existsCost(plan: Plan, pattern: PatternPlan, { by, each }: ExistsAccess): GetCost | QueryCost {
  if (by.kind === 'get') return getCost(pattern, [by.entity], each);
  const { holds: _, ...cost } = queryCost(plan, pattern, by, 'exists');
  // Of what expires only the record itself tells whether it has.
  const looksUp = by.holds.kind === 'some' && entityOf(plan, by.entity).ttl !== null;
  return looksUp ? { ...cost, holds: [] } : cost;
}

function throughCost(
  plan: Plan,
  pattern: PatternPlan,
  { join, entity }: ThroughAccess,
  shape: Shape,
): GetCost | QueryCost {
  if (join.kind === 'get') return { ...getCost(pattern, [join.entity]), leadsTo: entity };
  const { holds: _, ...cost } = queryCost(plan, pattern, join, shape);
  return { ...cost, leadsTo: entity };
}

function queryCost(
  plan: Plan,
  pattern: PatternPlan,
  access: QueryAccess,
  gives: QueryCost['gives'],
): QueryCost {
  const { bucket, shards, holds, limit } = access;
  const entity = entityOf(plan, access.entity);
  const lists = access.equals.flatMap(({ field, each }): (string | number)[] => {
    if (each === undefined) return [];
    return each === 'list' ? [argumentOf(pattern, field) ?? 100] : [each.length];
  });
  const reads = bucket?.reads;
  const isList = reads?.kind === 'given' && reads.list === true;
  const inOrder = isList && access.orderBy[0] === bucket?.field;
  const buckets =
    reads?.kind === 'across' || reads?.kind === 'either'
      ? reads.count
      : inOrder
        ? (argumentOf(pattern, 'bucket') ?? 100)
        : undefined;
  if (isList && !inOrder) lists.push(argumentOf(pattern, 'bucket') ?? 100);
  const drops = access.filter !== null || entity.ttl !== null || access.native !== undefined;
  const held =
    holds.kind === 'some' && gives !== 'count' ? fieldsHeld(plan, entity, access, holds) : undefined;
  return {
    kind: 'query',
    pattern: pattern.name,
    gives,
    of: access.entity,
    index: access.index ?? 'table',
    ...asked(pattern),
    ...(shards === null ? {} : { partitions: shards }),
    ...(lists.length === 0 ? {} : { lists }),
    ...(buckets === undefined ? {} : { buckets }),
    ...(gives === 'list' || gives === 'connection' ? { page: access.page } : {}),
    ...(gives === 'list' && limit ? { limit: limitOf(limit) } : {}),
    // A rule may look at any attribute.
    ...(held === undefined ? {} : { holds: pattern.visible === null ? held : [] }),
    ...(access.total === undefined ? {} : { total: aggregateOf(entity, access.total).shards ?? 1 }),
    ...(drops ? { drops: true as const } : {}),
    ...(access.consistent ? { consistent: true as const } : {}),
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
