/** Mutations and transactions: what they write, under which conditions, at which cost. */

import type { ConditionTree, FieldRef, Moment, ValuePlan } from './values.js';

/** A value that a write takes. */
export type WrittenValue =
  | ValuePlan
  | { readonly kind: 'null' }
  /** An attribute of the record as it is, if there is one. */
  | {
      readonly kind: 'current';
      readonly field: string;
      readonly nullable: boolean;
      readonly mayBeMissing?: true;
    }
  /** An attribute of the record of an earlier step, which `variable` holds. */
  | { readonly kind: 'result'; readonly variable: string; readonly field: string; readonly nullable: boolean }
  | ({ readonly kind: 'later' } & Moment)
  | { readonly kind: 'list'; readonly of: readonly WrittenValue[] }
  | { readonly kind: 'document'; readonly fields: readonly NamedWrite[] };

export interface NamedWrite {
  readonly name: string;
  readonly value: WrittenValue;
}

export interface MutationPlan {
  readonly name: string;
  readonly kind: 'create' | 'update' | 'upsert' | 'put' | 'touch' | 'delete';
  readonly entity: string;
  readonly field: FieldRef | null;
  /** The list for each of whose elements a record is written. */
  readonly each?: WrittenValue;
  /** The pattern whose records are deleted; `key` are its equalities. */
  readonly all?: string;
  readonly key: readonly NamedWrite[];
  /** Attributes that are set. */
  readonly values: readonly NamedWrite[];
  /** Values computed from those of the record as it is. */
  readonly elements?: readonly ElementPlan[];
  /** What has to hold of the record as it is, in this order. */
  readonly require?: readonly {
    readonly name: string;
    readonly condition: ConditionPlan;
    /** The message of the error where it does not hold. */
    readonly message?: string;
  }[];
  /** The attribute a touch moves, and to when: what is given, or so long from now. */
  readonly expiry?: {
    readonly field: string;
    readonly to: WrittenValue;
  };
  /** It is one UpdateItem: nothing is read, and others of its kind do not conflict with it. */
  readonly direct?: true;
  readonly expect: WrittenValue | null;
  /** The time of the last change stays. */
  readonly untouched?: true;
  /** The event type that reports the change. */
  readonly publish?: string;
  readonly prepare: string | null;
  readonly alongside: string | null;
  readonly allow: string | null;
  /** The rules that `@allow` of its field asks. */
  readonly asks?: readonly string[];
  readonly idempotent?: IdempotentPlan;
  /** Of a step, its name within the transaction. */
  readonly step?: string;
  /** Of a step, its part of what the transaction costs. */
  readonly cost: WriteCost;
}

/** Several writes, all or none. */
export interface TransactionPlan {
  readonly name: string;
  readonly field: FieldRef | null;
  readonly steps: readonly {
    /** The mutation. */
    readonly mutation: string;
    readonly name: string;
    /** The variable that holds its record. */
    readonly variable: string;
  }[];
  /** Ids that several steps hold; `given` where the caller may give one. */
  readonly made: readonly { readonly name: string; readonly given: WrittenValue | null }[];
  /** The record of one step, or an object with the records of some, by their names. */
  readonly returns:
    | { readonly kind: 'step'; readonly step: string }
    | { readonly kind: 'fields'; readonly steps: readonly string[] };
  readonly allow: string | null;
  /** The rules that `@allow` of its field asks. */
  readonly asks?: readonly string[];
  readonly idempotent?: IdempotentPlan;
  readonly cost: WriteCost;
}

export interface IdempotentPlan {
  readonly token: WrittenValue;
  /** For how long a token is remembered. */
  readonly seconds: number;
  /** The table that holds the token. */
  readonly table: string;
}

/** Write units as DynamoDB bills them, for items of at most 1 KB. */
export interface WriteUnits {
  readonly total: number;
  readonly table: number;
  readonly indexes: Readonly<Record<string, number>>;
}

/** What a mutation writes, and what that costs. */
export interface WriteCost {
  /** Where no value of a key or an entry changes, and fields that may be without a value are. */
  readonly least: WriteUnits;
  /** Where everything it can write does change. */
  readonly most: WriteUnits;
  /** What each element of a list adds, where a record is written for each. */
  readonly each?: Pick<WriteCost, 'least' | 'most'>;
  /** Rules whose writes nobody declared: theirs come on top. */
  readonly without: readonly string[];
}

/** A write that a rule declares. */
export interface DeclaredWrite {
  readonly kind: MutationPlan['kind'];
  readonly entity: string;
}

/** A value computed from the one there is. */
export interface ElementPlan {
  readonly how: 'set' | 'add' | 'subtract' | 'append' | 'remove';
  readonly field: string;
  /** From the attribute to the part of it that changes. */
  readonly path?: readonly PathStepPlan[];
  readonly value: WrittenValue;
  /** The value is a list: several elements. */
  readonly isList?: true;
  /** Of a part, whether it cannot be null. */
  readonly isNeeded?: true;
  /** Of a number that is a part, what it can be. */
  readonly number?: 'Int' | 'integer' | 'decimal';
}

export type PathStepPlan =
  | { readonly kind: 'field'; readonly name: string }
  /** An entry of a document, which counts as empty where there is none. */
  | { readonly kind: 'entry'; readonly name: WrittenValue }
  | {
      readonly kind: 'elements';
      readonly field: string;
      readonly value: WrittenValue;
      readonly isTime?: true;
    };

/** Whether it is a number that is added to another, not an element of a list or a part of a value. */
export function isAddition({ how, path }: ElementPlan): boolean {
  return !path && (how === 'add' || how === 'subtract');
}

/** A condition on a record that was read; nothing of it is optional. */
export type ConditionPlan = ConditionTree<WrittenValue>;
