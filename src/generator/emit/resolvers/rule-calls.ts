/** What resolvers of every kind are made of. */

import type { Doc } from '../fragment.js';
import { call, code, object } from '../printer.js';
import { args, context, parent } from '../symbols.js';

/** Statements, and whether one of them waits. */
export interface Body {
  readonly statements: readonly Doc[];
  readonly isAsync: boolean;
}

/** `rules.staff({ parent, args, context })` */
export function ruleCall(rule: string, given: readonly Doc[]): Doc {
  return call(`rules.${rule}`, [object(given)]);
}

export function allowStatements(allow: string | null): Doc[] {
  return allow === null ? [] : [code`await ${ruleCall(allow, [parent, args, context])};`];
}
