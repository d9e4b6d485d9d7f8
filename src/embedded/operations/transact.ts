import {
  type Action,
  conditionFailureTypes,
  type Draft,
  decide,
  draftCheck,
  draftDelete,
  draftPut,
  draftUpdate,
  type KeyRequest,
  operationsOf,
  type PutRequest,
  tableNamed,
} from '../action.js';
import { type CapacityMode, Meter } from '../capacity.js';
import type { Types } from '../dynalite.js';
import {
  type CancellationReason,
  ConditionalCheckFailed,
  idempotentParameterMismatch,
  transactionCanceled,
  ValidationError,
} from '../errors.js';
import type { Item } from '../items/attributes.js';
import { itemSize, readUnits } from '../items/sizes.js';
import type { Store } from '../store/store.js';
import { digestOf } from '../store/tokens.js';
import { typesOf, validate } from '../validate.js';
import { type GetRequest, placeOf, viewOf } from './get.js';

interface WriteItem {
  readonly Put?: PutRequest;
  readonly Update?: KeyRequest;
  readonly Delete?: KeyRequest;
  readonly ConditionCheck?: KeyRequest;
}

interface WriteInput {
  readonly TransactItems: readonly WriteItem[];
  readonly ClientRequestToken?: string;
  readonly ReturnConsumedCapacity?: CapacityMode;
}

interface GetInput {
  readonly TransactItems: readonly { readonly Get?: GetRequest }[];
  readonly ReturnConsumedCapacity?: CapacityMode;
}

const conditional = [
  'TableName',
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
];
const writeTypes: Types = {
  TransactItems: listOf({
    ConditionCheck: mandatory(pick('deleteItem', 'Key', ...conditional), 'ConditionExpression'),
    Put: pick('putItem', 'Item', ...conditional),
    Delete: pick('deleteItem', 'Key', ...conditional),
    Update: pick('updateItem', 'Key', 'UpdateExpression', ...conditional),
  }),
  ClientRequestToken: { type: 'String', lengthGreaterThanOrEqual: 1, lengthLessThanOrEqual: 36 },
  ...pick('deleteItem', 'ReturnConsumedCapacity', 'ReturnItemCollectionMetrics'),
};
const getTypes: Types = {
  TransactItems: listOf({
    Get: pick('getItem', 'TableName', 'Key', 'ProjectionExpression', 'ExpressionAttributeNames'),
  }),
  ...pick('getItem', 'ReturnConsumedCapacity'),
};

const transactionFactor = 2;
const maxBytes = 4 * 1024 * 1024;

/**
 * All or nothing, in one commit of the store. What can be seen from the request alone, a missing table and two
 * actions on one item are errors of the request; what depends on the table's keys or on stored items is the
 * reason of its item in a TransactionCanceledException.
 */
export async function transactWriteItems(store: Store, input: object): Promise<object> {
  const request = validate<WriteInput>(input, writeTypes);
  const drafts = request.TransactItems.map(draftOf);
  const tables = drafts.map(({ tableName }) => tableNamed(store, tableName));
  const token = request.ClientRequestToken;
  const digest = token === undefined ? '' : digestOf(request.TransactItems);
  const meter = new Meter(request.ReturnConsumedCapacity, transactionFactor);
  const known = token === undefined ? undefined : store.tokens.find(token, Date.now());
  if (known !== undefined && known !== digest) throw idempotentParameterMismatch();

  const reasons: CancellationReason[] = drafts.map(() => ({ Code: 'None' }));
  const attempt = <Result>(at: number, act: () => Result): Result | undefined => {
    try {
      return act();
    } catch (error) {
      reasons[at] = reasonOf(error);
      return undefined;
    }
  };
  const actions = drafts.map((draft, at) => {
    const table = tables[at];
    return table === undefined ? undefined : attempt(at, () => draft.bind(table));
  });
  refuseRepeated(actions);
  if (known !== undefined) {
    await store.settled();
    for (const action of actions) addRead(store, meter, action);
    return meter.several('ReadCapacityUnits');
  }

  const changes = actions.map((action, at) =>
    action === undefined ? undefined : attempt(at, () => decide(store, action)),
  );
  try {
    if (reasons.some(({ Code }) => Code !== 'None')) throw transactionCanceled(reasons);
    const decided = changes.filter((change) => change !== undefined);
    checkBytes(decided.map(({ next }) => next));
    const operations = decided.flatMap(operationsOf);
    if (token !== undefined) operations.push(...store.tokens.remember(token, digest, Date.now()));
    store.write(operations);
    // A ConditionCheck is billed like a write of the item it looks at.
    for (const { table, old, next } of decided) meter.addWrite(table, old, next);
  } finally {
    await store.settled();
  }
  return meter.several('WriteCapacityUnits');
}

