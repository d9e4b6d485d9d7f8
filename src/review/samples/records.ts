/** A record of each entity, made up: the same at every run, and naming one another where declarations lead from one to another. */

import { samples } from '../../generator/encodings/samples.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { AttributePlan, EntityPlan } from '../../generator/plan/types/storage.js';
import { isKey, namesOf } from './names.js';

export type SampleRecord = Readonly<Record<string, unknown>>;

/** @param given values in the place of the sample's own, as a condition wants them; null for none */
export function sampleRecord(plan: Plan, entity: EntityPlan, given: SampleRecord = {}): SampleRecord {
  const values = entity.attributes.map((attribute) => [
    attribute.name,
    attribute.name in given ? given[attribute.name] : sampleValue(plan, entity, attribute),
  ]);
  return Object.fromEntries(values.filter(([, value]) => value !== null));
}

/** `rank-1`, of what identifies a record `order-1`. */
function sampleValue(plan: Plan, entity: EntityPlan, attribute: AttributePlan): unknown {
  const { list, element, of, any } = attribute;
  if (any) return {};
  const value =
    element === 'document'
      ? {}
      : element === 'enum'
        ? (plan.enums[of]?.[0] ?? '')
        : element === 'text'
          ? sampleText(plan, entity, attribute.name)
          : samples[element].value;
  return list ? [value] : value;
}

/** A record that another one names has the same text there. */
function sampleText(plan: Plan, entity: EntityPlan, field: string): string {
  const named = namesOf(plan).endOf(entity, field);
  return isKey(named) ? `${kebab(named.entity.name)}-1` : kebab(named.field);
}

function kebab(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}
