/** What a write does to single items. */
import type { AttributeValue, Item, Key, TableRef } from '../types.js';
import type { VersionsOfRecord } from './versions.js';

/** A write among those of its call: its name, or else its place, from 1. */
export type Step = string | number;

/** A condition on the item as it is stored. */
export interface Condition {
  readonly expression: string;
  readonly names: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, AttributeValue>>;
}

/** What an action is for: decides what it means when its condition does not hold. */
export type Purpose =
  /**
   * A new record: there is none under its key, or it has expired (`ttl`). Where `racing`, another's being first is
   * no error but a new try.
   */
  | { readonly kind: 'absent'; readonly entity: string; readonly racing: boolean; readonly ttl?: string }
  /**
   * A record that was read: it is still as it was. `expected` is the version the caller demanded, if any. `gone`:
   * there was none, or it had expired or was being deleted, so that nothing may name it.
   */
  | {
      readonly kind: 'unchanged';
      readonly entity: string;
      readonly expected?: number;
      readonly gone?: true;
    }
  /** A unique value: nobody else holds it. `owner` is who takes or gives it up. */
  | {
      readonly kind: 'guard';
      readonly entity: string;
      readonly field: string;
      readonly owner: string;
      /** The constraint's name, where several entities share it. */
      readonly constraint?: string;
    }
  /** A version of a record: there was none before, of an earlier record with this key. */
  | { readonly kind: 'version'; readonly entity: string; readonly versions: VersionsOfRecord }
  /** An item that follows a record: it is as the record's own condition allows. */
  | { readonly kind: 'derived'; readonly entity: string }
  /** The last number of a sequence: nobody has taken the next one since it was read. */
  | { readonly kind: 'sequence'; readonly entity: string }
  /** A record that one of `entity` names as `field`: it is there, and stays. */
  | { readonly kind: 'reference'; readonly entity: string; readonly field: string; readonly to: string }
  /** The number of records that name a record to be deleted: none but the `leaving` that go with it. */
  | {
      readonly kind: 'children';
      readonly entity: string;
      readonly by: string;
      readonly onDelete: 'restrict' | 'cascade';
      readonly leaving: number;
    }
  /** A number kept beside records: `guard` is what it is called where it would pass its bounds. */
  | { readonly kind: 'counter'; readonly entity: string; readonly guard: string }
  /** An idempotency token: it was not used before. */
  | { readonly kind: 'token'; readonly entity: string };

interface Common {
  readonly table: TableRef;
  readonly key: Key;
  readonly purpose: Purpose;
  readonly condition?: Condition;
  /** The write it is of, where the call has several. */
  readonly step?: Step;
}

/** One item's part in a transaction. */
export type Action =
  | (Common & { readonly kind: 'put'; readonly item: Item })
  | (Common & { readonly kind: 'update'; readonly set: Item; readonly remove: readonly string[] })
  /** Adds to one number of an item, which is made where there is none. */
  | (Common & {
      readonly kind: 'add';
      readonly attribute: string;
      readonly by: number;
      /** What else the item holds. */
      readonly set: Item;
      /** The number may not rise above this. */
      readonly max?: number;
    })
  | (Common & { readonly kind: 'delete' })
  | (Common & { readonly kind: 'check'; readonly condition: Condition });

/** The attributes of a guard item. `_owner` tells whose it is, `_guards` which entity's. */
export const guardAttributes = { entity: '_guards', field: '_field', owner: '_owner' } as const;

/** The attributes of an item that keeps a number: what it is called, and the number. */
export const counterAttributes = { name: '_counts', value: '_number' } as const;
