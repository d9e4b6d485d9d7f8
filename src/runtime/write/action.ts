/** What a write does to single items. */

import type { Wake } from '../events/wake.js';
import type { AttributeValue, Item, Keep, Key, TableRef } from '../types.js';

/** DynamoDB takes at most this many actions in one TransactWriteItems ("TransactWriteItems", API reference). */
export const transactionLimit = 100;

/** A write among those of its call: its name, or else its position, from 1. */
export type Step = string | number;

/** A condition on the item as it is stored. */
export interface Condition {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** The state of one record that writes depend on. */
export interface Premise {
  readonly table: TableRef;
  readonly key: Key;
  readonly entity: string;
  /** The attributes and their values; undefined for an absent one. Null where there was no record. */
  readonly expected: Item | null;
  /** Throws what the caller learns where the record is not as expected any more. */
  refuse(now: Item | null): never;
}

/** Where the versions of one record are stored. */
export interface VersionsOfRecord {
  readonly table: TableRef;
  /** The key of the record itself. */
  readonly record: Key;
  /** The attribute with the number of a version. */
  readonly revision: string;
  /** When old versions are deleted: then the first may be missing although later ones exist. */
  readonly keep: Keep | undefined;
  /** The key of the version with this number. */
  keyOf(revision: number): Key;
  /** The same, and where another version of the plan may have stored it. */
  keysOf(revision: number): readonly Key[];
}

/** What an action is for, which decides what a failed condition means. */
export type Purpose =
  /**
   * A new record: there is none under its key, or an expired one (`ttl`). `racing`: where another writer creates it
   * first, everything is computed again.
   */
  | { readonly kind: 'absent'; readonly entity: string; readonly racing: boolean; readonly ttl?: string }
  /**
   * A record that was read: it has not changed since. `expected` is the version that the caller requires, if any.
   * `gone`: there was none, or it had expired or was being deleted, so that nothing may refer to it.
   */
  | {
      readonly kind: 'unchanged';
      readonly entity: string;
      readonly expected?: number;
      readonly gone?: true;
    }
  /** A unique value: no other record has it. `owner` is the record that takes or releases it. */
  | {
      readonly kind: 'guard';
      readonly entity: string;
      readonly field: string;
      readonly owner: string;
      /** The constraint's name, where several entities share it. */
      readonly constraint?: string;
      readonly message?: string;
    }
  /** A version of a record: an earlier record with this key left none of this number. */
  | { readonly kind: 'version'; readonly entity: string; readonly versions: VersionsOfRecord }
  /** An item derived from a record: the record's own condition covers it. */
  | { readonly kind: 'derived'; readonly entity: string }
  /** The last number of a sequence: no other writer has taken the next one since it was read. */
  | { readonly kind: 'sequence'; readonly entity: string }
  /** A record that one of `entity` refers to as `field`: it exists, and is not being deleted. */
  | { readonly kind: 'reference'; readonly entity: string; readonly field: string; readonly to: string }
  /** The count of records that refer to a deleted one: none but the `leaving` ones, deleted in the same transaction. */
  | {
      readonly kind: 'children';
      readonly entity: string;
      readonly by: string;
      readonly onDelete: 'restrict' | 'cascade';
      readonly leaving: number;
    }
  /** An aggregate: `guard` is its name, reported where it would exceed its bound. */
  | { readonly kind: 'counter'; readonly entity: string; readonly guard: string }
  /** What a deleted record left of its events: it is as it was found, or there is none. */
  | { readonly kind: 'marker'; readonly entity: string }
  /** An idempotency key: it was not used before. */
  | { readonly kind: 'idempotency'; readonly entity: string }
  /** A record that the session's writes depend on: it is as it was read. */
  | { readonly kind: 'premise'; readonly entity: string };

interface Common {
  readonly table: TableRef;
  readonly key: Key;
  readonly purpose: Purpose;
  readonly condition?: Condition;
  /** What the session's writes depend on of this item: a part of the condition. */
  readonly premise?: Premise;
  /** The write it belongs to, where the call has several. */
  readonly step?: Step;
  /** The event that it stores. */
  readonly event?: Wake;
}

/** One item's part in a transaction. */
export type Action =
  | (Common & { readonly kind: 'put'; readonly item: Item })
  | (Common & {
      readonly kind: 'update';
      readonly set: Item;
      readonly remove: readonly string[];
      /** What is added to numbers, by attribute. */
      readonly add?: Readonly<Record<string, number>>;
    })
  /** Adds to a number of an item, which is created where there is none. */
  | (Common & {
      readonly kind: 'add';
      readonly attribute: string;
      readonly by: number;
      /** The item's other attributes. */
      readonly set: Item;
      /** The number may not exceed this. */
      readonly max?: number;
      /** The least and the greatest number that can be read. */
      readonly range?: { readonly min: number; readonly max: number };
    })
  | (Common & { readonly kind: 'delete' })
  | (Common & { readonly kind: 'check'; readonly condition: Condition });

/** The attributes of a guard item: its entity, its field, and the record that owns the value. */
export const guardAttributes = { entity: '_guards', field: '_field', owner: '_owner' } as const;

/** The type that an item says it is of: an entity, or an entity and one of its patterns; empty where it says none. */
export function typeOf({ _type: type }: Item): string {
  return typeof type === 'string' ? type : '';
}

/** The attribute of a record's item with the type and time of its last event: `TYPE@timestamp`. */
export const lastEvent = '_event';

/** Marks an item that only servers of the next version read: one that a migration keeps next to the record's own. */
export const nextAttribute = '_next';

/** Marks the item of a record that is counted by what the next version counts: a migration counts each record once. */
export const countedAttribute = '_counted';

/** The attributes of an aggregate's item: its name and its value. */
export const counterAttributes = { name: '_counts', value: '_number' } as const;

/** The number of an aggregate's item; 0 where there is no item yet. */
export function numberIn(item: Item | null): number {
  const value = item?.[counterAttributes.value];
  return typeof value === 'number' ? value : 0;
}
