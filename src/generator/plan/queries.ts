/** How a pattern queries the key it was placed on. */

import { isInverted } from '../encodings.js';
import { aggregateReadBy } from '../layout/aggregates.js';
import {
  multiAttributeAccess,
  multiAttributeFields,
  ofKind,
  othersInIndex,
} from '../layout/multi-attribute.js';
import { isByEnd, sortFields } from '../layout/serving.js';
import type { EntityLayout, Layout, PatternRead } from '../layout/types.js';
import type { IndexModel, PatternModel } from '../model.js';
import { camel, indexName } from '../names.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import { holesOf } from '../resolve/templates.js';
import { typeOfSource } from '../resolve/value-paths.js';
import { cachePlan } from './entities.js';
import { filterPlan } from './filters.js';
import type { QueryAccess, RangeOperator } from './types/access.js';
import type { ItemPlan, SlotPlan, TemplatePart } from './types/storage.js';
import { valuePlan } from './values.js';

const defaultPage = { default: 20, max: 100 };
const defaultAcross = 12;

export function queryAccess(
  resolved: ResolvedModel,
  layout: Layout,
  entity: EntityLayout,
  pattern: PatternModel,
  read: PatternRead | undefined = layout.reads.get(pattern.name.text),
): QueryAccess {
  if (!read) throw new Error(`pattern ${pattern.name.text} was not laid out`);
  const { slot } = read;
  const { head, narrow, rest } = dividedSort(slot, pattern);
  const [ordered] = rest;
  const first = ordered?.kind === 'hole' ? ordered : undefined;
  // The direction is that of the first field in order, which may be one that narrows.
  const [leading] = sortFields(pattern);
  const lead = narrow.find(({ hole }) => hole.field === leading)?.hole ?? first;
  const isOpposite = leading !== undefined && lead !== undefined && isInverted(lead.encode);
  const index = entity.table.indexes.find((one) => one.name.text === slot.index);
  const filter = filterPlan(pattern);
  const isShared =
    index?.multiAttribute && othersInIndex(index.multiAttribute, entity, layout.entities.values()).length > 0;
  return {
    kind: 'query',
    entity: pattern.target.text,
    item: read.item,
    index: slot.index,
    partition: slot.partition,
    sort: slot.sort,
    shards: slot.shards,
    equals: equalsOf(slot, pattern),
    head,
    ...(narrow.length > 0 ? { narrow: { parts: narrow, last: pattern.last ? 'prefix' : 'whole' } } : {}),
    terminated: rest.length > 1,
    range: pattern.range && first ? rangeOf(pattern.range, first) : null,
    ...(index?.multiAttribute ? { multiAttribute: multiAttributeAccess(pattern, index.multiAttribute) } : {}),
    filter: isShared ? ofKind(pattern.target.text, filter) : filter,
    bucket: bucketOf(resolved, pattern),
    order: orderOf(pattern),
    ...(isOpposite ? { isInverted: true as const } : {}),
    orderBy: isByEnd(pattern) ? [] : sortFields(pattern),
    covering: coveringOf(entity, entity.items[read.item], index),
    consistent: pattern.consistent,
    ...(pattern.cache ? { cache: cachePlan(pattern.cache) } : {}),
    page: pageOf(pattern),
    ...(pattern.total ? { total: aggregateReadBy(entity.aggregates, pattern.name.text) } : {}),
    ...(pattern.limit ? { limit: valuePlan(resolved, pattern.for, pattern.limit) } : {}),
    function: pattern.name.text,
    why: read.why,
  };
}

function orderOf({ order, sort }: PatternModel): QueryAccess['order'] {
  if (order?.kind === 'literal') return { kind: 'fixed', descending: order.value === 'DESC' };
  return { kind: order ? 'chosen' : 'fixed', descending: sort[0]?.descending ?? false };
}

