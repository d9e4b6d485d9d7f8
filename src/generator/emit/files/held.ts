/** Indexes whose items hold some fields of their records, as code. */

import type { AttributePlan, EntityPlan, KeyTemplate, Plan, QueryAccess } from '../../plan/types.js';
import { templateList } from '../expressions.js';
import { assigned, call, comment, type Doc, list, object, property, quote } from '../printer.js';
import { codecOf, keyValue, runtime } from '../symbols.js';
import { attributeOf } from './shared.js';

type Held = Extract<QueryAccess['holds'], { readonly kind: 'some' }>;

/** The constant that says what an index holds. */
export function heldView(plan: Plan, entity: EntityPlan, access: QueryAccess, holds: Held) {
  const { fields, told, templates } = partsOf(entity, access, holds);
  const known = [...fields, ...told];
  const hidden = known.filter((one) => one.hidden).map(({ name }) => name);
  const relations = relationsOf(
    plan,
    entity,
    known.map(({ name }) => name),
  );
  const where =
    holds.key === 'item'
      ? `${access.index} projects`
      : `the entry of ${entity.items[access.item]?.for} holds`;
  const value = call(runtime('held'), [
    codecOf(entity),
    object([
      property('fields', texts(fields.map(({ name }) => name))),
      ...(templates.length > 0 ? [property('keys', object(templates))] : []),
      ...(relations.length > 0 ? [property('relations', texts(relations))] : []),
      ...(hidden.length > 0 ? [property('hidden', texts(hidden))] : []),
      ...(holds.key === 'fields' ? [property('key', keyValue(entity.names.keyBuilder))] : []),
    ]),
  ]);
  return {
    name: holds.name,
    comment: comment(`What ${where} of ${entity.name}; other fields take a batch get.`),
    declaration: assigned(`const ${holds.name} =`, value),
  };
}

function texts(values: readonly string[]): Doc {
  return list(values.map(quote));
}

/** The fields that need no further read where a query reads items that do not hold everything. */
export function fieldsHeld(plan: Plan, entity: EntityPlan, access: QueryAccess, holds: Held): string[] {
  const { fields, told } = partsOf(entity, access, holds);
  const known = [...fields, ...told];
  const shown = known.filter(({ hidden }) => !hidden).map(({ name }) => name);
  return [
    ...shown,
    ...relationsOf(
      plan,
      entity,
      known.map(({ name }) => name),
    ),
  ];
}

interface HeldParts {
  readonly fields: readonly AttributePlan[];
  /** What only the keys of the items tell. */
  readonly told: readonly AttributePlan[];
  readonly templates: readonly Doc[];
}

/**
 * What an item's keys tell besides what its index projects: the values of their holes, but for those that hold only
 * a part of one. Nothing of an entity that expires: the index does not tell when.
 */
function partsOf(entity: EntityPlan, access: QueryAccess, holds: Held): HeldParts {
  const fields = entity.attributes.filter(({ name }) => holds.attributes.includes(name));
  if (holds.key === 'fields' || entity.ttl !== null) return { fields, told: [], templates: [] };
  const main = entity.items[0]?.slots[0];
  const keys = [main?.partition, main?.sort, access.partition, access.sort].flatMap((one) => one ?? []);
  const seen = new Set(holds.attributes);
  const told: AttributePlan[] = [];
  const templates = new Map<string, Doc>();
  for (const template of new Set<KeyTemplate>(keys)) {
    const before = told.length;
    const parts = templateList(template, ({ field, encode }) => {
      const attribute = attributeOf(entity, field);
      if (attribute?.encoding !== encode || seen.has(field)) return null;
      seen.add(field);
      told.push(attribute);
      return field;
    });
    if (told.length > before) templates.set(template.attribute, property(template.attribute, parts));
  }
  return { fields, told, templates: [...templates.values()] };
}

/** Fields of the entity that need nothing of their parent but what is held. A rule may look at any attribute. */
function relationsOf(plan: Plan, entity: EntityPlan, held: readonly string[]): string[] {
  return plan.patterns.flatMap((pattern) => {
    if (pattern.field?.type !== entity.name || pattern.allow !== null) return [];
    const kind = pattern.access.kind === 'typed' ? [pattern.access.by] : [];
    const needed = [...pattern.inputs.map(({ value }) => value), ...kind].flatMap((value) =>
      value.kind === 'parent' ? [value.path[0] ?? ''] : [],
    );
    return needed.every((name) => held.includes(name)) ? [pattern.field.field] : [];
  });
}
