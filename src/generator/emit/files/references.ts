/** References as code: what a record names, who names it, and what goes with it. */

import { entityOf, referencesTo } from '../../plan/lookup/find.js';
import type { Plan } from '../../plan/types/plan.js';
import type { EntityPlan, ReferencePlan } from '../../plan/types/storage.js';
import type { Doc } from '../fragment.js';
import { arrow, assigned, call, code, generic, list, object, property, quote } from '../printer.js';
import { codecOf, entityType, keyValue, queryValue, runtime, runtimeType } from '../symbols.js';
import { absence, counterFunction, isCascading, parameterOf, tableVariable, unless } from './shared.js';

/** The parts of a codec that are about references. */
export function referenceParts(plan: Plan, entity: EntityPlan) {
  const parameter = parameterOf(entity);
  const references = entity.references ?? [];
  return {
    references: references.map((reference) => {
      const { names } = entityOf(plan, reference.to);
      const fields = reference.fields.map(({ key, field }) => property(key, `${parameter}.${field}`));
      const key = call(keyValue(names.keyBuilder), [object(fields)]);
      const absent = absence([{ present: reference.present, when: [] }], parameter);
      return object([
        property('name', quote(reference.name)),
        property('to', names.codec),
        property('key', unless(absent, key)),
      ]);
    }),
    counters: references.flatMap((reference) => {
      if (!reference.counter) return [];
      return [
        object([
          property('name', quote(fullName(entity, reference))),
          property('key', call(keyValue(counterFunction(entity, reference)), [parameter])),
          property('by', '1'),
        ]),
      ];
    }),
    referencedBy: referencesTo(plan, entity.name).flatMap(({ child, reference }) => {
      if (!reference.counter) return [];
      return [
        object([
          property('by', quote(fullName(child, reference))),
          property('onDelete', quote(reference.onDelete)),
          property('table', keyValue(tableVariable(child.table))),
          property('key', call(keyValue(counterFunction(child, reference)), [namedBy(reference, parameter)])),
        ]),
      ];
    }),
    cascades: isCascading(plan, entity.name),
  };
}

/** The function in writes.ts that tells what goes with a record of an entity; null where nothing does. */
export function dependentsOf(plan: Plan, entity: EntityPlan): { name: string; declaration: Doc } | null {
  const parameter = parameterOf(entity);
  const found = referencesTo(plan, entity.name).filter(({ reference }) => reference.foundBy !== null);
  if (found.length === 0) return null;
  const name = dependentsName(entity);
  const each = found.map(({ child, reference }) =>
    call(runtime('dependents'), [
      quote(fullName(child, reference)),
      codecOf(child),
      call(queryValue(queryName(plan, reference)), [namedBy(reference, parameter)]),
      ...(isCascading(plan, child.name) ? [dependentsName(child)] : []),
    ]),
  );
  const type = generic(runtimeType('DependentsOf'), [entityType(entity.names.record)]);
  return { name, declaration: assigned(code`const ${name}: ${type} =`, arrow([parameter], list(each))) };
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
function namedBy({ fields }: ReferencePlan, parameter: string): Doc {
  return object(fields.map(({ key, field }) => property(field, `${parameter}.${key}`)));
}
