/** What each mutation writes: its values, conditions and rules. What it costs is added when all writes are known. */

import type { EntityLayout, Layout } from '../../layout/types.js';
import { type MutationModel, namedType, type Source, type TransactionModel, type Word } from '../../model.js';
import { spanOf } from '../../moments.js';
import type { ResolvedModel } from '../../resolve/resolved-model.js';
import { typeOfSource } from '../../resolve/value-paths.js';
import { elementOf } from '../../resolve/written-values.js';
import { isFieldOf } from '../../sources.js';
import { conditionTree } from '../filters.js';
import type { MutationPlan, NamedWrite } from '../types/writes.js';
import { fieldRef } from '../values.js';
import { idempotentPlan } from './transactions.js';
import { madeIn, madeName, plannerOf, type ValuePlanner } from './written-values.js';

export function mutationPlan(
  resolved: ResolvedModel,
  layout: Layout,
  mutation: MutationModel,
): Omit<MutationPlan, 'cost'> {
  const { model } = resolved;
  const entity = layout.entities.get(mutation.entity.text);
  if (!entity) throw new Error(`mutation ${mutation.name.text} has no entity`);
  const transaction = model.transactions.find(({ name }) => name === mutation.step?.transaction);
  const value = plannerOf(resolved, mutation.for, { mutation, ...(transaction ? { transaction } : {}) });
  const attribute = ({ text }: Word) => resolved.entities.get(mutation.entity.text)?.attributes.get(text);
  const set = mutation.set.map((one) => ({
    name: one.field.text,
    value: value(one.value, attribute(one.field)),
  }));
  const given = [...set, ...(transaction ? madeValues(resolved, transaction, mutation) : [])];
  const isGiven = (name: string) => given.some((one) => one.name === name);
  const input = mutation.from ? inputValues(resolved, entity, mutation, mutation.from) : [];
  return {
    name: mutation.name.text,
    kind: mutation.kind,
    entity: mutation.entity.text,
    field: fieldRef(mutation.for),
    ...(mutation.all ? { all: mutation.all.text } : {}),
    ...(mutation.each ? { each: value(mutation.each) } : {}),
    key: mutation.where.map(({ field, source }) => ({ name: field.text, value: value(source) })),
    values: [...input.filter(({ name }) => !isGiven(name)), ...given],
    ...elementPlans(resolved, mutation, value),
    ...requirePlans(resolved, mutation, value),
    ...expiryPlan(resolved, mutation, value),
    expect: mutation.expect ? value(mutation.expect) : null,
    prepare: mutation.prepare?.text ?? null,
    alongside: mutation.alongside?.text ?? null,
    allow: mutation.allow?.text ?? null,
    ...(mutation.idempotent
      ? { idempotent: idempotentPlan(layout, mutation.entity.text, mutation.idempotent, value) }
      : {}),
    ...(mutation.step ? { step: mutation.step.name.text } : {}),
  };
}

/** The ids of a new record that later steps take: made before the writes. */
function madeValues(
  resolved: ResolvedModel,
  transaction: TransactionModel,
  { step }: MutationModel,
): NamedWrite[] {
  return madeIn(resolved, transaction)
    .filter((one) => one.step === step?.name.text)
    .map((one) => ({
      name: one.attribute,
      value: { kind: 'made', name: madeName(one.step, one.attribute) },
    }));
}

function elementPlans(
  resolved: ResolvedModel,
  { elements, entity, for: path }: MutationModel,
  value: ValuePlanner,
): Pick<MutationPlan, 'elements'> {
  if (elements.length === 0) return {};
  const attributes = resolved.entities.get(entity.text)?.attributes;
  return {
    elements: elements.map(({ how, field, source }) => {
      const attribute = attributes?.get(field.text);
      const isList = typeOfSource(resolved, path, source)?.kind === 'list';
      const target =
        attribute && how !== 'add' && !isList ? elementOf(resolved.model.sdl, attribute) : attribute;
      return { how, field: field.text, value: value(source, target), ...(isList ? { isList: true } : {}) };
    }),
  };
}

function requirePlans(
  { entities }: ResolvedModel,
  { require, entity }: MutationModel,
  value: ValuePlanner,
): Pick<MutationPlan, 'require'> {
  if (require.length === 0) return {};
  const attributes = entities.get(entity.text)?.attributes;
  return {
    require: require.map(({ name, condition }) => ({
      name: name.text,
      condition: conditionTree(condition, (source, field) => {
        const planned = value(source, attributes?.get(field));
        if (planned.kind !== 'current') return planned;
        // Conditions are those on a record that is there.
        const { mayBeMissing, ...there } = planned;
        return there;
      }),
    })),
  };
}

function expiryPlan(
  { entities }: ResolvedModel,
  { kind, to, extend, entity }: MutationModel,
  value: ValuePlanner,
): Pick<MutationPlan, 'expiry'> {
  if (kind !== 'touch') return {};
  const resolved = entities.get(entity.text);
  const ttl = resolved?.attributes.get(resolved.model.ttl?.text ?? '');
  if (!ttl) throw new Error(`${entity.text} does not expire`);
  const later = to ? value(to, ttl) : ({ kind: 'later', ...spanOf(extend?.text ?? '') } as const);
  return { expiry: { field: ttl.name, to: later } };
}

/**
 * The fields of the input type that are attributes; what the key, an element update or the expected revision takes is not
 * among them.
 */
function inputValues(
  resolved: ResolvedModel,
  entity: EntityLayout,
  mutation: MutationModel,
  from: Source,
): NamedWrite[] {
  const type = typeOfSource(resolved, mutation.for, from);
  const input = type && resolved.model.sdl.types.get(namedType(type));
  if (from.kind !== 'argument' && from.kind !== 'each') return [];
  const { kind, path } = from;
  const isTaken = (name: string) =>
    mutation.where.some((one) => one.field.text === name && isFieldOf(from, name, one.source)) ||
    mutation.elements.some(({ source }) => isFieldOf(from, name, source));
  return (input?.fields ?? []).flatMap((field) => {
    const attribute = entity.attributes.get(field.name);
    if (!attribute || attribute.generated === 'revision' || attribute.computed) return [];
    if (isTaken(field.name)) return [];
    const value = { kind, path: [...path, field.name], nullable: !field.type.nonNull };
    return [{ name: field.name, value }];
  });
}
