/** Declared transactions: their steps, the ids made beforehand, what they return; and where tokens are kept. */

import type { Layout } from '../layout/types.js';
import type { FieldPath, FilterModel, IdempotentModel, Model, Source, TransactionModel } from '../model.js';
import { fieldNamed, namedType } from '../model.js';
import { pascal, variableName } from '../names.js';
import type { ResolvedModel } from '../resolve/resolved-model.js';
import { type StepValue, stepValue } from '../resolve/steps.js';
import { typeOfSource } from '../resolve/value-paths.js';
import type { ValuePlan } from './types/values.js';
import type { IdempotentPlan, TransactionPlan } from './types/writes.js';
import { fieldRef, valuePlan } from './values.js';

const day = 86_400;

/** What a value is taken from, followed through the steps to where it is given, or to the id that is made. */
export type Origin =
  | { readonly kind: 'source'; readonly source: Exclude<Source, { readonly kind: 'step' }> }
  | { readonly kind: 'made'; readonly name: string };

/** Follows `$order.id`; `typeOf` tells the type of a step's input. */
export function originOf(
  model: Model,
  transaction: TransactionModel,
  source: Source,
  typeOf: TypeOf,
): Origin {
  if (source.kind !== 'step') return { kind: 'source', source };
  const [attribute = ''] = source.path;
  const value = givenBy(model, transaction, source.step, attribute, typeOf);
  if (value.kind === 'made') return { kind: 'made', name: madeName(source.step, attribute) };
  return originOf(model, transaction, value.source, typeOf);
}

type TypeOf = (source: Source) => Parameters<typeof stepValue>[3]['type'];

function givenBy(
  model: Model,
  transaction: TransactionModel,
  step: string,
  attribute: string,
  typeOf: TypeOf,
): StepValue {
  const mutation = transaction.steps.find((one) => one.step?.name.text === step);
  const entity = model.entities.find((one) => one.name.text === mutation?.entity.text);
  const type = mutation?.from && typeOf(mutation.from);
  const value = mutation && entity && stepValue(entity, mutation, attribute, { sdl: model.sdl, type });
  if (!value) throw new Error(`unchecked $${step}.${attribute}`);
  return value;
}

/** `orderId`: what holds the id of step `order` before the writes. */
export function madeName(step: string, attribute: string): string {
  return variableName(`${step}${pascal(attribute)}`);
}

/** The ids that a step's record shares with later steps, by attribute. */
export function madeBy(transaction: TransactionModel, step: string): Set<string> {
  const sources = transaction.steps.flatMap((one) => [
    ...[...one.where, ...one.given, ...one.elements].map(({ source }) => source),
    ...one.require.flatMap(({ condition }) => valuesOf(condition)),
    ...[one.expect, one.to].flatMap((source) => source ?? []),
  ]);
  return new Set(
    sources.flatMap((source) =>
      source.kind === 'step' && source.step === step ? source.path.slice(0, 1) : [],
    ),
  );
}

/** What a condition compares with. */
function valuesOf(condition: FilterModel): readonly Source[] {
  if (condition.kind === 'not') return valuesOf(condition.of);
  return condition.kind === 'compare' ? condition.values : condition.of.flatMap(valuesOf);
}

/** What plans the values of a mutation; those of a step may come from earlier ones. */
export function valuesIn(
  resolved: ResolvedModel,
  transaction: TransactionModel | undefined,
  path: FieldPath | undefined,
): (source: Source) => ValuePlan {
  if (!transaction) return (source) => valuePlan(resolved, path, source);
  return (source) => {
    const origin = originOf(resolved.model, transaction, source, (one) => typeOfSource(resolved, path, one));
    return origin.kind === 'made' ? origin : valuePlan(resolved, path, origin.source);
  };
}

export function transactionPlan(
  resolved: ResolvedModel,
  layout: Layout,
  transaction: TransactionModel,
): Omit<TransactionPlan, 'cost'> {
  const { model } = resolved;
  const value = valuesIn(resolved, transaction, transaction.for);
  const typeOf = (source: Source) => typeOfSource(resolved, transaction.for, source);
  const names = transaction.steps.flatMap(({ step }) => step?.name.text ?? []);
  const made = names.flatMap((step) =>
    [...madeBy(transaction, step)].flatMap((attribute) => {
      const known = givenBy(model, transaction, step, attribute, typeOf);
      if (known.kind === 'given') return [];
      return [{ name: madeName(step, attribute), given: known.given ? value(known.given) : null }];
    }),
  );
  const taken = new Set(made.map(({ name }) => name));
  const variable = (name: string): string => {
    const free = variableName(name);
    return taken.has(free) ? `${free}Record` : free;
  };
  const [first] = transaction.steps;
  return {
    name: transaction.name.text,
    field: fieldRef(transaction.for),
    steps: transaction.steps.map(({ name, step }) => ({
      mutation: name.text,
      name: step?.name.text ?? '',
      variable: variable(step?.name.text ?? ''),
    })),
    made,
    returns: transaction.returns
      ? { kind: 'step', step: transaction.returns.text }
      : { kind: 'fields', steps: fieldsGiven(model, transaction) },
    allow: transaction.allow?.text ?? null,
    ...(transaction.idempotent && first
      ? { idempotent: idempotentPlan(layout, first.entity.text, transaction.idempotent, value) }
      : {}),
  };
}

/** The fields of the object a transaction gives, in the order of the schema. */
function fieldsGiven({ sdl }: Model, { for: path }: TransactionModel): string[] {
  const field = path && fieldNamed(sdl.types.get(path.type), path.field);
  const type = field && sdl.types.get(namedType(field.type));
  return type?.fields.map(({ name }) => name) ?? [];
}

export function idempotentPlan(
  layout: Layout,
  entity: string,
  { token, seconds = day }: IdempotentModel,
  value: (source: Source) => ValuePlan,
): IdempotentPlan {
  return { token: value(token), seconds, table: layout.entities.get(entity)?.table.name.text ?? '' };
}
