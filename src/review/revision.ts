/** One of the two states that are compared. */

import type { GraphQLSchema } from 'graphql';
import type { Costs } from '../budget/costs.js';
import type { Sources } from '../generator/diagnostics/diagnostic.js';
import type { Layout } from '../generator/layout/types.js';
import type { Lock } from '../generator/lock.js';
import type { Model } from '../generator/model.js';
import type { Plan } from '../generator/plan/types/plan.js';

export interface Revision {
  /** As people call it: `main (448909f)`, `working tree`. */
  readonly name: string;
  readonly model: Model;
  readonly layout: Layout;
  readonly plan: Plan;
  readonly costs: Costs;
  /** The lock that goes with the plan. */
  readonly lock: Lock;
  readonly schema: GraphQLSchema;
  readonly sources: Sources;
  /** Documents below operations/: path -> text. */
  readonly operations: ReadonlyMap<string, string>;
  /** The path of access-patterns.yaml. */
  readonly patterns: string;
}

/** @param generated what the generator made of it, whatever else is in there */
export function revisionOf(
  name: string,
  { model, layout, plan, costs, lock, schema, sources }: Omit<Revision, 'name' | 'operations' | 'patterns'>,
  operations: Revision['operations'],
): Revision {
  return { name, model, layout, plan, costs, lock, schema, sources, operations, patterns: model.at.file };
}

export interface Revisions {
  readonly before: Revision;
  readonly after: Revision;
}
