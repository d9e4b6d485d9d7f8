/**
 * The plan: how everything is stored, read and written. Plain JSON, computed from the model, the only input of
 * `emit`. Unions by `kind`. Names for generated code are made here once (names.ts), never in a template.
 */

import type { Encoding } from '../../encodings.js';
import type { PatternPlan } from './access.js';
import type { AuthorizationPlan } from './authorization.js';
import type { EventsPlan, SubscriptionPlan } from './events.js';
import type { ResolverPlan } from './resolvers.js';
import type { RulePlan } from './rules.js';
import type { EmbeddedPlan, EntityPlan, TablePlan } from './storage.js';
import type { MutationPlan, TransactionPlan } from './writes.js';

export interface Plan {
  /** The format of this file. */
  readonly format: 1;
  readonly tables: readonly TablePlan[];
  /** In the order of the YAML. */
  readonly entities: readonly EntityPlan[];
  /** The types within records that have values to check, if there are some. */
  readonly embedded?: readonly EmbeddedPlan[];
  readonly patterns: readonly PatternPlan[];
  /** The steps of transactions are among them. */
  readonly mutations: readonly MutationPlan[];
  readonly transactions?: readonly TransactionPlan[];
  /** What mutations publish, where an entity stores it. */
  readonly events?: EventsPlan;
  readonly subscriptions?: readonly SubscriptionPlan[];
  readonly rules: readonly RulePlan[];
  /** Who may use which field, where `access` is declared. */
  readonly authorization?: AuthorizationPlan;
  /** Every field of a reachable SDL type that a resolver answers, by type, in the order of the YAML. */
  readonly resolvers: readonly ResolverPlan[];
  /** How values of custom scalars are stored that the declaration tells of, if of some. */
  readonly scalars?: Readonly<Record<string, Encoding>>;
  /** Enums of stored attributes: the values a key may hold. */
  readonly enums: Readonly<Record<string, readonly string[]>>;
}
