/** Declared transactions: their steps, the ids made beforehand, what they return; and where tokens are kept. */

import type { Layout } from '../layout/layout.js';
import type { FilterModel, IdempotentModel, Model, Source, TransactionModel } from '../model.js';
import { fieldNamed, namedType } from '../model.js';
import { pascal, variableName } from '../names.js';
import { type StepValue, stepValue } from '../resolve/steps.js';
import type { TablePlan } from './types/storage.js';
import type { FieldRef, ValuePlan } from './types/values.js';
import type { IdempotentPlan, TransactionPlan } from './types/writes.js';

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

/** `value` plans what a source of the transaction gives. */
export function transactionPlan(
  model: Model,
  layout: Layout,
  transaction: TransactionModel,
  plan: {
    readonly value: (source: Source) => ValuePlan;
    readonly typeOf: TypeOf;
    readonly field: FieldRef | null;
  },
): Omit<TransactionPlan, 'cost'> {
  const { value, typeOf, field } = plan;
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
    field,
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

/** `IDEMPOTENCY#{token}` / `TOKEN`, where mutations keep tokens in the table. */
export function tokensOf(
  table: {
    readonly partition: { readonly text: string };
    readonly sort?: { readonly text: string } | undefined;
  },
  isUsed: boolean,
): Pick<TablePlan, 'tokens'> {
  if (!isUsed) return {};
  return {
    tokens: {
      partition: {
        attribute: table.partition.text,
        text: 'IDEMPOTENCY#{token}',
        parts: [
          { kind: 'literal', text: 'IDEMPOTENCY#' },
          { kind: 'hole', field: 'token', encode: 'text', enum: null },
        ],
      },
      sort: table.sort
        ? { attribute: table.sort.text, text: 'TOKEN', parts: [{ kind: 'literal', text: 'TOKEN' }] }
        : null,
    },
  };
}
