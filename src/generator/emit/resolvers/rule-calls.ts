/** What resolvers of every kind are made of. */

import { type Doc, localsIn } from '../fragment.js';
import { call, object } from '../printer.js';

/** A resolver's statements. */
export interface Body {
  /** The rule that is called before anything is read or written. */
  readonly allow: string | null;
  readonly statements: readonly Doc[];
  /** Whether one of them waits. */
  readonly isAsync: boolean;
}

/** `rules.staff({ parent, args, context })` */
export function ruleCall(rule: string, given: readonly Doc[]): Doc {
  return call(`rules.${rule}`, [object(given)]);
}

/** Those that are named; one that is not, before another that is, begins with `_`. */
export function parametersOf(body: Doc): string[] {
  const used = localsIn(body);
  const names = ['parent', 'args', 'context', 'info'].map((name) => (used.has(name) ? name : `_${name}`));
  while (names.at(-1)?.startsWith('_')) names.pop();
  return names;
}
