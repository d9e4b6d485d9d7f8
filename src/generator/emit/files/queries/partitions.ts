/** The partitions that a query reads, as code. */

import type { QueryAccess } from '../../../plan/types/access.js';
import type { Doc } from '../../fragment.js';
import { arrow, call, code, list, literal, object, property, quote } from '../../printer.js';
import { runtime } from '../../symbols.js';

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
  const { bucket, shards } = access;
  const [key = ''] = several;
  const lists = listsOf(access);
  const inShards = (one: Doc) => call(runtime('shardKeys'), [String(shards), arrow(['shard'], one)]);
  const own =
    shards !== null && several.length === 1
      ? inShards(key)
      : list(several.map((one) => (shards === null ? one : code`...${inShards(one)}`)));
  const keys = lists.reduceRight<Doc>((inner, { field, each }) => {
    const values = each === 'list' ? `by.${field}` : list(each.map(literal));
    return call(runtime('inList'), [quote(field), values, arrow([field], inner)]);
  }, own);
  if (bucket?.reads.kind === 'across') {
    const buckets = bucketsCrossed(access, bucket.reads.count);
    if (isOrderedByTime(access)) return { partitions: sequence(eachBucket(buckets, keys)) };
    // In another order, all of them are merged: cursors name the partition, as the window moves with time.
    return { partitions: sequence(list([call(code`${buckets}.flatMap`, [arrow(['bucket'], keys)])])) };
  }
  if (bucket && isListOfBuckets(access)) {
    if (!isInSequence(access)) {
      const each = call(runtime('inList'), [quote('bucket'), 'by.bucket', arrow(['bucket'], keys)]);
      return { partitions: merged(each) };
    }
    const buckets = [quote(bucket.unit), 'by.bucket', descendingExpression(access)];
    return { partitions: sequence(eachBucket(call(runtime('bucketList'), buckets), keys)) };
  }
  if (lists.length > 0 || several.length > 1) return { partitions: merged(keys) };
  if (shards === null) return { partition: key };
  return { partitions: call(runtime('shards'), [String(shards), arrow(['shard'], key)]) };
}

function merged(keys: Doc): Doc {
  return object([property('kind', quote('merge')), property('keys', keys)]);
}

function sequence(keys: Doc): Doc {
  return object([property('kind', quote('sequence')), property('keys', keys)]);
}

function eachBucket(buckets: Doc, keys: Doc): Doc {
  return call(code`${buckets}.map`, [arrow(['bucket'], keys)]);
}

function bucketsCrossed(access: QueryAccess, count: number): Doc {
  const ends = access.range?.field === access.bucket?.field ? (access.range?.bounds ?? []) : [];
  const oldest = ends.find((end) => end === 'from' || end === 'after');
  const newest = ends.find((end) => end === 'to' || end === 'before');
  return call(runtime('bucketsOf'), [
    quote(access.bucket?.unit ?? ''),
    object([
      ...(oldest ? [property('from', `by.${oldest}`)] : []),
      ...(newest ? [property('to', `by.${newest}`)] : []),
      property('now', 'by.now'),
      property('across', String(count)),
      property('descending', descendingExpression(access)),
    ]),
  ]);
}
