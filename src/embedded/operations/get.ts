import { tableNamed } from '../action.js';
import { type CapacityMode, Meter } from '../capacity.js';
import { ValidationError } from '../errors.js';
import { type ExpressionInput, parseExpressions } from '../expressions/expressions.js';
import { type LegacyInput, withExpressions } from '../expressions/legacy.js';
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
      ExpressionInput &
        Pick<LegacyInput, 'AttributesToGet'> & {
          readonly Keys: readonly Item[];
          readonly ConsistentRead?: boolean;
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
  checkRequestItems(input, 'BatchGetItem');
  const request = validate<BatchGetInput>(input, batchTypes);
  const meter = new Meter(request.ReturnConsumedCapacity);
  const tables = Object.entries(request.RequestItems).map(([TableName, asked]) => {
    const view = viewOf(store, TableName, withExpressions(asked));
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

/**
 * What DynamoDB says in other words than dynalite.
 * @throws ValidationError
 */
export function checkRequestItems(input: object, operation: 'BatchGetItem' | 'BatchWriteItem'): void {
  const { RequestItems: items } = input as {
    readonly RequestItems?: Readonly<Record<string, unknown>> | null;
  };
  if (typeof items !== 'object' || items === null) return;
  const tables = Object.entries(items);
  if (tables.length === 0)
    throw new ValidationError(`The requestItems parameter is required for ${operation}`);
  for (const [name, asked] of tables) {
    const { Keys } = (asked ?? {}) as { readonly Keys?: unknown };
    if (Array.isArray(Keys) && Keys.length > 100)
      throw new ValidationError(
        `1 validation error detected: Value at 'RequestItems.${name}.member.Keys' failed to satisfy constraint: ` +
          'Member must have length less than or equal to 100',
      );
    if (Array.isArray(asked) && asked.length > 25)
      throw new ValidationError(
        `1 validation error detected: Value '{${name}=${JSON.stringify(asked)}}' at 'requestItems' failed to satisfy ` +
          'constraint: Map value must satisfy constraint: [Member must have length less than or equal to 25, ' +
          'Member must have length greater than or equal to 1]',
      );
  }
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
