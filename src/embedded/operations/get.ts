import { tableNamed } from '../action.js';
import { type CapacityMode, Meter } from '../capacity.js';
import { ValidationError } from '../errors.js';
import { type ExpressionInput, parseExpressions } from '../expressions/expressions.js';
import { project } from '../expressions/project.js';
import type { Item } from '../items/attributes.js';
import { itemKey } from '../items/keys.js';
import { itemSize, readUnits } from '../items/sizes.js';
import type { Store } from '../store/store.js';
import { checkKey, checkNestedPaths, type Table } from '../store/table.js';
import { checkExpressionMembers, checkValues, typesOf, validate } from '../validate.js';

export interface GetRequest extends ExpressionInput {
  readonly TableName: string;
  readonly Key: Item;
  readonly ConsistentRead?: boolean;
}

interface BatchGetInput {
  readonly RequestItems: Readonly<
    Record<
      string,
      ExpressionInput & {
        readonly Keys: readonly Item[];
        readonly ConsistentRead?: boolean;
        readonly AttributesToGet?: unknown;
      }
    >
  >;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

/** A table to read from, with the part of its items to answer with. */
interface View {
  readonly table: Table;
  readonly show: (item: Item) => Item;
}

const getTypes = typesOf('getItem');
const batchTypes = typesOf('batchGetItem');
const maxBatchBytes = 16 * 1024 * 1024;

export function getItem(store: Store, input: object): object {
  const request = validate<GetRequest & { ReturnConsumedCapacity?: CapacityMode }>(input, getTypes);
  const { table, show } = viewOf(store, request.TableName, request);
  const item = store.committedItem(placeOf(table, request.Key));
  const meter = new Meter(request.ReturnConsumedCapacity);
  if (meter.wanted) meter.add(table, readUnits(itemSize(item ?? {}), request.ConsistentRead === true));
  return { ...(item === undefined ? {} : { Item: show(item) }), ...meter.single() };
}

/**
 * Answers a table's items in the reverse of the requested order: DynamoDB promises none, so whoever relies
 * on one shall notice here.
 */
export function batchGetItem(store: Store, input: object): object {
  const request = validate<BatchGetInput>(input, batchTypes);
  const meter = new Meter(request.ReturnConsumedCapacity);
  const tables = Object.entries(request.RequestItems).map(([TableName, asked]) => {
    if (asked.AttributesToGet !== undefined) {
      throw new ValidationError(
        'The embedded engine does not know AttributesToGet; use ProjectionExpression',
      );
    }
    const view = viewOf(store, TableName, asked);
    const places = asked.Keys.map((key) => placeOf(view.table, key));
    if (new Set(places).size !== places.length) {
      throw new ValidationError('Provided list of item keys contains duplicates');
    }
    return { ...view, asked, places };
  });
  if (tables.reduce((sum, { places }) => sum + places.length, 0) > 100) {
    throw new ValidationError('Too many items requested for the BatchGetItem call');
  }

  const Responses: Record<string, Item[]> = {};
  const UnprocessedKeys: Record<string, object> = {};
  let bytes = 0;
  for (const { table, show, asked, places } of tables) {
    const items: Item[] = [];
    const left: Item[] = [];
    for (const [at, place] of places.entries()) {
      const item = store.committedItem(place);
      const size = item === undefined ? 0 : itemSize(item);
      const Key = asked.Keys[at];
      if (bytes + size > maxBatchBytes && Key !== undefined) {
        left.push(Key);
        continue;
      }
      bytes += size;
      if (meter.wanted) meter.add(table, readUnits(size, asked.ConsistentRead === true));
      if (item !== undefined) items.unshift(show(item));
    }
    Responses[table.name] = items;
    if (left.length > 0) UnprocessedKeys[table.name] = { ...asked, Keys: left };
  }
  return { Responses, UnprocessedKeys, ...meter.several() };
}

/** @throws ValidationError, ApiError ResourceNotFoundException */
export function viewOf(store: Store, tableName: string, request: ExpressionInput): View {
  checkExpressionMembers(request, ['ProjectionExpression']);
  const { projection } = parseExpressions(request);
  const table = tableNamed(store, tableName);
  checkNestedPaths(table, projection?.nestedPaths);
  return { table, show: (item) => (projection === undefined ? item : project(item, projection.paths)) };
}

/** @throws ValidationError if the key does not fit the table */
export function placeOf(table: Table, key: Item): string {
  checkValues(key);
  checkKey(table, key);
  return itemKey(table, key);
}
