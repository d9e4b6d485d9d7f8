/**
 * Two plans, property by property. A record of comparers has one for each property: a property that is added to the plan does
 * not compile until somebody says what a change of it means for what is stored.
 */

import type { Found } from '../found.js';

/** What a change of one property means. */
export type Comparer<Whole, Context> =
  /** Nothing that is stored, or that is read of it, depends on it. */
  | 'code only'
  /** The lock reports what stored records need: see needs.ts. */
  | 'lock'
  /** By it the two are known to be the same. */
  | 'name'
  /** It is compared part by part: what a part means may depend on more than the part. */
  | { readonly parts: (was: Whole, is: Whole, context: Context) => readonly Found[] }
  | ((was: Whole, is: Whole, context: Context) => readonly Found[]);

export type Comparers<Whole, Context> = {
  readonly [Name in keyof Required<Whole>]: Comparer<Whole, Context>;
};

/** What the properties that differ find, in the order of the comparers. */
export function compared<Whole extends object, Context>(
  comparers: Comparers<Whole, Context>,
  was: Whole,
  is: Whole,
  context: Context,
): Found[] {
  const names = Object.keys(comparers) as (keyof Whole)[];
  return names.flatMap((name) => {
    const comparer: Comparer<Whole, Context> = comparers[name];
    if (typeof comparer === 'string') return [];
    if (typeof comparer === 'object') return comparer.parts(was, is, context);
    return isSame(was[name], is[name]) ? [] : comparer(was, is, context);
  });
}

/** As JSON. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
