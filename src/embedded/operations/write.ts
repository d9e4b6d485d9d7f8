import {
  type Action,
  type Change,
  conditionFailureTypes,
  type Draft,
  decide,
  draftDelete,
  draftPut,
  draftUpdate,
  type KeyRequest,
  operationsOf,
  type PutRequest,
  tableNamed,
} from '../action.js';
import { type CapacityMode, Meter } from '../capacity.js';
import { collectionOf, collectionsOf, type MetricsMode } from '../collections.js';
import { ValidationError } from '../errors.js';
import { project } from '../expressions/project.js';
import type { Item } from '../items/attributes.js';
import type { Store } from '../store/store.js';
import { typesOf, validate } from '../validate.js';
import { checkRequestItems } from './get.js';

interface WriteOptions {
  readonly ReturnValues?: 'NONE' | 'ALL_OLD' | 'UPDATED_OLD' | 'ALL_NEW' | 'UPDATED_NEW';
  readonly ReturnConsumedCapacity?: CapacityMode;
  readonly ReturnItemCollectionMetrics?: MetricsMode;
}

interface BatchWriteInput {
  readonly RequestItems: Readonly<
    Record<
      string,
      readonly {
        readonly PutRequest?: { readonly Item: Item };
        readonly DeleteRequest?: { readonly Key: Item };
      }[]
    >
  >;
  readonly ReturnConsumedCapacity?: CapacityMode;
  readonly ReturnItemCollectionMetrics?: MetricsMode;
}

const putTypes = typesOf('putItem', conditionFailureTypes);
const updateTypes = typesOf('updateItem', conditionFailureTypes);
const deleteTypes = typesOf('deleteItem', conditionFailureTypes);
const batchTypes = typesOf('batchWriteItem');

export function putItem(store: Store, input: object): Promise<object> {
  const request = validate<PutRequest & WriteOptions>(input, putTypes);
  checkOldOnly(request);
  return writeOne(store, draftPut(request), request);
}

export function updateItem(store: Store, input: object): Promise<object> {
  const request = validate<KeyRequest & WriteOptions>(input, updateTypes);
  return writeOne(store, draftUpdate(request), request);
}

export function deleteItem(store: Store, input: object): Promise<object> {
  const request = validate<KeyRequest & WriteOptions>(input, deleteTypes);
  checkOldOnly(request);
  return writeOne(store, draftDelete(request), request);
}

/** Not one atomic write, as in DynamoDB: but here none of its items is ever left over for another try. */
export async function batchWriteItem(store: Store, input: object): Promise<object> {
  checkRequestItems(input, 'BatchWriteItem');
  const request = validate<BatchWriteInput>(input, batchTypes);
  const actions = Object.entries(request.RequestItems).flatMap(([TableName, writes]) => {
    const drafts = writes.map((write) => draftOf(TableName, write));
    const table = tableNamed(store, TableName);
    return drafts.map((draft) => draft.bind(table));
  });
  if (actions.length > 25) throw new ValidationError('Too many items requested for the BatchWriteItem call');
  if (new Set(actions.map(({ key }) => key)).size !== actions.length) {
    throw new ValidationError('Provided list of item keys contains duplicates');
  }
  const meter = new Meter(request.ReturnConsumedCapacity);
  const changes = actions.map((action) => {
    const change = decide(store, action);
    meter.addWrite(change.table, change.old, change.next);
    store.write(operationsOf(change));
    return change;
  });
  await store.settled();
  const metrics = collectionsOf(changes, request.ReturnItemCollectionMetrics);
  return { UnprocessedItems: {}, ...metrics, ...meter.several() };
}

function draftOf(TableName: string, write: BatchWriteInput['RequestItems'][string][number]): Draft {
  const { PutRequest: put, DeleteRequest: remove } = write;
  if (put !== undefined && remove === undefined) return draftPut({ TableName, Item: put.Item });
  if (remove !== undefined && put === undefined) return draftDelete({ TableName, Key: remove.Key });
  throw new ValidationError(
    'Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes',
  );
}

async function writeOne(store: Store, draft: Draft, options: WriteOptions): Promise<object> {
  const action = draft.bind(tableNamed(store, draft.tableName));
  const meter = new Meter(options.ReturnConsumedCapacity);
  let change: Change;
  try {
    change = decide(store, action);
    store.write(operationsOf(change));
  } finally {
    // Also an answer of "no" rests on changes of others that must not be lost afterwards.
    await store.settled();
  }
  meter.addWrite(change.table, change.old, change.next);
  const attributes = returned(options.ReturnValues, action, change);
  const metrics = collectionOf(change, options.ReturnItemCollectionMetrics);
  return {
    ...(attributes === undefined ? {} : { Attributes: attributes }),
    ...(metrics === undefined ? {} : { ItemCollectionMetrics: metrics }),
    ...meter.single(),
  };
}

function returned(which: WriteOptions['ReturnValues'], action: Action, change: Change): Item | undefined {
  switch (which) {
    case 'ALL_OLD':
      return change.old;
    case 'ALL_NEW':
      return change.next;
    case 'UPDATED_OLD':
      return touched(action, change.old);
    case 'UPDATED_NEW':
      return touched(action, change.next);
    default:
      return undefined;
  }
}

function touched(action: Action, item: Item | undefined): Item | undefined {
  const parts = item === undefined ? {} : project(item, action.expressions.update?.paths ?? []);
  return Object.keys(parts).length === 0 ? undefined : parts;
}

function checkOldOnly({ ReturnValues = 'NONE' }: WriteOptions): void {
  if (ReturnValues !== 'NONE' && ReturnValues !== 'ALL_OLD') {
    throw new ValidationError('ReturnValues can only be ALL_OLD or NONE');
  }
}
