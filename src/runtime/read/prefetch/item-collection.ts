/** A record, and the first of what lies beside it in its item collection, by one Query. */

import type { Requester } from '../../client/requests.js';
import { compareKeys, successor, within } from '../../keys/ranges.js';
import type { Item, Key, SortRange } from '../../types.js';
import { type QueryPart, type QueryShape, queryInput } from '../query.js';

/** A record in the partition that a query reads, before the first of the query's items or behind the last. */
export interface ParentItem {
  readonly key: Key;
  /** What the sort keys of all the query's items begin with. */
  readonly head: string;
  /** How many further items can stand between them and the record. */
  readonly between: number;
  /**
   * Takes the read of the record over; what is returned is to be given its item. Undefined where the record has been
   * read or asked for already.
   */
  readonly claim: () => ((item: Promise<Item | null>) => void) | undefined;
}

/** What of a Query's answer its reader looks at. */
export interface QueryAnswer {
  readonly Items?: Item[] | undefined;
  readonly LastEvaluatedKey?: Key | undefined;
  readonly ScannedCount?: number | undefined;
}

/**
 * The answer to a query's first request from a request that brings the parent with it; undefined where that cannot be,
 * and nothing has been sent. It can where reading begins at the end of the query's items that the parent stands at, so
 * that no more than `between` items lie on the way.
 *
 * The answer is what the query's own request would have brought, or goes further: the reader that gets it goes on
 * from wherever it ends. So it is right whatever lies between; how many do decides only what it costs.
 */
export function withParent(
  requester: Requester,
  parent: ParentItem,
  shape: QueryShape,
  part: QueryPart,
): Promise<QueryAnswer> | undefined {
  const range = spanning(parent, shape, part);
  const give = range && parent.claim();
  if (range === undefined || give === undefined) return undefined;
  const tableName = requester.tableName(shape.index.table);
  const limit = (part.limit ?? 0) + parent.between + 1;
  // The parent is wanted whole.
  const whole = { ...shape, only: undefined };
  const sent = requester.send('Query', queryInput(tableName, whole, { ...part, range, limit }));
  const { sort = '' } = shape.index;
  const item = sent.then(({ Items = [] }) => Items.find((one) => one[sort] === parent.key[sort]) ?? null);
  // It is the parent's reader that tells of a failure.
  item.catch(() => undefined);
  give(item);
  return sent.then(({ Items = [], LastEvaluatedKey: last }) => {
    const own = Items.filter((one) => within(part.range, one[sort] as string));
    // Cut off by DynamoDB's 1 MB limit before the query's own items began: a key that none of its requests may start at.
    if (last !== undefined && !within(part.range, last[sort] as string))
      return requester.send('Query', queryInput(tableName, shape, part)) as Promise<QueryAnswer>;
    return { Items: own, LastEvaluatedKey: last as Key | undefined, ScannedCount: own.length };
  });
}

/** From the parent to the query's far end; undefined where they are no neighbours in the direction of reading. */
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
