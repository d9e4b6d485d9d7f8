/** A record of each entity, made up: the same at every run, and naming one another where declarations lead from one to another. */

import { samples } from '../../generator/encodings/samples.js';
import type { PatternPlan } from '../../generator/plan/types/access.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { AttributePlan, EntityPlan } from '../../generator/plan/types/storage.js';

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

/** A record that another one names has the same text there, as far as declarations tell. */
function sampleText(plan: Plan, entity: EntityPlan, field: string, seen: readonly string[] = []): string {
  const name = `${entity.name}.${field}`;
  const target = seen.includes(name) ? undefined : namedBy(plan, entity, field);
  if (target) return sampleText(plan, target.entity, target.field, [...seen, name]);
  return entity.keyFields.at(-1) === field ? `${kebab(entity.name)}-1` : kebab(field);
}

interface Named {
  readonly entity: EntityPlan;
  readonly field: string;
}

/** The field of another record whose value this one has. */
function namedBy(plan: Plan, entity: EntityPlan, field: string): Named | undefined {
  const entityOf = (name: string) => plan.entities.find((one) => one.name === name);
  const original = entity.historyOf === null ? undefined : entityOf(entity.historyOf);
  if (original?.keyFields.includes(field)) return { entity: original, field };
  for (const { to, fields } of entity.references ?? []) {
    const [other, pair] = [entityOf(to), fields.find((one) => one.field === field)];
    if (other && pair) return { entity: other, field: pair.key };
  }
  for (const pattern of plan.patterns) {
    const found = ofParent(pattern, entity, field, entityOf) ?? toTarget(pattern, entity, field, entityOf);
    if (found) return found;
  }
  return undefined;
}

type EntityNamed = (name: string) => EntityPlan | undefined;

/** `Contractor.invitedById`, where a pattern of `User` finds contractors by it. */
function ofParent(
  { target, field: answered, inputs }: PatternPlan,
  entity: EntityPlan,
  field: string,
  entityOf: EntityNamed,
): Named | undefined {
  const value = target === entity.name ? inputs.find((one) => one.name === field)?.value : undefined;
  const parent = entityOf(answered?.type ?? '');
  const [from] = value?.kind === 'parent' && value.path.length === 1 ? value.path : [];
  return parent && from !== undefined ? { entity: parent, field: from } : undefined;
}

/** `Contractor.invitedById`, where a pattern of `Contractor` gets a user by it. */
function toTarget(
  { target, field: answered, inputs }: PatternPlan,
  entity: EntityPlan,
  field: string,
  entityOf: EntityNamed,
): Named | undefined {
  if (answered?.type !== entity.name) return undefined;
  const input = inputs.find(({ value }) => value.kind === 'parent' && value.path.join('.') === field);
  const other = entityOf(target);
  return other && input && other.keyFields.includes(input.name)
    ? { entity: other, field: input.name }
    : undefined;
}

function kebab(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase();
}
