/** The parameters of one Query, from a declared query and the partition to read. */
import type { QueryCommandInput } from '@aws-sdk/lib-dynamodb';
import { KeyError } from '../errors.js';
import { keyLimits } from '../keys/limits.js';
import type { AttributeValue, Filter, IndexRef, Key, SortRange } from '../types.js';

/** What one request reads. */
export interface QueryPart {
  readonly partition: string | number;
  readonly range: SortRange | undefined;
  /** Starts after this key. */
  readonly start?: Key | undefined;
  /** How many items DynamoDB evaluates at most, before the filter. */
  readonly limit?: number | undefined;
  /** Towards greater sort keys. */
  readonly ascending: boolean;
}

/** What is the same in all requests of a query. */
export interface QueryShape {
  /** The pattern's name. */
  readonly pattern: string;
  readonly index: IndexRef;
  /** Further key attributes by equality. */
  readonly equals?: Key | undefined;
  readonly filter?: Filter | undefined;
  readonly consistent?: boolean | undefined;
  /** Returns only the keys and these attributes of each item, for the same read units. Default: all. */
  readonly only?: readonly string[] | undefined;
}

/**
 * The parameters of a Query. Placeholders of ours begin with `#_` and `:_`, so that a filter's own cannot clash.
 *
 * @param tableName the physical name
 */
export function queryInput(tableName: string, shape: QueryShape, part: QueryPart): QueryCommandInput {
  const { index, filter } = shape;
  const names: Record<string, string> = { '#_p': index.partition };
  const values: Record<string, AttributeValue> = {
    ':_p': checkBound(part.partition, index.partition, keyLimits.partition),
  };
  const input: QueryCommandInput = {
    TableName: tableName,
    KeyConditionExpression: `#_p = :_p${equalities(shape.equals, names, values)}${sortCondition(index, part.range, names, values)}`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
  };
  if (index.name !== undefined && !isOwnKey(index)) input.IndexName = index.name;
  if (filter !== undefined) {
    input.FilterExpression = filter.expression;
    Object.assign(names, filter.names);
    Object.assign(values, filter.values);
  }
  if (!part.ascending) input.ScanIndexForward = false;
  if (part.start !== undefined) input.ExclusiveStartKey = part.start;
  if (part.limit !== undefined) input.Limit = part.limit;
  if (shape.only) input.ProjectionExpression = projection(index, shape.only, names);
  if (shape.consistent) input.ConsistentRead = true;
  return input;
}

/** Whether this is the table's own key, which generated code may declare like an index. */
export function isOwnKey({ table, partition, sort }: IndexRef): boolean {
  return partition === table.partition && sort === table.sort;
}

function projection(index: IndexRef, only: readonly string[], names: Record<string, string>): string {
  const { table } = index;
  const attributes = new Set([
    index.partition,
    index.sort,
    ...(index.more ?? []),
    table.partition,
    table.sort,
    ...only,
  ]);
  return [...attributes]
    .flatMap((attribute, at) => {
      if (attribute === undefined) return [];
      names[`#_k${at}`] = attribute;
      return `#_k${at}`;
    })
    .join(', ');
}

/** One term for each further attribute of a multi-attribute key. */
function equalities(
  equals: Key | undefined,
  names: Record<string, string>,
  values: Record<string, AttributeValue>,
): string {
  return Object.entries(equals ?? {})
    .map(([attribute, value], at) => {
      names[`#_e${at}`] = attribute;
      values[`:_e${at}`] = checkBound(value, attribute, keyLimits.sort);
      return ` AND #_e${at} = :_e${at}`;
    })
    .join('');
}

/** What follows the equalities. Adds the names and values it uses. An exclusive upper bound next to a lower one is read inclusively: DynamoDB has no such condition, and the reader drops the one key. */
function sortCondition(
  index: IndexRef,
  range: SortRange | undefined,
  names: Record<string, string>,
  values: Record<string, AttributeValue>,
): string {
  const sort = index.sort;
  if (range === undefined || sort === undefined) return '';
  const bind = (name: ':_s' | ':_t', value: string | number) => {
    names['#_s'] = sort;
    values[name] = checkBound(value, sort, keyLimits.sort);
  };
  if (range.kind === 'prefix') {
    bind(':_s', range.prefix);
    return ' AND begins_with(#_s, :_s)';
  }
  if (range.kind === 'equals') {
    bind(':_s', range.value);
    return ' AND #_s = :_s';
  }
  if (range.kind === 'empty') throw new TypeError('an empty range is answered without a request');
  const { from, to, below } = range;
  const end = to ?? below;
  if (from !== undefined) bind(':_s', from);
  if (end === undefined) return from === undefined ? '' : ' AND #_s >= :_s';
  bind(':_t', end);
  if (from !== undefined) return ' AND #_s BETWEEN :_s AND :_t';
  return to === undefined ? ' AND #_s < :_t' : ' AND #_s <= :_t';
}

/** DynamoDB refuses a bound that cannot be a key. */
function checkBound(value: string | number, attribute: string, limit: number): string | number {
  if (typeof value === 'string' && value.length * 3 > limit && Buffer.byteLength(value) > limit) {
    throw new KeyError(
      `The requested value is longer than any stored one can be (${limit} bytes).`,
      { limit },
      new Error(`the bound of the key attribute ${attribute}`),
    );
  }
  return value;
}