/** All items as of one moment. */
export async function transactGetItems(store: Store, input: object): Promise<object> {
  const request = validate<GetInput>(input, getTypes);
  const reads = request.TransactItems.map(({ Get }) => {
    if (Get === undefined) throw new ValidationError('TransactItems can only contain Get');
    const view = viewOf(store, Get.TableName, Get);
    return { ...view, key: Get.Key };
  });
  const reasons: CancellationReason[] = reads.map(() => ({ Code: 'None' }));
  const places = reads.map(({ table, key }, at) => {
    try {
      return placeOf(table, key);
    } catch (error) {
      reasons[at] = reasonOf(error);
      return undefined;
    }
  });
  if (reasons.some(({ Code }) => Code !== 'None')) throw transactionCanceled(reasons);
  if (new Set(places).size !== places.length) throw new ValidationError(repeated);

  const snapshot = store.snapshot();
  let items: (Item | undefined)[];
  try {
    items = places.map((place) => (place === undefined ? undefined : store.committedItem(place, snapshot)));
  } finally {
    await snapshot.close();
  }
  checkBytes(items);
  const meter = new Meter(request.ReturnConsumedCapacity, transactionFactor);
  const Responses = reads.map(({ table, show }, at) => {
    const item = items[at];
    if (meter.wanted) meter.add(table, readUnits(itemSize(item ?? {}), true));
    return item === undefined ? {} : { Item: show(item) };
  });
  return { Responses, ...meter.several('ReadCapacityUnits') };
}

function draftOf(item: WriteItem): Draft {
  const { Put, Update, Delete, ConditionCheck } = item;
  if (Object.keys(item).length !== 1) {
    throw new ValidationError('TransactItems can only contain one of Check, Put, Update or Delete');
  }
  if (Put !== undefined) return draftPut(Put);
  if (Update !== undefined) return draftUpdate(Update);
  if (Delete !== undefined) return draftDelete(Delete);
  if (ConditionCheck !== undefined) return draftCheck(ConditionCheck);
  throw new ValidationError('TransactItems can only contain one of Check, Put, Update or Delete');
}

function reasonOf(error: unknown): CancellationReason {
  if (error instanceof ConditionalCheckFailed) {
    const reason = { Code: 'ConditionalCheckFailed', Message: error.message };
    return error.item === undefined ? reason : { ...reason, Item: error.item };
  }
  if (error instanceof ValidationError) return { Code: 'ValidationError', Message: error.message };
  throw error;
}

const repeated = 'Transaction request cannot include multiple operations on one item';

function refuseRepeated(actions: readonly (Action | undefined)[]): void {
  const keys = actions.flatMap((action) => (action === undefined ? [] : [action.key]));
  if (new Set(keys).size !== keys.length) throw new ValidationError(repeated);
}

function checkBytes(items: readonly (Item | undefined)[]): void {
  const bytes = items.reduce((sum, item) => sum + (item === undefined ? 0 : itemSize(item)), 0);
  if (bytes > maxBytes) {
    throw new ValidationError(`Transaction payload size cannot exceed 4MB. Payload Size: ${bytes}`);
  }
}

/** A repeated token reads the items instead of writing them. */
function addRead(store: Store, meter: Meter, action: Action | undefined): void {
  if (!meter.wanted || action === undefined) return;
  meter.add(action.table, readUnits(itemSize(store.committedItem(action.key) ?? {}), true));
}

/** A list of 1 to 100 structures of these members. */
function listOf(members: Readonly<Record<string, Types>>): Types[string] {
  const children = Object.fromEntries(
    Object.entries(members).map(([name, types]) => [name, { type: `FieldStruct<${name}>`, children: types }]),
  );
  return {
    type: 'List',
    notNull: true,
    lengthGreaterThanOrEqual: 1,
    lengthLessThanOrEqual: 100,
    children: { type: 'ValueStruct<TransactItem>', children },
  };
}

function pick(operation: string, ...names: string[]): Types {
  const types = typesOf(operation);
  const picked = names.flatMap((name) => (types[name] === undefined ? [] : [[name, types[name]] as const]));
  return { ...Object.fromEntries(picked), ...(names.includes('TableName') ? conditionFailureTypes : {}) };
}

function mandatory(types: Types, name: string): Types {
  return { ...types, [name]: { ...(types[name] as object), notNull: true } };
}
