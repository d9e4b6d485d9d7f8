/** What answers each field of the schema. */

export interface ResolverPlan {
  readonly type: string;
  readonly field: string;
  /** The field's type takes null. */
  readonly nullable: boolean;
  readonly hasArguments: boolean;
  readonly answer:
    | {
        readonly kind: 'pattern';
        readonly pattern: string;
        readonly shape: 'one' | 'list' | 'connection';
        /** The list may hold null. */
        readonly sparse?: true;
      }
    | { readonly kind: 'mutation'; readonly mutation: string }
    | { readonly kind: 'transaction'; readonly transaction: string }
    | { readonly kind: 'subscription'; readonly subscription: string }
    | { readonly kind: 'rule'; readonly rule: string };
}
