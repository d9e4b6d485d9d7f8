/** Indexes whose items hold some fields of their records, as code. */

import { coveredFields, unpackedKeys } from '../../../plan/lookup/covering.js';
import type { QueryAccess } from '../../../plan/types/access.js';
import type { Plan } from '../../../plan/types/plan.js';
import type { EntityPlan } from '../../../plan/types/storage.js';
import { templateList } from '../../expressions.js';
import { assigned, call, comment, object, property, texts } from '../../printer.js';
import { codecOf, itemsValue, keyValue, runtime } from '../../symbols.js';
import { entryFields, heldAttributes } from '../shared.js';

type PartialCovering = Extract<QueryAccess['covering'], { readonly kind: 'some' }>;

/** The constant that says what an index holds. */
export function coveringView(plan: Plan, entity: EntityPlan, access: QueryAccess, covering: PartialCovering) {
  const fields = entity.attributes.filter(({ name }) => covering.attributes.includes(name));
  const unpacked = unpackedKeys(entity, access, covering);
  const known = [...fields, ...unpacked.flatMap(({ holes }) => holes.map(({ attribute }) => attribute))];
  const covered = coveredFields(plan, entity, access, covering);
  const hidden = known.filter(({ name }) => !covered.includes(name)).map(({ name }) => name);
  const relations = covered.filter((field) => !known.some(({ name }) => name === field));
  const templates = unpacked.map(({ template, holes }) => {
    const whole = new Map(holes.map(({ attribute, encode }) => [attribute.name, encode]));
    const parts = templateList(template, ({ field, encode }) =>
      // A field that is in a key twice is read once.
      whole.get(field) === encode && whole.delete(field) ? field : null,
    );
    return property(template.attribute, parts);
  });
  const item = entity.items[access.item];
  const where = covering.key === 'item' ? `${access.index} projects` : `the entry of ${item?.for} holds`;
  const names = fields.map(({ name }) => name);
  // An entry of its own says what it holds.
  const isOfEntry = item?.role === 'entry' && sameTexts(names, heldAttributes(entity, item));
  const value = call(runtime('held'), [
    codecOf(entity),
    object([
      property('fields', isOfEntry ? itemsValue(entryFields(item)) : texts(names)),
      ...(templates.length > 0 ? [property('keys', object(templates))] : []),
      ...(relations.length > 0 ? [property('relations', texts(relations))] : []),
      ...(hidden.length > 0 ? [property('hidden', texts(hidden))] : []),
      ...(covering.key === 'fields' ? [property('key', keyValue(entity.names.keyBuilder))] : []),
    ]),
  ]);
  return {
    name: covering.name,
    comment: comment(`What ${where} of ${entity.name}; other fields take a batch get.`),
    declaration: assigned(`const ${covering.name} =`, value),
  };
}

function sameTexts(names: readonly string[], attributes: readonly { readonly name: string }[]): boolean {
  return names.length === attributes.length && names.every((name, at) => name === attributes[at]?.name);
}
