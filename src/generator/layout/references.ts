/** References of an entity: what they name, what counts them, and the pattern that finds the records. */

import {
  type EntityModel,
  fieldNamed,
  fieldsOfReference,
  type Model,
  type PatternModel,
  type ReferenceModel,
  type Source,
} from '../model.js';
import type { ReferencePlan } from '../plan/types/storage.js';
import { exactHole } from '../resolve/holes.js';
import { holesOf, keyTemplate } from '../resolve/templates.js';
import { type Basis, freeHead } from './basis.js';
import type { ReferenceLayout } from './types.js';

export function onDeleteOf({ onDelete }: ReferenceModel): ReferencePlan['onDelete'] {
  return onDelete?.text === 'restrict' || onDelete?.text === 'cascade' ? onDelete.text : 'leave';
}

/** @param others the bases of all entities */
export function referencesOf(basis: Basis, others: readonly Basis[]): ReferenceLayout[] {
  const { entity, attributes } = basis;
  return entity.references.map((model) => {
    const onDelete = onDeleteOf(model);
    // DynamoDB removes expired records without a write of ours: they cannot be counted.
    const isCounted = onDelete !== 'leave' && entity.ttl === undefined;
    return {
      model,
      name: model.name.text,
      to: model.to.text,
      present: fieldsOfReference(model)
        .map(({ text }) => text)
        .filter((field) => attributes.get(field)?.nullable),
      onDelete,
      counter: isCounted
        ? counterOf(
            model,
            basis,
            others.find((one) => one.entity.name.text === model.to.text),
          )
        : null,
    };
  });
}

function counterOf(
  model: ReferenceModel,
  basis: Basis,
  to: Pick<Basis, 'primary'> | undefined,
): ReferencePlan['counter'] {
  const { entity, table, attributes } = basis;
  const locked = basis.locked?.counters.get(model.name.text);
  const head = freeHead(basis, `REFERENCES#${entity.name.text}.${model.name.text}`);
  // Values that differ in case only name one record where its key is folded: they are counted together.
  const named = to ? [...holesOf(to.primary.partition), ...holesOf(to.primary.sort)] : [];
  const isFolded = (field: string) => named.some((hole) => hole.field === field && hole.encode === 'fold');
  const holes = fieldsOfReference(model).map(({ text }, at) => {
    const key = model.fields?.[at]?.key.text ?? named[0]?.field;
    return key !== undefined && isFolded(key) ? `{fold(${text})}` : exactHole(text, attributes);
  });
  const tail = `#${holes.join('#')}`;
  const kept = locked?.partition.endsWith(tail) ? locked.partition : undefined;
  return {
    partition: keyTemplate(table.partition.text, kept ?? `${head}${tail}`, attributes),
    sort: table.sort ? keyTemplate(table.sort.text, locked?.sort ?? 'REFERENCES', attributes) : null,
  };
}

/** @param keyFields of what is named */
export function referencePlan(
  model: Model,
  entity: EntityModel,
  { model: reference, ...own }: ReferenceLayout,
  keyFields: readonly string[],
): ReferencePlan {
  const { name, fields } = reference;
  const foundBy = own.onDelete === 'cascade' ? childrenPattern(model, entity, reference) : undefined;
  return {
    name: own.name,
    to: own.to,
    fields: keyFields.map((key) => ({
      key,
      field: fields?.find((one) => one.key.text === key)?.field.text ?? name.text,
    })),
    present: own.present,
    onDelete: own.onDelete,
    counter: own.counter,
    foundBy: foundBy?.name.text ?? null,
  };
}

/** The first pattern that returns all records that name one, and takes nothing else. */
export function childrenPattern(
  model: Model,
  entity: EntityModel,
  reference: ReferenceModel,
): PatternModel | undefined {
  const fields = new Set(fieldsOfReference(reference).map(({ text }) => text));
  return model.patterns.find((pattern) => givesAll(model, pattern, { entity: entity.name.text, fields }));
}

/** Whether a pattern returns all records of an entity that have values of these fields, and takes nothing else. */
export function givesAll(
  model: Model,
  pattern: PatternModel,
  { entity, fields }: { readonly entity: string; readonly fields: ReadonlySet<string> },
): boolean {
  return (
    pattern.cardinality === 'many' &&
    pattern.target.text === entity &&
    pattern.leadsTo === undefined &&
    pattern.where.length === fields.size &&
    pattern.where.every(
      ({ field, source, each }) => fields.has(field.text) && source.kind !== 'literal' && !each,
    ) &&
    pattern.when.every(({ field, values }) => fields.has(field.text) && values === 'present') &&
    [...pattern.narrow, ...(pattern.range?.bounds ?? [])].every(({ source }) =>
      isOptional(model, pattern, source),
    ) &&
    !pattern.filter &&
    !pattern.bucket &&
    !pattern.order
  );
}

/** An argument that may be left out. */
function isOptional(model: Model, pattern: PatternModel, source: Source): boolean {
  if (source.kind !== 'argument' || !pattern.for) return false;
  const field = fieldNamed(model.sdl.types.get(pattern.for.type), pattern.for.field);
  return field?.arguments.find(({ name }) => name === source.path[0])?.type.nonNull === false;
}
