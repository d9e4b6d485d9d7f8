/** Where a value comes from, and the field that passes it on. */

/** A value a resolver passes on. */
export type ValuePlan =
  | ({ readonly kind: 'argument' } & PathValue)
  | ({ readonly kind: 'parent' } & PathValue)
  /** An element of the list of a mutation, or what is below it. */
  | ({ readonly kind: 'each' } & PathValue)
  /** A variable that a transaction sets before its writes. */
  | { readonly kind: 'made'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean };

interface PathValue {
  readonly path: readonly string[];
  readonly nullable: boolean;
  /** Steps of the path, from 1 on, that lead from something that may be null. */
  readonly optional?: readonly number[];
}

/** A moment, from now. */
export interface Moment {
  readonly unit: 'seconds' | 'minutes' | 'hours' | 'days';
  /** Negative for the past. */
  readonly count: number;
}

export interface FieldRef {
  readonly type: string;
  readonly field: string;
}

export interface NamedValue {
  readonly name: string;
  readonly value: ValuePlan;
}

/** A condition on a record or an item, whose comparisons take values of one kind. */
export type ConditionTree<Value> =
  | { readonly kind: 'all' | 'any'; readonly of: readonly ConditionTree<Value>[] }
  | { readonly kind: 'not'; readonly of: ConditionTree<Value> }
  | {
      readonly kind: 'compare';
      readonly field: string;
      readonly operator: string;
      readonly values: readonly Value[];
      /** Of `in`: `values` are the elements; otherwise one value that is a list. */
      readonly isList: boolean;
    };
