/** References as code: what a record names, who names it, and what goes with it. */

import { entityOf, referencesTo } from '../../plan/lookup/find.js';
import type { Plan } from '../../plan/types/plan.js';
import type { EntityPlan, ReferencePlan } from '../../plan/types/storage.js';
import { quote } from '../code.js';
import { absence, counterFunction, isCascading } from './shared.js';

/** The parts of a codec that are about references. */
export function referenceCodec(plan: Plan, entity: EntityPlan) {
  const parameter = entity.names.loader;
  const references = entity.references ?? [];
  return {
    references: references.map((reference) => {
      const { names } = entityOf(plan, reference.to);
      const fields = reference.fields.map(({ key, field }) => `${key}: ${parameter}.${field}`);
      const key = `${names.keyBuilder}({ ${fields.join(', ')} })`;
      const none = absence([{ present: reference.present, when: [] }], parameter);
      return {
        name: quote(reference.name),
        to: names.codec,
        key: none === null ? key : `${none} ? undefined : ${key}`,
      };
    }),
    counters: references.flatMap((reference) =>
      reference.counter
        ? [
            `{ name: ${quote(fullName(entity, reference))}, key: ${counterFunction(entity, reference)}(${parameter}), by: 1 }`,
          ]
        : [],
    ),
    referencedBy: referencesTo(plan, entity.name).flatMap(({ child, reference }) =>
      reference.counter
        ? [
            {
              by: quote(fullName(child, reference)),
              onDelete: quote(reference.onDelete),
              table: child.table,
              key: `${counterFunction(child, reference)}(${namedBy(reference, parameter)})`,
            },
          ]
        : [],
    ),
    cascades: isCascading(plan, entity.name),
  };
}

/** What goes with a record of an entity; null where nothing does. */
export function dependentsOf(plan: Plan, entity: EntityPlan) {
  const parameter = entity.names.loader;
  const found = referencesTo(plan, entity.name).filter(({ reference }) => reference.foundBy !== null);
  if (found.length === 0) return null;
  return {
    function: dependentsName(entity),
    parameter,
    record: entity.names.record,
    each: found.map(({ child, reference }) => ({
      by: quote(fullName(child, reference)),
      codec: child.names.codec,
      query: `queries.${queryName(plan, reference)}(${namedBy(reference, parameter)})`,
      further: isCascading(plan, child.name) ? dependentsName(child) : null,
    })),
  };
}

function dependentsName({ names }: EntityPlan): string {
  return `${names.loader}Dependents`;
}

function queryName(plan: Plan, { foundBy }: ReferencePlan): string {
  const access = plan.patterns.find(({ name }) => name === foundBy)?.access;
  if (access?.kind !== 'query') throw new Error(`pattern ${foundBy} is no query`);
  return access.function;
}

/** The entity and its reference, as errors name them. */
function fullName({ name }: EntityPlan, reference: ReferencePlan): string {
  return `${name}.${reference.name}`;
}

/** The fields of a record, by the names they have in those that name it. */
function namedBy({ fields }: ReferencePlan, parameter: string): string {
  return `{ ${fields.map(({ key, field }) => `${field}: ${parameter}.${key}`).join(', ')} }`;
}
