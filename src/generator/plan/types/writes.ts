/** Mutations and transactions: what they write, under which conditions, at which cost. */

import type { ConditionTree, FieldRef, NamedValue, ValuePlan } from './values.js';

export interface MutationPlan {
  readonly name: string;
  readonly kind: 'create' | 'update' | 'upsert' | 'put' | 'touch' | 'delete';
  readonly entity: string;
  readonly field: FieldRef | null;
  readonly key: readonly NamedValue[];
  /** Attributes taken from arguments. */
  readonly values: readonly NamedValue[];
  readonly set: readonly { readonly field: string; readonly value: string | number | boolean | null }[];
  /** Values computed from those of the record as it is. */
  readonly elements?: readonly ElementPlan[];
  /** What has to hold of the record as it is, in this order. */
  readonly require?: readonly { readonly name: string; readonly condition: ConditionPlan }[];
  /** The attribute a touch moves, and to when: what is given, or so long from now. */
  readonly expiry?: {
    readonly field: string;
    readonly to: ValuePlan | { readonly kind: 'later'; readonly unit: TimeUnit; readonly count: number };
  };
  /** It is one UpdateItem: nothing is read, and others of its kind do not conflict with it. */
  readonly direct?: true;
  readonly expect: ValuePlan | null;
  readonly prepare: string | null;
  readonly alongside: string | null;
  readonly allow: string | null;
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
  readonly made: readonly { readonly name: string; readonly given: ValuePlan | null }[];
  /** The record of one step, or an object with the records of some, by their names. */
  readonly returns:
    | { readonly kind: 'step'; readonly step: string }
    | { readonly kind: 'fields'; readonly steps: readonly string[] };
  readonly allow: string | null;
  readonly idempotent?: IdempotentPlan;
  readonly cost: WriteCost;
}

export interface IdempotentPlan {
  readonly token: ValuePlan;
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
  /** Rules whose writes nobody declared: theirs come on top. */
  readonly without: readonly string[];
}

/** A write that a rule declares. */
export interface DeclaredWrite {
  readonly kind: MutationPlan['kind'];
  readonly entity: string;
}

export type TimeUnit = 'seconds' | 'minutes' | 'hours' | 'days';

export interface ElementPlan {
  readonly how: 'add' | 'subtract' | 'append' | 'remove';
  readonly field: string;
  readonly value: ValuePlan;
  /** The value is a list: several elements. */
  readonly isList?: true;
}

/** Whether it is a number that is added to another, not an element of a list. */
export function isAddition({ how }: ElementPlan): boolean {
  return how === 'add' || how === 'subtract';
}

/** A condition on a record that was read; nothing of it is optional. */
export type ConditionPlan = ConditionTree<ConditionValue>;

export type ConditionValue =
  | ValuePlan
  | { readonly kind: 'current'; readonly field: string; readonly nullable: boolean };
