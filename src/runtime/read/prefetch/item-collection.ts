/** A record and the first other items of its item collection, by one Query. */

import type { Requester } from '../../client/requests.js';
import { compareKeys, successor, within } from '../../keys/ranges.js';
import type { Item, Key, SortRange } from '../../types.js';
import { type QueryPart, type QueryShape, queryInput } from '../query.js';

/** A record in the partition that a query reads, before the first of the query's items or behind the last. */
export interface ParentItem {
  readonly key: Key;
  /** What the sort keys of all the query's items begin with. */
  readonly head: string;
  /** How many further items may lie between them and the record. */
  readonly between: number;
  /**
   * Takes over the read of the record: call the returned function with its item. Undefined where the record was read or
   * requested already.
   */
  readonly claim: () => ((item: Promise<Item | null>) => void) | undefined;
}

/** The part of a Query's answer that its reader uses. */
export interface QueryAnswer {
  readonly Items?: Item[] | undefined;
  readonly LastEvaluatedKey?: Key | undefined;
  readonly ScannedCount?: number | undefined;
}

/**
 * The answer to a query's first request, by a request that also reads the parent; undefined, with nothing sent, where
 * that is impossible. It is possible where reading begins at the end of the query's items next to the parent, so that no
 * more than `between` items lie on the way.
 *
 * The answer has what the query's own request would have returned, or more: the reader continues from wherever it ends.
 * So it is right whatever lies between; the number of items in between decides only the cost.
 */
export function withParent(
  requester: Requester,
  parent: ParentItem,
  shape: QueryShape,
  part: QueryPart,
): Promise<QueryAnswer> | undefined {
  const range = spanning(parent, shape, part);
  const handOver = range && parent.claim();
  if (range === undefined || handOver === undefined) return undefined;
  const tableName = requester.tableName(shape.index.table);
  const limit = (part.limit ?? 0) + parent.between + 1;
  // The parent is needed whole.
  const whole = { ...shape, only: undefined };
  const { pattern } = shape;
  const sent = requester.send('Query', queryInput(tableName, whole, { ...part, range, limit }), pattern);
  const { sort = '' } = shape.index;
  const item = sent.then(({ Items = [] }) => Items.find((one) => one[sort] === parent.key[sort]) ?? null);
  // The parent's reader reports a failure.
  item.catch(() => undefined);
  handOver(item);
  return sent.then(({ Items = [], LastEvaluatedKey: last }) => {
    const own = Items.filter((one) => within(part.range, one[sort] as string));
    // Cut off by DynamoDB's 1 MB limit before the query's own items began: a key that none of its requests may start at.
    if (last !== undefined && !within(part.range, last[sort] as string))
      return requester.send('Query', queryInput(tableName, shape, part), pattern) as Promise<QueryAnswer>;
    return { Items: own, LastEvaluatedKey: last as Key | undefined, ScannedCount: own.length };
  });
}

/** The range from the parent to the query's far end; undefined where they are not adjacent in the direction of reading. */
function spanning(
  { key, head }: ParentItem,
  { index, filter }: QueryShape,
  { partition, range, start, limit, ascending }: QueryPart,
): SortRange | undefined {
  const { table, sort } = index;
  const place = sort === undefined ? undefined : key[sort];
  if (filter || start || limit === undefined || range === undefined) return undefined;
  if (index.partition !== table.partition || sort !== table.sort || key[table.partition] !== partition)
    return undefined;
  if (typeof place !== 'string' || place.startsWith(head) || compareKeys(place, head) < 0 !== ascending)
    return undefined;
  const end = successor(head);
  if (range.kind === 'prefix') {
    if (range.prefix !== head || end === undefined) return undefined;
    return ascending
      ? { kind: 'between', from: place, below: end }
      : { kind: 'between', from: head, to: place };
  }
  if (range.kind !== 'between') return undefined;
  const { from, to, below } = range;
  if (ascending) return from === head ? { ...range, from: place } : undefined;
  return to === undefined && below === end && from !== undefined
    ? { kind: 'between', from, to: place }
    : undefined;
}
