/** The rules that people write, and where they are called. */

import type { FieldRef } from './values.js';
import type { DeclaredWrite, WriteCost } from './writes.js';

export interface RulePlan {
  readonly name: string;
  /** File under the rules folder, without extension. */
  readonly file: string;
  readonly typeName: string;
  /** Of a rule that answers a mutation or adds writes to one: what it writes, where that is declared. */
  readonly writes?: readonly DeclaredWrite[];
  /** The types of the events that it publishes, where that is declared. */
  readonly publishes?: readonly string[];
  /** The entities of records that its mutation depends on: each is checked in the transaction. */
  readonly dependsOn?: readonly string[];
  /** What that costs. */
  readonly cost?: WriteCost;
  readonly use:
    | { readonly kind: 'field'; readonly field: FieldRef; readonly description: string | null }
    | { readonly kind: 'allow'; readonly fields: readonly FieldRef[] }
    /** It says who asks: their id, and which of the roles they have. */
    | { readonly kind: 'viewer'; readonly roles: readonly string[] }
    | { readonly kind: 'visible'; readonly targets: readonly string[] }
    | { readonly kind: 'prepare'; readonly mutations: readonly string[] }
    | { readonly kind: 'alongside'; readonly mutations: readonly string[] }
    | {
        readonly kind: 'validate';
        readonly attributes: readonly { readonly entity: string; readonly field: string }[];
      }
    | {
        readonly kind: 'compute';
        readonly attributes: readonly { readonly entity: string; readonly field: string }[];
      };
  /** What one call reads, as declared: records by key, shared by all rules with the same `once`, and requests of its own. */
  readonly asks?: { readonly gets?: number; readonly once?: string; readonly requests?: number };
}
