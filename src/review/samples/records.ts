/** A record of each entity, made up: the same at every run, and naming one another where declarations lead from one to another. */

import { samples } from '../../generator/encodings/samples.js';
import type { Member, PatternPlan } from '../../generator/plan/types/access.js';
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
function sampleText(plan: Plan, entity: EntityPlan, field: string): string {
  const way: Named[] = [];
  for (let at: Named | undefined = { entity, field }; at; at = namedBy(plan, at.entity, at.field)) {
    const { entity: named, field: by } = at;
    const known = way.findIndex((one) => one.entity === named && one.field === by);
    // Of those that name one another, a key tells whose value it is.
    if (known !== -1) {
      const round = way.slice(known).toSorted(byName);
      return textAt(round.find(isKey) ?? round[0] ?? at);
    }
    way.push(at);
  }
  return textAt(way.at(-1) ?? { entity, field });
}

function textAt(named: Named): string {
  return isKey(named) ? `${kebab(named.entity.name)}-1` : kebab(named.field);
}

function isKey({ entity, field }: Named): boolean {
  return entity.keyFields.at(-1) === field;
}

function byName(a: Named, b: Named): number {
  return `${a.entity.name}.${a.field}` < `${b.entity.name}.${b.field}` ? -1 : 1;
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
    const ways = [ofParent, throughJoin, toTarget];
    const found = ways.map((way) => way(pattern, entity, field, entityOf)).find((one) => one !== undefined);
    if (found) return found;
  }
  return ofCollection(plan, entity, field);
}

/** `Order.customerId` in `CUSTOMER#{customerId}`, where the record of a customer is under `CUSTOMER#{id}`. */
function ofCollection({ entities }: Plan, entity: EntityPlan, field: string): Named | undefined {
  const own = partitionsOf(entity);
  // Of records that are one to one, the first one counts.
  const others = entity.keyFields.at(-1) === field ? entities.slice(0, entities.indexOf(entity)) : entities;
  for (const other of others) {
    const key = other.keyFields.at(-1);
    if (other === entity || other.table !== entity.table || key === undefined) continue;
    const isShared = partitionsOf(other).some((theirs) =>
      own.some(
        (one) =>
          one.index === theirs.index &&
          shapeOf(one.text) === shapeOf(theirs.text) &&
          one.fields.some((name, at) => name === field && theirs.fields[at] === key),
      ),
    );
    if (isShared) return { entity: other, field: key };
  }
  return undefined;
}

function partitionsOf({ items }: EntityPlan) {
  return (items[0]?.slots ?? []).map(({ index, partition: { text, parts } }) => ({
    index,
    text,
    fields: parts.flatMap((part) => (part.kind === 'hole' ? [part.field] : [])),
  }));
}

/** `USER#{}`: whatever its fields are called. */
export function shapeOf(template: string): string {
  return template.replaceAll(/\{[^}]*\}/g, '{}');
}

type EntityNamed = (name: string) => EntityPlan | undefined;

/** `Contractor.invitedById`, where a pattern of `User` finds contractors by it. */
function ofParent(
  { target, field: answered, inputs, access }: PatternPlan,
  entity: EntityPlan,
  field: string,
  entityOf: EntityNamed,
): Named | undefined {
  const found = readBy(target, access).find((one) => one.entity === entity.name);
  const called = found?.renames[field] ?? field;
  const value = found && inputs.find((one) => one.name === called)?.value;
  const parent = entityOf(answered?.type ?? '');
  const [from] = value?.kind === 'parent' && value.path.length === 1 ? value.path : [];
  return parent && from !== undefined ? { entity: parent, field: from } : undefined;
}

/** The entities whose fields the inputs of a pattern are. */
function readBy(target: string, access: PatternPlan['access']): readonly Member[] {
  if (access.kind === 'mixed') return access.members;
  return [{ entity: access.kind === 'through' ? access.join.entity : target, renames: {} }];
}

/** `Participation.playerId`, where a pattern reads players by it. */
function throughJoin(
  { access }: PatternPlan,
  entity: EntityPlan,
  field: string,
  entityOf: EntityNamed,
): Named | undefined {
  if (access.kind !== 'through' || access.join.entity !== entity.name) return undefined;
  const key = access.key.find(({ value }) => value.kind === 'through' && value.attribute === field);
  const other = entityOf(access.entity);
  return key && other ? { entity: other, field: key.name } : undefined;
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
