/** The partitions that a query reads, as code. */

import type { QueryAccess } from '../../../plan/types/access.js';
import type { Doc } from '../../fragment.js';
import { arrow, call, code, list, literal, object, property, quote } from '../../printer.js';
import { runtime } from '../../symbols.js';
import { boundValue } from './bounds.js';

/** Fields bound to lists of values. */
export function listsOf({ equals }: Pick<QueryAccess, 'equals'>) {
  return equals.flatMap(({ field, each }) => (each ? [{ field, each }] : []));
}

/** Whether the caller names several buckets. */
export function isListOfBuckets({ bucket }: QueryAccess): boolean {
  return bucket?.reads.kind === 'given' && bucket.reads.list === true;
}

/** Buckets are read one after the other where the answer is in order of time. */
export function isInSequence(access: QueryAccess): boolean {
  const { bucket, orderBy } = access;
  if (bucket === null) return false;
  return bucket.reads.kind === 'across' || (isListOfBuckets(access) && orderBy[0] === bucket.field);
}

/** Whether the order is that of the buckets; a number has none. */
function isOrderedByTime({ bucket, orderBy }: QueryAccess): boolean {
  return orderBy.length === 0 || orderBy[0] === bucket?.field;
}

/** Whether the answer runs downwards. */
export function descendingExpression({ order }: QueryAccess): string {
  if (order.kind === 'fixed') return String(order.descending);
  return order.descending ? "by.order !== 'ASC'" : "by.order === 'DESC'";
}

export interface PartitionParts {
  readonly partition?: Doc;
  readonly partitions?: Doc;
}

/** @param several the partition keys; more than one where entities of different partitions are read */
export function partitionParts(access: QueryAccess, several: readonly Doc[]): PartitionParts {
  const { shards } = access;
  const [key = ''] = several;
  const keys = keyList(access, several);
  const buckets = bucketSequence(access);
  if (buckets) return { partitions: sequence(eachBucket(access, buckets, keys)) };
  if (several.length > 1 || isSeveral(access)) {
    const isInShards = shards !== null && several.length === 1 && isShardsOnly(access);
    return {
      partitions: isInShards
        ? call(runtime('shards'), [String(shards), arrow(['shard'], key)])
        : merged(keys),
    };
  }
  return { partition: key };
}

/** Whether one partition key of a pattern stands for several partitions that are merged. */
export function isSeveral(access: QueryAccess): boolean {
  return access.shards !== null || !isShardsOnly(access);
}

function isShardsOnly(access: QueryAccess): boolean {
  return listsOf(access).length === 0 && !(isListOfBuckets(access) && !isInSequence(access));
}

/** The partitions of one bucket, as a list: one for each key, value of a list, and shard. */
export function keyList(access: QueryAccess, several: readonly Doc[]): Doc {
  const { shards } = access;
  const [key = ''] = several;
  const inShards = (one: Doc) => call(runtime('shardKeys'), [String(shards), arrow(['shard'], one)]);
  const own =
    shards !== null && several.length === 1
      ? inShards(key)
      : list(several.map((one) => (shards === null ? one : code`...${inShards(one)}`)));
  const keys = listsOf(access).reduceRight<Doc>((inner, { field, each }) => {
    const values = each === 'list' ? `by.${field}` : list(each.map(literal));
    return call(runtime('inList'), [quote(field), values, arrow([field], inner)]);
  }, own);
  return isListOfBuckets(access) && !isInSequence(access)
    ? call(runtime('inList'), [quote('bucket'), 'by.bucket', arrow(['bucket'], keys)])
    : keys;
}

/** The buckets that are read one after the other; null where the pattern reads none, or one. */
export function bucketSequence(access: QueryAccess): Doc | null {
  const { bucket } = access;
  if (bucket?.reads.kind === 'across') return bucketsCrossed(access, bucket.reads.count);
  if (!bucket || !isInSequence(access)) return null;
  return call(runtime('bucketList'), [quote(bucket.unit), 'by.bucket', descendingExpression(access)]);
}

function merged(keys: Doc): Doc {
  return object([property('kind', quote('merge')), property('keys', keys)]);
}

function sequence(keys: Doc): Doc {
  return object([property('kind', quote('sequence')), property('keys', keys)]);
}

/**
 * A list of partitions for each bucket. In another order all of them are one list, to be merged: cursors name the partition,
 * as the window moves with time.
 */
export function eachBucket(access: QueryAccess, buckets: Doc, keys: Doc): Doc {
  const isMerged = access.bucket?.reads.kind === 'across' && !isOrderedByTime(access);
  if (isMerged) return list([call(code`${buckets}.flatMap`, [arrow(['bucket'], keys)])]);
  return call(code`${buckets}.map`, [arrow(['bucket'], keys)]);
}

function bucketsCrossed(access: QueryAccess, count: number): Doc {
  const range = access.range?.field === access.bucket?.field ? access.range : null;
  const oldest = range?.bounds.find((end) => end === 'from' || end === 'after');
  const newest = range?.bounds.find((end) => end === 'to' || end === 'before');
  return call(runtime('bucketsOf'), [
    quote(access.bucket?.unit ?? ''),
    object([
      ...(range && oldest ? [property('from', boundValue(range, oldest))] : []),
      ...(range && newest ? [property('to', boundValue(range, newest))] : []),
      property('now', 'by.now'),
      property('across', String(count)),
      property('descending', descendingExpression(access)),
    ]),
  ]);
}
