/** What a query of several entities reads, as code. */

import { type MixedQuery, spanAccesses } from '../../../plan/lookup/mixed-query.js';
import { isExact } from '../../../plan/lookup/sort-key.js';
import type { MixedSpan, QueryAccess } from '../../../plan/types/access.js';
import type { TemplatePart } from '../../../plan/types/storage.js';
import type { Doc } from '../../fragment.js';
import { flatText } from '../../print.js';
import { call, code, list, object, property, quote, texts } from '../../printer.js';
import { keyValue, runtime } from '../../symbols.js';
import { tableVariable } from '../shared.js';
import {
  bucketSequence,
  eachBucket,
  isSeveral,
  keyList,
  type PartitionParts,
  partitionParts,
} from './partitions.js';
import { sortExpression } from './sort.js';

/** Parts of a key with the values to look up. */
export type Parts = (list: readonly TemplatePart[]) => Doc;

type PartsOf = (member: QueryAccess) => Parts;

/** @param partsOf the parts of a member's keys */
export function mixedRead(
  query: MixedQuery,
  partsOf: PartsOf,
): PartitionParts & { readonly sort: Doc | null } {
  const { mixed, access } = query;
  const spans = mixed.spans.map((span) => spanRead(query, span, partsOf));
  const [first] = spans;
  const isPlain =
    mixed.parents.every(({ read }) => read === 'first') &&
    spans.every(({ sort, only }) => only === null && textOf(sort) === textOf(first?.sort ?? null));
  if (isPlain && first) {
    const keys = new Map(spans.map(({ key }) => [flatText(key), key]));
    return { ...partitionParts(access, [...keys.values()]), sort: first.sort };
  }
  const parents = mixed.parents.flatMap(({ entity, read }) =>
    read === 'alone' ? [list(aloneParts(query, entity, partsOf))] : [],
  );
  const parts = list(spans.map((one) => partExpression(access, one)));
  const buckets = bucketSequence(access);
  const lists = [...parents, buckets ? code`...${eachBucket(access, buckets, parts)}` : parts];
  const partitions = object([property('kind', quote('parts')), property('lists', list(lists))]);
  return { partitions, sort: null };
}

interface SpanRead {
  readonly key: Doc;
  readonly sort: Doc | null;
  /** The members, where records of the others may lie among them. */
  readonly only: readonly string[] | null;
  readonly index?: Doc;
}

function spanRead({ mixed, entity }: MixedQuery, span: MixedSpan, partsOf: PartsOf): SpanRead {
  const accesses = spanAccesses(mixed, span.members);
  const [first] = accesses;
  const key = first ? partsOf(first)(first.partition.parts) : '';
  const sorts = span.isWhole
    ? [null]
    : accesses.map((one) => sortExpression(entity, one, partsOf(one)(one.head)));
  const distinct = new Map(sorts.map((sort) => [textOf(sort), sort]));
  const known = [...distinct.values()].flatMap((sort) => sort ?? []);
  const [only = null] = known;
  const isOpen = known.length < distinct.size;
  const sort = isOpen ? null : known.length > 1 ? call(runtime('spanOf'), known) : only;
  return { key, sort, only: span.isMingled ? span.members : null };
}

/** A parent that is read by itself: by its own key, or on an index. */
function aloneParts({ mixed, entity, access }: MixedQuery, name: string, partsOf: PartsOf): Doc[] {
  return spanAccesses(mixed, [name]).map((own) => {
    const parts = partsOf(own);
    const index = own.index === access.index ? {} : { index: keyValue(tableVariable(entity.table)) };
    const sort = sortExpression(entity, own, parts(own.head));
    const only = isExact(own) ? null : [name];
    return partExpression(own, { key: parts(own.partition.parts), sort, only, ...index });
  });
}

function partExpression(access: QueryAccess, { key, sort, only, index }: SpanRead): Doc {
  const more = [
    ...(sort === null ? [] : [property('sort', sort)]),
    ...(index === undefined ? [] : [property('index', index)]),
    ...(only === null ? [] : [property('only', texts(only))]),
  ];
  if (!isSeveral(access)) return object([property('key', key), ...more]);
  return code`...${call(runtime('partsOf'), [keyList(access, [key]), object(more)])}`;
}

function textOf(sort: Doc | null): string {
  return sort === null ? '' : flatText(sort);
}
