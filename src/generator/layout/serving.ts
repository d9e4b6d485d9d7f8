/** What a key serves: whether a pattern can be read by it. */

import { type HoleEncoding, isBoundBy, isBucketUnit, isInverted } from '../encodings.js';
import type { PatternModel } from '../model.js';
import { type KeyTemplate, type SlotPlan, whenId } from '../plan/types/storage.js';
import { holesOf } from '../resolve/templates.js';
import type { Attributes } from './types.js';

/** Whether the declaration names the key a pattern reads. */
export function isPinned(pattern: PatternModel): boolean {
  return pattern.index !== undefined || pattern.key.length > 0 || pattern.entry !== undefined;
}

/** Whether a pattern reads one record, or a list of them, by the whole primary key. */
export function isGet(
  pattern: PatternModel,
  entity: { readonly keyFields: readonly string[] } | undefined,
): boolean {
  const isBatch = pattern.where.some((binding) => binding.each !== undefined);
  const kinds = isBatch ? ['many', 'exists'] : ['one', 'exists'];
  if (!entity || !kinds.includes(pattern.cardinality) || pattern.index || pattern.entry) return false;
  const bound = new Set(equalityFields(pattern));
  return bound.size === entity.keyFields.length && entity.keyFields.every((field) => bound.has(field));
}

/** Whether a pattern finds the record by the guard of a unique value: `index: unique`. */
export function isByGuard({ index }: PatternModel): boolean {
  return index?.text === 'unique';
}

/** Whether a pattern makes a query. */
export function isQuery(
  pattern: PatternModel,
  entity: { readonly keyFields: readonly string[] } | undefined,
): boolean {
  return !isGet(pattern, entity) && !isByGuard(pattern);
}

/** The fields of a constraint that a pattern binds, no fewer and no more. */
export function constraintOf<Fields extends { readonly fields: readonly string[] }>(
  pattern: PatternModel,
  constraints: readonly Fields[],
): Fields | undefined {
  const bound = new Set(equalityFields(pattern));
  return constraints.find(
    ({ fields }) => fields.length === bound.size && fields.every((field) => bound.has(field)),
  );
}

/** The fields a pattern binds by equality. */
export function equalityFields(pattern: PatternModel): string[] {
  return pattern.where.map((binding) => binding.field.text);
}

/** The fields a pattern's results are ordered by; where it finds text by its end, that text. */
export function sortFields(pattern: PatternModel): string[] {
  if (pattern.sort.length > 0) return pattern.sort.map((one) => one.field.text);
  return pattern.range ? [pattern.range.field.text] : [];
}

/** The operators of a pattern's range on a field. */
export function boundsOn({ range }: PatternModel, field: string): string[] {
  return range?.field.text === field ? range.bounds.map(({ operator }) => operator.text) : [];
}

/** Whether a pattern finds text by its end: what it finds is in no order of the text. */
export function isByEnd({ range }: PatternModel): boolean {
  return range?.bounds.some(({ operator }) => operator.text === 'suffix') ?? false;
}

/** What follows the equalities in the sort key: fields that may narrow the results, then their order. */
export function orderFields(pattern: PatternModel): string[] {
  return [...new Set([...pattern.narrow.map((binding) => binding.field.text), ...sortFields(pattern)])];
}

/** Every field that the keys of some patterns hold. */
export function keyFieldsOf(patterns: readonly PatternModel[]): string[] {
  return [...new Set(patterns.flatMap((pattern) => [...equalityFields(pattern), ...orderFields(pattern)]))];
}

/** Whether a key answers a pattern: equalities fill the partition key, then the head of the sort key; then the order. */
export function serves(slot: SlotPlan, pattern: PatternModel): boolean {
  const wanted = new Set(equalityFields(pattern));
  const lists = new Set(pattern.where.filter(({ each }) => each).map((binding) => binding.field.text));
  let hasBucket = false;
  for (const hole of holesOf(slot.partition)) {
    const isBucket = pattern.bucket?.field.text === hole.field && pattern.bucket.unit.text === hole.encode;
    if (isBucket) hasBucket = true;
    else if (isTruncated(hole) || !wanted.delete(hole.field)) return false;
  }
  if (hasBucket !== (pattern.bucket !== undefined)) return false;
  if ((slot.shards ?? 1) !== (pattern.shards?.count ?? 1)) return false;
  if (whenId(slot.when) !== whenId(whenOf(pattern))) return false;
  const rest = holesOf(slot.sort);
  while (wanted.size > 0) {
    const next = rest.shift();
    // Several values of a field are several partitions, or they could not be merged.
    if (!next || isTruncated(next) || lists.has(next.field) || !wanted.delete(next.field)) return false;
  }
  const isInOrder = orderFields(pattern).every(
    (field, at) => rest[at]?.field === field && isBoundBy(rest[at].encode, boundsOn(pattern, field)),
  );
  // An inverted hole runs the other way; a sort key is read one way.
  const directions = pattern.sort.map(
    ({ descending }, at) => descending !== (rest[at] !== undefined && isInverted(rest[at].encode)),
  );
  return isInOrder && new Set(directions).size <= 1;
}

/** Whether a key answers a pattern, and its index holds the records the pattern returns, no fewer and no more. */
export function fits(slot: SlotPlan, pattern: PatternModel, attributes: Attributes): boolean {
  if (!serves(slot, pattern)) return false;
  const named = new Set([...pattern.where, ...pattern.when].map((one) => one.field.text));
  const wanted = presentOf([], attributes, pattern);
  return (
    slot.present.every((field) => named.has(field)) && wanted.every((field) => slot.present.includes(field))
  );
}

/** The nullable fields of which a record needs a value to be in an index. */
export function presentOf(
  templates: readonly (KeyTemplate | null)[],
  attributes: Attributes,
  pattern: PatternModel,
): string[] {
  const fields = [
    ...templates.flatMap((template) => holesOf(template).map((hole) => hole.field)),
    ...pattern.when.flatMap(({ field, values }) => (values === 'present' ? [field.text] : [])),
  ];
  return [...new Set(fields)].filter((field) => attributes.get(field)?.nullable).sort();
}

/** Which records are in an index, besides those that have a value for each hole. */
export function whenOf(pattern: Pick<PatternModel, 'when'>): SlotPlan['when'] {
  return pattern.when.flatMap(({ field, values }) =>
    values === 'present' ? [] : [{ field: field.text, values: values.map(({ value }) => value) }],
  );
}

function isTruncated({ encode }: { readonly encode: HoleEncoding }): boolean {
  return isBucketUnit(encode);
}
