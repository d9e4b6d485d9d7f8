/** What each mutation writes: its values, conditions and rules. What it costs is added when all writes are known. */

import type { EntityLayout, Layout } from '../layout/types.js';
import { type MutationModel, namedType, type Source, type TransactionModel } from '../model.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import { typeOfSource } from '../resolve/value-paths.js';
import { conditionTree } from './filters.js';
import { idempotentPlan, madeBy, madeName, valuesIn } from './transactions.js';
import type { NamedValue, ValuePlan } from './types/values.js';
import type { ConditionValue, MutationPlan } from './types/writes.js';
import { fieldRef, namedValues } from './values.js';

export function mutationPlan(
  resolved: ResolvedModel,
  layout: Layout,
  mutation: MutationModel,
): Omit<MutationPlan, 'cost'> {
  const { model } = resolved;
  const entity = layout.entities.get(mutation.entity.text);
  if (!entity) throw new Error(`mutation ${mutation.name.text} has no entity`);
  const transaction = model.transactions.find(({ name }) => name === mutation.step?.transaction);
  const value = valuesIn(resolved, transaction, mutation.for);
  const given = [
    ...namedValues(mutation.given, value),
    ...(transaction ? madeValues(entity, transaction, mutation) : []),
  ];
  const isGiven = (name: string) => given.some((one) => one.name === name);
  const input = mutation.from ? inputValues(resolved, entity, mutation, mutation.from) : [];
  return {
    name: mutation.name.text,
    kind: mutation.kind,
    entity: mutation.entity.text,
    field: fieldRef(mutation.for),
    key: namedValues(mutation.where, value),
    values: [...input.filter(({ name }) => !isGiven(name)), ...given],
    set: mutation.set.map(({ field, value: literal }) => ({ field: field.text, value: literal.value })),
    ...elementPlans(resolved, mutation, value),
    ...requirePlans(mutation, entity, value),
    ...expiryPlan(mutation, value, entity.model.ttl?.text),
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
  entity: EntityLayout,
  transaction: TransactionModel,
  { kind, prepare, step }: MutationModel,
): NamedValue[] {
  const name = step?.name.text ?? '';
  if (kind !== 'create' || prepare) return [];
  return [...madeBy(transaction, name)]
    .filter((attribute) => entity.attributes.get(attribute)?.generated === 'uuidv7')
    .map((attribute) => ({ name: attribute, value: { kind: 'made', name: madeName(name, attribute) } }));
}

function elementPlans(
  resolved: ResolvedModel,
  { elements, for: path }: MutationModel,
  value: (source: Source) => ValuePlan,
): Pick<MutationPlan, 'elements'> {
  if (elements.length === 0) return {};
  return {
    elements: elements.map(({ how, field, source }) => ({
      how,
      field: field.text,
      value: value(source),
      ...(typeOfSource(resolved, path, source)?.kind === 'list' ? { isList: true } : {}),
    })),
  };
}

function requirePlans(
  { require }: MutationModel,
  entity: EntityLayout,
  value: (source: Source) => ValuePlan,
): Pick<MutationPlan, 'require'> {
  if (require.length === 0) return {};
  const planned = (source: Source): ConditionValue =>
    source.kind === 'current' ? currentValue(entity, source) : value(source);
  return {
    require: require.map(({ name, condition }) => ({
      name: name.text,
      condition: conditionTree(condition, planned),
    })),
  };
}

function currentValue(entity: EntityLayout, { path }: Source & { kind: 'current' }): ConditionValue {
  const [field = ''] = path;
  return { kind: 'current', field, nullable: entity.attributes.get(field)?.nullable ?? true };
}

const timeUnits = { s: 'seconds', m: 'minutes', h: 'hours', d: 'days' } as const;

function expiryPlan(
  { kind, to, extend, entity }: MutationModel,
  value: (source: Source) => ValuePlan,
  ttl: string | undefined,
): Pick<MutationPlan, 'expiry'> {
  if (kind !== 'touch') return {};
  if (ttl === undefined) throw new Error(`${entity.text} does not expire`);
  if (to) return { expiry: { field: ttl, to: value(to) } };
  const [, count = '0', unit = 's'] = /^(\d+)([smhd])$/.exec(extend?.text ?? '') ?? [];
  return {
    expiry: {
      field: ttl,
      to: { kind: 'later', unit: timeUnits[unit as keyof typeof timeUnits], count: Number(count) },
    },
  };
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
): NamedValue[] {
  const type = typeOfSource(resolved, mutation.for, from);
  const input = type && resolved.model.sdl.types.get(namedType(type));
  const ofKey = mutation.where.filter(
    ({ field, source }) => source.kind === 'argument' && source.path.at(-1) === field.text,
  );
  const taken = new Set(
    [...ofKey, ...mutation.elements].map(({ source }) =>
      source.kind === 'argument' ? source.path.join('.') : '',
    ),
  );
  return (input?.fields ?? []).flatMap((field) => {
    const attribute = entity.attributes.get(field.name);
    if (!attribute || attribute.generated === 'revision' || attribute.computed) return [];
    const path = from.kind === 'argument' ? [...from.path, field.name] : [field.name];
    if (taken.has(path.join('.'))) return [];
    return [{ name: field.name, value: { kind: 'argument', path, nullable: !field.type.nonNull } }];
  });
}
