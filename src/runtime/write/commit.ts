/** Sends actions to DynamoDB, all or none of them. */
import type { TransactWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import { unmarshall, type WireItem } from '../client/marshall.js';
import { followsLostAnswer, type Requester, type SendOptions } from '../client/requests.js';
import {
  alreadyExists,
  fromAws,
  guardFailed,
  isContention,
  nameOf,
  referenced,
  referenceMissing,
  sumTooLarge,
  type TableloomError,
  transactionTooLarge,
  unknownOutcome,
  valueTaken,
  versionConflict,
} from '../errors.js';
import type { AttributeValue, Item } from '../types.js';
import { sameValue } from '../values.js';
import { type Action, type Condition, numberIn, transactionLimit } from './action.js';
import { checkPremise } from './premises.js';
import { ofStep } from './write.js';

/** The outcome of the actions. */
export type Outcome =
  | { readonly kind: 'done' }
  /** Others had changed what the actions depend on: all is to be computed again. `failed` are the actions that noticed. */
  | { readonly kind: 'stale'; readonly failed: readonly Failure[]; readonly error: TableloomError }
  /** Others were writing the items of `met` at that moment, or DynamoDB was overloaded: the actions may be sent again. */
  | { readonly kind: 'busy'; readonly met: readonly Action[]; readonly error: TableloomError };

/** An action whose condition did not hold, and the stored item, where DynamoDB returned it. */
export interface Failure {
  readonly action: Action;
  readonly item: Item | undefined;
}

/**
 * Carries out all actions or none. One alone is a conditional PutItem, UpdateItem or DeleteItem, which costs half
 * as many write units as a transaction; a single check was already answered by the read it depends on. An addition is
 * always a transaction: repeated after a lost answer, it would be made twice.
 * Throws errors that another attempt cannot change.
 */
export async function commit(
  requester: Requester,
  actions: readonly Action[],
  how: SendOptions = {},
): Promise<Outcome> {
  const [only] = actions;
  if (only === undefined) return { kind: 'done' };
  if (actions.length > transactionLimit) throw transactionTooLarge(actions.length);
  try {
    if (actions.length === 1 && only.kind !== 'add') await sendOne(requester, only, how);
    else {
      const TransactItems = actions.map((action) => transactItem(requester, action));
      // It is sent with a token, and so can be repeated after a lost answer without being carried out twice.
      await requester.send('TransactWriteItems', { TransactItems }, () => purposeOf(actions), how);
    }
    return { kind: 'done' };
  } catch (thrown) {
    const error = fromAws(thrown);
    return outcomeOf(actions, error);
  }
}

function outcomeOf(actions: readonly Action[], error: TableloomError): Outcome {
  const { cause } = error;
  const [only] = actions;
  if (nameOf(cause) === 'ConditionalCheckFailedException' && only !== undefined) {
    const { Item: item } = cause as { Item?: WireItem };
    const failure = { action: only, item: item && unmarshall(item) };
    // An attempt whose answer was lost may have succeeded: then the next one finds what we wrote, or what others made of it.
    if (followsLostAnswer(error)) {
      if (isOurWork(failure)) return { kind: 'done' };
      if (only.purpose.kind === 'unchanged' && item !== undefined) throw unknownOutcome(cause);
    }
    return verdict([failure], error);
  }
  if (nameOf(cause) === 'TransactionCanceledException') return cancelledOutcome(actions, error);
  if (isContention(cause) || error.code === 'BUSY') return { kind: 'busy', met: actions, error };
  throw error;
}

interface Reason {
  readonly Code?: string;
  readonly Item?: WireItem;
}

/** DynamoDB returns one reason for each action, in their order. */
function cancelledOutcome(actions: readonly Action[], error: TableloomError): Outcome {
  const reasons = (error.cause as { CancellationReasons?: readonly Reason[] }).CancellationReasons ?? [];
  const failed = actions.flatMap((action, at) => {
    const reason = reasons[at];
    return reason?.Code === 'ConditionalCheckFailed'
      ? [{ action, item: reason.Item && unmarshall(reason.Item) }]
      : [];
  });
  if (failed.length > 0) return verdict(failed, error);
  const met = actions.filter((_, at) => reasons[at]?.Code === 'TransactionConflict');
  if (error.code === 'CONFLICT' || error.code === 'BUSY') return { kind: 'busy', met, error };
  throw error;
}

/**
 * What failed conditions mean. What the writes depend on comes first: nobody learns more who may not go on. A record that changed after it was read comes first: the other failures may follow
 * from it, which a new attempt finds out.
 */
function verdict(failed: readonly Failure[], error: TableloomError): Outcome {
  for (const { action, item } of failed) if (action.premise) checkPremise(action.premise, item ?? null);
  for (const { action } of failed) {
    const { purpose, step } = action;
    if (purpose.kind === 'unchanged' && purpose.expected !== undefined) {
      throw ofStep(versionConflict(purpose.entity, purpose.expected, undefined, error.cause), step);
    }
  }
  return { kind: 'stale', failed, error };
}

/** The caller's error for a failed condition; undefined where it is a reason for another attempt. */
export function errorOf({ action, item }: Failure, cause: unknown): TableloomError | undefined {
  const problem = problemOf(action, item, cause);
  return problem && ofStep(problem, action.step);
}

function problemOf(action: Action, item: Item | undefined, cause: unknown): TableloomError | undefined {
  const { purpose } = action;
  if (purpose.kind === 'absent' && !purpose.racing) return alreadyExists(purpose.entity, cause);
  if (purpose.kind === 'guard' && action.kind === 'put') return valueTaken(purpose, cause);
  if (purpose.kind === 'reference') return referenceMissing(purpose.entity, purpose.field, purpose.to, cause);
  // Dependents are found by an index, which may lag: the next attempt may find all of them.
  if (purpose.kind === 'children' && purpose.onDelete === 'restrict')
    return referenced(purpose.entity, purpose.by, cause);
  if (purpose.kind === 'counter' && action.kind === 'add') {
    const { max = Number.POSITIVE_INFINITY, range, by } = action;
    const isCapped = range === undefined || numberIn(item ?? null) + by > max;
    return isCapped
      ? guardFailed(purpose.entity, purpose.guard, { cause })
      : sumTooLarge(purpose.entity, purpose.guard, cause);
  }
  return undefined;
}

function isOurWork({ action, item }: Failure): boolean {
  if (action.kind === 'delete') return item === undefined;
  if (item === undefined || action.kind === 'check' || action.kind === 'add') return false;
  if (action.kind === 'put') return sameValue(item as AttributeValue, action.item as AttributeValue);
  return (
    Object.entries(action.set).every(([name, value]) => sameValue(item[name], value)) &&
    action.remove.every((name) => !(name in item))
  );
}

/** Requests the stored item where the condition fails. */
const returnItem = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' } as const;

async function sendOne(requester: Requester, action: Action, how: SendOptions): Promise<void> {
  const TableName = requester.tableName(action.table);
  const purpose = () => purposeOf([action]);
  if (action.kind === 'put') {
    const input = { TableName, Item: action.item, ...conditional(action.condition) };
    await requester.send('PutItem', input, purpose, how);
  } else if (action.kind === 'delete') {
    const input = { TableName, Key: action.key, ...conditional(action.condition) };
    await requester.send('DeleteItem', input, purpose, how);
  } else if (action.kind === 'update') {
    const input = { TableName, Key: action.key, ...updateExpression(action) };
    await requester.send('UpdateItem', input, purpose, how);
  }
}

/** What actions are for, see `ObservedRequest.pattern`: what the first of them does, which is to the record that is written. */
export function purposeOf([first]: readonly Action[]): string {
  if (first === undefined) return 'batch';
  const { kind, purpose } = first;
  const verb = purpose.kind === 'absent' ? 'create' : kind === 'delete' ? 'remove' : 'update';
  return `${purpose.entity}.${verb}`;
}

type TransactItem = NonNullable<TransactWriteCommandInput['TransactItems']>[number];

function transactItem(requester: Requester, action: Action): TransactItem {
  const TableName = requester.tableName(action.table);
  switch (action.kind) {
    case 'put':
      return { Put: { TableName, Item: action.item, ...conditional(action.condition) } };
    case 'delete':
      return { Delete: { TableName, Key: action.key, ...conditional(action.condition) } };
    case 'update':
      return { Update: { TableName, Key: action.key, ...updateExpression(action) } };
    case 'add':
      return { Update: { TableName, Key: action.key, ...addExpression(action) } };
    case 'check':
      return {
        ConditionCheck: { TableName, Key: action.key, ...expressions(action.condition), ...returnItem },
      };
  }
}

function conditional(condition: Condition | undefined) {
  return condition === undefined ? {} : { ...expressions(condition), ...returnItem };
}

function expressions({ expression, names, values }: Condition) {
  return {
    ConditionExpression: expression,
    ExpressionAttributeNames: { ...names },
    // DynamoDB refuses an empty map.
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: { ...values } }),
  };
}

