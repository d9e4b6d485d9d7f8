import type { LevelOperation, Types } from './dynalite.js';
import { ConditionalCheckFailed, resourceNotFound, ValidationError } from './errors.js';
import { type ExpressionInput, type Expressions, parseExpressions } from './expressions/expressions.js';
import { matches } from './expressions/matches.js';
import { applyUpdate } from './expressions/update.js';
import { type AttributeValue, attribute, type Item } from './items/attributes.js';
import { entryKey, itemKey } from './items/keys.js';
import { itemSize, maxItemBytes } from './items/sizes.js';
import type { Store } from './store/store.js';
import {
  checkItemKeys,
  checkKey,
  checkNestedPaths,
  type Index,
  isIndexed,
  type Table,
} from './store/table.js';
import { checkDepth, checkExpressionMembers, checkValues } from './validate.js';

/** Members that writes of one item have in common, alone or in a transaction. */
interface WriteRequest extends ExpressionInput {
  readonly TableName: string;
  readonly ReturnValuesOnConditionCheckFailure?: 'ALL_OLD' | 'NONE';
}

export interface PutRequest extends WriteRequest {
  readonly Item: Item;
}

/** Update, Delete and ConditionCheck. */
export interface KeyRequest extends WriteRequest {
  readonly Key: Item;
}

/** Types of members dynalite does not know. */
export const conditionFailureTypes: Types = {
  ReturnValuesOnConditionCheckFailure: { type: 'String', enum: ['ALL_OLD', 'NONE'] },
};

/** A write of one item that is right as a request; whether it fits the table shows when it is bound to it. */
export interface Draft {
  readonly tableName: string;
  readonly expressions: Expressions;
  /** @throws ValidationError */
  bind(table: Table): Action;
}

/** A write of one item. */
export interface Action {
  readonly table: Table;
  /** Place of the item. */
  readonly key: string;
  readonly expressions: Expressions;
  readonly showOld: boolean;
  /** The item to store instead of `old`, or undefined for none. Throws ValidationError. */
  readonly next: (old: Item | undefined) => Item | undefined;
}

/** What an action makes of the item at its key. */
export interface Change {
  readonly table: Table;
  readonly key: string;
  readonly old: Item | undefined;
  readonly next: Item | undefined;
}

/** @throws ValidationError */
export function draftPut(request: PutRequest): Draft {
  checkExpressionMembers(request, ['ConditionExpression']);
  checkValues(request.Item);
  checkDepth(request.Item);
  if (itemSize(request.Item) > maxItemBytes) {
    throw new ValidationError('Item size has exceeded the maximum allowed size');
  }
  return draft(request, (table) => {
    checkItemKeys(table, request.Item);
    return { key: itemKey(table, request.Item), next: () => request.Item };
  });
}

/** @throws ValidationError */
export function draftUpdate(request: KeyRequest): Draft {
  checkExpressionMembers(request, ['UpdateExpression', 'ConditionExpression']);
  checkValues(request.Key);
  return draft(request, (table, { update, values }) => {
    checkKey(table, request.Key);
    checkUpdatedNames(table, update?.paths.map(([head]) => head) ?? []);
    checkNestedPaths(table, update?.nestedPaths);
    const next = (old: Item | undefined) => {
      const item = applyUpdate(old ?? request.Key, update?.sections ?? [], values);
      checkDepth(item);
      checkItemKeys(table, item, old);
      if (itemSize(item) > maxItemBytes) {
        throw new ValidationError('Item size to update has exceeded the maximum allowed size');
      }
      return item;
    };
    return { key: itemKey(table, request.Key), next };
  });
}

/** @throws ValidationError */
export function draftDelete(request: KeyRequest): Draft {
  checkExpressionMembers(request, ['ConditionExpression']);
  checkValues(request.Key);
  return draft(request, (table) => {
    checkKey(table, request.Key);
    return { key: itemKey(table, request.Key), next: () => undefined };
  });
}

/** @throws ValidationError */
export function draftCheck(request: KeyRequest): Draft {
  const { bind, ...rest } = draftDelete(request);
  return { ...rest, bind: (table) => ({ ...bind(table), next: (old) => old }) };
}

function draft(
  request: WriteRequest,
  bind: (table: Table, expressions: Expressions) => Pick<Action, 'key' | 'next'>,
): Draft {
  const expressions = parseExpressions(request);
  const showOld = request.ReturnValuesOnConditionCheckFailure === 'ALL_OLD';
  return {
    tableName: request.TableName,
    expressions,
    bind: (table) => ({ table, expressions, showOld, ...bind(table, expressions) }),
  };
}

function checkUpdatedNames(table: Table, names: readonly (string | number | undefined)[]): void {
  const key = table.key.attributes.find(({ name }) => names.includes(name));
  if (key === undefined) return;
  throw new ValidationError(
    `One or more parameter values were invalid: Cannot update attribute ${key.name}. ` +
      'This attribute is part of the key',
  );
}

/** @throws ApiError ResourceNotFoundException */
export function tableNamed(store: Store, name: string): Table {
  const table = store.tables.get(name);
  if (table === undefined) throw resourceNotFound();
  return table;
}

/**
 * What `action` does to the item that is there now. Changes nothing.
 * @throws ConditionalCheckFailed, ValidationError
 */
export function decide(store: Store, action: Action): Change {
  const { table, key, expressions } = action;
  const old = store.readItem(key);
  const { condition, values } = expressions;
  if (condition !== undefined && !matches(old ?? {}, condition.expression, values)) {
    throw new ConditionalCheckFailed(action.showOld ? old : undefined);
  }
  return { table, key, old, next: action.next(old) };
}

/** The level operations that make a change: the item and its index entries, for one atomic batch. */
export function operationsOf({ table, key, old, next }: Change): LevelOperation[] {
  if (old === next) return [];
  const operations: LevelOperation[] = [
    next === undefined ? { type: 'del', key } : { type: 'put', key, value: next },
  ];
  for (const index of table.indexes) {
    const before = old !== undefined && isIndexed(index, old) ? old : undefined;
    const after = next !== undefined && isIndexed(index, next) ? next : undefined;
    if (before !== undefined && after !== undefined && samePlace(index, before, after)) continue;
    if (before !== undefined) operations.push({ type: 'del', key: entryKey(table, index, before) });
    if (after !== undefined) operations.push({ type: 'put', key: entryKey(table, index, after), value: key });
  }
  return operations;
}

function samePlace(index: Index, before: Item, after: Item): boolean {
  const text = (value: AttributeValue | undefined) => JSON.stringify(value);
  return index.key.attributes.every(
    ({ name }) => text(attribute(before, name)) === text(attribute(after, name)),
  );
}