function equalsOf({ partition }: SlotPlan, { where }: PatternModel): QueryAccess['equals'] {
  const inPartition = new Set(holesOf(partition).map((hole) => hole.field));
  return where.map(({ field, each }) => ({
    field: field.text,
    in: inPartition.has(field.text) ? 'partition' : 'sort',
    ...(each ? { each: each === 'list' ? each : each.map(({ value }) => value) } : {}),
  }));
}

type NarrowPart = NonNullable<QueryAccess['narrow']>['parts'][number];

/** A sort key's parts: those that equalities fill, those that optional equalities may fill, and the others. */
function dividedSort(
  { sort }: SlotPlan,
  pattern: PatternModel,
): { head: TemplatePart[]; narrow: NarrowPart[]; rest: TemplatePart[] } {
  const parts = sort?.parts ?? [];
  const bound = new Set(pattern.where.map((binding) => binding.field.text));
  const isBound = (part: TemplatePart) =>
    part.kind === 'literal' || (part.kind === 'hole' && bound.has(part.field));
  const open = parts.findIndex((part) => !isBound(part));
  const end = open === -1 ? parts.length : open;
  const narrow: NarrowPart[] = [];
  let at = end;
  for (const _binding of pattern.narrow) {
    const [hole, behind] = parts.slice(at, at + 2);
    if (hole?.kind !== 'hole') break;
    const then = behind?.kind === 'literal' ? behind.text : '';
    narrow.push({ hole, then });
    at += then === '' ? 1 : 2;
  }
  return { head: parts.slice(0, end), narrow, rest: parts.slice(at) };
}

function rangeOf(
  { field, bounds }: NonNullable<PatternModel['range']>,
  { encode }: Extract<TemplatePart, { kind: 'hole' }>,
): QueryAccess['range'] {
  const constants = bounds.flatMap(({ operator, source }) =>
    source.kind === 'literal' ? [[operator.text, source.value]] : [],
  );
  return {
    field: field.text,
    encode,
    bounds: bounds.map((one) => one.operator.text as RangeOperator),
    ...(constants.length > 0 ? { constants: Object.fromEntries(constants) } : {}),
  };
}

function bucketOf(resolved: ResolvedModel, pattern: PatternModel): QueryAccess['bucket'] {
  const { bucket, in: given, across } = pattern;
  if (!bucket) return null;
  const isList = given && typeOfSource(resolved, pattern.for, given)?.kind === 'list';
  return {
    field: bucket.field.text,
    unit: bucket.unit.text as 'year' | 'month' | 'day' | 'hour',
    reads: given
      ? { kind: 'given', ...(isList ? { list: true } : {}) }
      : { kind: 'across', count: across?.count ?? defaultAcross },
  };
}

function pageOf({ page }: PatternModel): QueryAccess['page'] {
  return {
    default: page?.default ?? Math.min(defaultPage.default, page?.max ?? defaultPage.max),
    max: page?.max ?? Math.max(defaultPage.max, page?.default ?? 0),
  };
}

/** What a query's items hold: an entry what it includes, an index what it projects. */
function coveringOf(
  entity: EntityLayout,
  item: ItemPlan | undefined,
  index: IndexModel | undefined,
): QueryAccess['covering'] {
  if (!item) throw new Error(`${entity.model.name.text} has no such item`);
  const loader = camel(entity.model.name.text);
  const projected = index?.project.kind === 'include' ? index.project.fields.map((word) => word.text) : [];
  const isWhole = !index || index.project.kind === 'all';
  if (item.covering.kind === 'some') {
    const { attributes: included } = item.covering;
    const attributes = isWhole ? included : included.filter((name) => projected.includes(name));
    return { kind: 'some', name: `${item.for ?? ''}Held`, attributes, key: 'fields' };
  }
  if (isWhole) return { kind: 'all' };
  // An index projects its keys in any case.
  const keys = index.multiAttribute ? multiAttributeFields(index.multiAttribute) : [];
  const attributes = [...new Set([...keys, ...projected])].filter((name) => entity.attributes.has(name));
  return { kind: 'some', name: `${loader}${indexName(index.name.text)}Held`, attributes, key: 'item' };
}
