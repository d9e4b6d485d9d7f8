/** What each mutation writes: its values, conditions and rules. What it costs is added when all writes are known. */

import { isWhole } from '../../encodings.js';
import type { EntityLayout, Layout } from '../../layout/types.js';
import {
  type ElementUpdate,
  type MutationModel,
  namedType,
  type Source,
  type TransactionModel,
  type Word,
} from '../../model.js';
import { spanOf } from '../../moments.js';
import type { ResolvedAttribute, ResolvedModel } from '../../resolve/resolved-model.js';
import { typeOfSource } from '../../resolve/value-paths.js';
import { elementOf, pathFrom, sourcesOfUpdate, targetOf } from '../../resolve/written-values.js';
import { isFieldOf } from '../../sources.js';
import { conditionTree } from '../filters.js';
import type { ElementPlan, MutationPlan, NamedWrite, PathStepPlan } from '../types/writes.js';
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
    ...(isUntouched(entity, mutation) ? { untouched: true } : {}),
    ...(mutation.publish ? { publish: mutation.publish.text } : {}),
    prepare: mutation.prepare?.text ?? null,
    alongside: mutation.alongside?.text ?? null,
    allow: mutation.allow?.text ?? null,
    ...(mutation.idempotent
      ? { idempotent: idempotentPlan(layout, mutation.entity.text, mutation.idempotent, value) }
      : {}),
    ...(mutation.step ? { step: mutation.step.name.text } : {}),
  };
}

/** A touch changes nothing but the time of expiry. */
function isUntouched({ attributes }: EntityLayout, { kind, untouched }: MutationModel): boolean {
  if (untouched) return true;
  return kind === 'touch' && [...attributes.values()].some(({ generated }) => generated === 'touch');
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
  const { sdl } = resolved.model;
  const attributes = resolved.entities.get(entity.text)?.attributes;
  return {
    elements: elements.map((update): ElementPlan => {
      const { how, field, value: given } = update;
      const target = targetOf(sdl, attributes, update);
      const isOneOf = how === 'append' || how === 'remove';
      const isSource = given.kind !== 'null' && given.kind !== 'document' && given.kind !== 'list';
      const isList =
        isOneOf && (isSource ? typeOfSource(resolved, path, given)?.kind : given.kind) === 'list';
      const written = target && isOneOf && !isList ? elementOf(sdl, target) : target;
      return {
        how,
        field: field.text,
        value: value(given, written),
        ...(isList ? { isList: true } : {}),
        ...partPlan(resolved, update, { attribute: attributes?.get(field.text), target, value }),
      };
    }),
  };
}

/** Of an update of a part, where the part is and what it can hold. */
function partPlan(
  { model: { sdl } }: ResolvedModel,
  { how, path }: ElementUpdate,
  parts: {
    readonly attribute: ResolvedAttribute | undefined;
    readonly target: ResolvedAttribute | undefined;
    readonly value: ValuePlanner;
  },
): Pick<ElementPlan, 'path' | 'isNeeded' | 'number'> {
  const { attribute, target, value } = parts;
  // The names of entries are removed from the document that an attribute is.
  const isPart = path.length > 0 || (how === 'remove' && attribute?.element === 'document');
  if (!attribute || !isPart) return {};
  return {
    path: pathFrom(sdl, attribute, path).steps.map(({ step, by, mayBegin }): PathStepPlan => {
      if (step.kind === 'elements')
        return {
          kind: 'elements',
          field: step.field.text,
          value: value(step.source, by),
          ...(by?.encoding === 'time' ? { isTime: true } : {}),
        };
      if (step.kind === 'entry') return { kind: 'entry', name: value(step.source) };
      if (!mayBegin) return { kind: 'field', name: step.name };
      return { kind: 'entry', name: { kind: 'literal', value: step.name } };
    }),
    ...(how === 'set' && target && !target.nullable ? { isNeeded: true } : {}),
    ...(how === 'add' || how === 'subtract' ? { number: numberKind(target) } : {}),
  };
}

function numberKind(number: ResolvedAttribute | undefined): NonNullable<ElementPlan['number']> {
  if (number?.of === 'Int') return 'Int';
  return number && isWhole(number.encoding) ? 'integer' : 'decimal';
}

function requirePlans(
  { entities }: ResolvedModel,
  { require, messages, entity }: MutationModel,
  value: ValuePlanner,
): Pick<MutationPlan, 'require'> {
  if (require.length === 0) return {};
  const attributes = entities.get(entity.text)?.attributes;
  return {
    require: require.map(({ name, condition }) => {
      const message = messages.find((one) => one.name.text === name.text)?.message.text;
      return {
        name: name.text,
        condition: conditionTree(condition, (source, field) => {
          const planned = value(source, attributes?.get(field));
          if (planned.kind !== 'current') return planned;
          // Conditions are those on a record that is there.
          const { mayBeMissing, ...there } = planned;
          return there;
        }),
        ...(message === undefined ? {} : { message }),
      };
    }),
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
    mutation.elements.flatMap(sourcesOfUpdate).some((source) => isFieldOf(from, name, source));
  return (input?.fields ?? []).flatMap((field) => {
    const attribute = entity.attributes.get(field.name);
    if (!attribute || attribute.generated === 'revision' || attribute.computed) return [];
    if (isTaken(field.name)) return [];
    const value = { kind, path: [...path, field.name], nullable: !field.type.nonNull };
    return [{ name: field.name, value }];
  });
}
