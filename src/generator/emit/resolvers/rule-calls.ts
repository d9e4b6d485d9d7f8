/** What resolvers of every kind are made of. */

import type { Doc } from '../fragment.js';
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
