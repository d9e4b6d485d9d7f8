/** Who may use what, as it was written: `access` of access-patterns.yaml, and `@allow` of the SDL. */

import type { Span } from './diagnostics/diagnostic.js';
import type { Word } from './sources.js';

export interface AccessModel {
  readonly at: Span;
  /** Roles, and enums whose values are roles. */
  readonly roles: readonly Word[];
  /** The rule that says who asks. */
  readonly viewer: Word;
}

/** `@allow(roles: [ADMIN], owner: ["id", "$userId"], rule: "mayRead")`: whoever fulfils one of them. */
export interface AllowModel {
  readonly at: Span;
  readonly roles: readonly Word[];
  /** Attributes of the parent and, with a `$`, arguments. */
  readonly owner: readonly Word[];
  readonly rule?: Word;
  /** Arguments that could not be read. */
  readonly faults: readonly { readonly at: Span; readonly message: string; readonly hint: string }[];
}

/** The role that everybody has, nobody included. */
export const anyone = 'ANYONE';

/** The directive's name. */
export const allowDirective = 'allow';