function addExpression({ attribute, by, set, max, range }: Action & { readonly kind: 'add' }) {
  const names: Record<string, string> = { '#a': attribute };
  const values: Record<string, AttributeValue> = { ':by': by };
  const assignments = Object.entries(set).map(([name, value], at) => {
    names[`#s${at}`] = name;
    values[`:s${at}`] = value as AttributeValue;
    return `#s${at} = :s${at}`;
  });
  const bound =
    by > 0 ? Math.min(max ?? Number.POSITIVE_INFINITY, range?.max ?? Number.POSITIVE_INFINITY) : range?.min;
  const bounded = bound !== undefined && Number.isFinite(bound);
  if (bounded) values[':bound'] = bound - by;
  const isWithin = by > 0 ? '#a <= :bound' : '#a >= :bound';
  // Without an item the number begins at 0; a first addition beyond the bound fails for any item.
  const isFirstWithin = bounded && (by > 0 ? by <= bound : by >= bound);
  const condition = isFirstWithin ? `attribute_not_exists(#a) OR ${isWithin}` : isWithin;
  return {
    UpdateExpression: `${assignments.length > 0 ? `SET ${assignments.join(', ')} ` : ''}ADD #a :by`,
    ExpressionAttributeNames: names,
    ExpressionAttributeValues: values,
    ...(bounded && { ConditionExpression: condition, ...returnItem }),
  };
}

export function updateExpression({ set, remove, add = {}, condition }: Action & { readonly kind: 'update' }) {
  const names: Record<string, string> = { ...condition?.names };
  const values: Record<string, AttributeValue> = { ...condition?.values };
  const assignments = Object.entries(set).map(([name, value], at) => {
    names[`#s${at}`] = name;
    values[`:s${at}`] = value as AttributeValue;
    return `#s${at} = :s${at}`;
  });
  const removals = remove.map((name, at) => {
    names[`#d${at}`] = name;
    return `#d${at}`;
  });
  const additions = Object.entries(add).map(([name, by], at) => {
    names[`#a${at}`] = name;
    values[`:a${at}`] = by;
    return `#a${at} :a${at}`;
  });
  return {
    UpdateExpression: [
      ...(assignments.length > 0 ? [`SET ${assignments.join(', ')}`] : []),
      ...(removals.length > 0 ? [`REMOVE ${removals.join(', ')}`] : []),
      ...(additions.length > 0 ? [`ADD ${additions.join(', ')}`] : []),
    ].join(' '),
    ExpressionAttributeNames: names,
    ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    ...(condition !== undefined && { ConditionExpression: condition.expression, ...returnItem }),
  };
}
