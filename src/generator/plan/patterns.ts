/** What each pattern reads, and what it takes. */

import { aggregateReadBy } from '../layout/aggregates.js';
import { constraintOf, isByGuard, isGet } from '../layout/serving.js';
import type { EntityLayout, Layout } from '../layout/types.js';
import { isMaintained, type PatternModel, returned, type Source } from '../model.js';
import { edgeOf } from '../resolve/edges.js';
import { membersOf, renamesOf } from '../resolve/members.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import { filterInputs, filterPlan } from './filters.js';
import { mixedAccess, type QueryOf } from './mixed/access.js';
import { queryAccess } from './queries.js';
import type {
  Access,
  ExistsAccess,
  GetAccess,
  PatternPlan,
  QueryAccess,
  ThroughValue,
} from './types/access.js';
import type { NamedValue } from './types/values.js';
import { fieldRef, namedValues, valuePlan } from './values.js';

const defaultUpTo = 10_000;
const defaultEach = 100;

export function patternPlan(resolved: ResolvedModel, layout: Layout, pattern: PatternModel): PatternPlan {
  return {
    name: pattern.name.text,
    cardinality: pattern.cardinality,
    target: returned(pattern).text,
    field: fieldRef(pattern.for),
    access: accessOf(resolved, layout, pattern),
    ...(pattern.select ? { select: pattern.select.text } : {}),
    ...distinctOf(pattern),
    inputs: inputsOf(resolved, pattern),
    filterInputs: filterInputs(resolved, pattern),
    allow: pattern.allow?.text ?? null,
    visible: pattern.visible?.text ?? null,
  };
}

function distinctOf({ distinct, select }: PatternModel): Pick<PatternPlan, 'distinct'> {
  if (!distinct) return {};
  return { distinct: select ? { by: 'attribute', attribute: select.text } : { by: 'record' } };
}

function accessOf(resolved: ResolvedModel, layout: Layout, pattern: PatternModel): Access {
  const entity = layout.entities.get(pattern.target.text);
  if (pattern.cardinality === 'mixed') {
    const queryOf: QueryOf = (one, member, read) => queryAccess(resolved, layout, one, member, read);
    return mixedAccess(resolved.model, layout, pattern, queryOf, filterPlan(pattern));
  }
  if (!entity) return abstractAccess(resolved, pattern);
  if (isMaintained(pattern)) {
    const { target, name, consistent } = pattern;
    const aggregate = aggregateReadBy(entity.aggregates, name.text);
    return { kind: 'aggregate', entity: target.text, aggregate, consistent };
  }
  if (isByGuard(pattern))
    return {
      kind: 'unique',
      entity: pattern.target.text,
      fields: constraintOf(pattern, entity.guards)?.fields ?? [],
    };
  const each = eachOf(pattern);
  const read = isGet(pattern, entity)
    ? getAccess(pattern, each)
    : queryAccess(resolved, layout, entity, pattern);
  if (read.kind === 'query' && pattern.cardinality === 'count')
    return { kind: 'count', query: read, upTo: pattern.upTo?.count ?? defaultUpTo };
  if (pattern.cardinality === 'exists') return { kind: 'exists', by: read, each };
  return throughAccess(resolved, entity, pattern, read);
}

/** One record of several entities: named by a value, or looked up in all of them. */
function abstractAccess(resolved: ResolvedModel, pattern: PatternModel): Access {
  const { type, for: path } = pattern;
  const read = membersOf(resolved.model, pattern);
  if (!type) {
    const members = read.map((one) => ({ entity: one.entity.text, renames: renamesOf(one) }));
    return { kind: 'any', members };
  }
  const members = type.members.map(({ value, entity: { text } }) => ({
    value: value.text,
    entity: text,
    renames: renamesOf(read.find(({ entity }) => entity.text === text)),
  }));
  return { kind: 'typed', by: valuePlan(resolved, path, type.by), members };
}

function getAccess({ target, cardinality, consistent }: PatternModel, each: ExistsAccess['each']): GetAccess {
  const isBatch = each !== null && cardinality === 'many';
  return { kind: 'get', entity: target.text, consistent, ...(isBatch ? { each } : {}) };
}

/** What is read, or the records it leads to. */
function throughAccess(
  resolved: ResolvedModel,
  join: EntityLayout,
  pattern: PatternModel,
  read: GetAccess | QueryAccess,
): Access {
  const { leadsTo } = pattern;
  if (!leadsTo) return read;
  return {
    kind: 'through',
    join: read,
    entity: leadsTo.target.text,
    key: leadsTo.where.map(({ field, source }) => ({
      name: field.text,
      value:
        source.kind === 'through' ? throughValue(join, source) : valuePlan(resolved, pattern.for, source),
    })),
    edge: edgeOf(resolved.model, pattern),
  };
}

function throughValue(join: EntityLayout, { path }: Source & { kind: 'through' }): ThroughValue['value'] {
  const [attribute = ''] = path;
  return { kind: 'through', attribute, nullable: join.attributes.get(attribute)?.nullable ?? true };
}

/** The key field that takes a list. */
function eachOf(pattern: PatternModel): ExistsAccess['each'] {
  const list = pattern.where.find((binding) => binding.each !== undefined);
  return list ? { field: list.field.text, max: pattern.page?.max ?? defaultEach } : null;
}

function inputsOf(resolved: ResolvedModel, pattern: PatternModel): NamedValue[] {
  const value = (source: Source) => valuePlan(resolved, pattern.for, source);
  // The key that a join leads to may take an argument that the join takes as well.
  const ofKey = (pattern.leadsTo?.where ?? []).filter(
    ({ field, source }) =>
      (source.kind === 'argument' || source.kind === 'parent') &&
      !pattern.where.some((one) => one.field.text === field.text),
  );
  return [
    ...namedValues(
      [...pattern.where, ...ofKey].filter(({ each }) => each === undefined || each === 'list'),
      value,
    ),
    ...namedValues(pattern.narrow, value),
    ...(pattern.range?.bounds ?? []).map(({ operator, source }) => ({
      name: operator.text,
      value: value(source),
    })),
    ...(pattern.in ? [{ name: 'bucket', value: value(pattern.in) }] : []),
    ...(pattern.order && pattern.order.kind !== 'literal'
      ? [{ name: 'order', value: value(pattern.order) }]
      : []),
  ];
}
