/** Where a value comes from, and the field that passes it on. */

/** A value a resolver passes on. */
export type ValuePlan =
  | { readonly kind: 'argument'; readonly path: readonly string[]; readonly nullable: boolean }
  | { readonly kind: 'parent'; readonly path: readonly string[]; readonly nullable: boolean }
  /** A variable that a transaction sets before its writes. */
  | { readonly kind: 'made'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string | number | boolean };

export interface FieldRef {
  readonly type: string;
  readonly field: string;
}

export interface NamedValue {
  readonly name: string;
  readonly value: ValuePlan;
}
