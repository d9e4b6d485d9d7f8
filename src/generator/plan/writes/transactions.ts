/** Declared transactions: their steps, the ids made beforehand, and what they return. */

import type { Layout } from '../../layout/types.js';
import type { IdempotentModel, Model, TransactionModel } from '../../model.js';
import { fieldNamed, namedType } from '../../model.js';
import type { ResolvedModel } from '../../resolve/resolved-model.js';
import type { IdempotentPlan, TransactionPlan } from '../types/writes.js';
import { fieldRef } from '../values.js';
import { madeIn, madeName, plannerOf, stepVariable, type ValuePlanner } from './written-values.js';

const day = 86_400;

export function transactionPlan(
  resolved: ResolvedModel,
  layout: Layout,
  transaction: TransactionModel,
): Omit<TransactionPlan, 'cost'> {
  const { model } = resolved;
  const value = plannerOf(resolved, transaction.for, { transaction });
  const made = madeIn(resolved, transaction).map(({ step, attribute, given }) => ({
    name: madeName(step, attribute),
    given: given ? value(given) : null,
  }));
  const [first] = transaction.steps;
  return {
    name: transaction.name.text,
    field: fieldRef(transaction.for),
    steps: transaction.steps.map(({ name, step }) => ({
      mutation: name.text,
      name: step?.name.text ?? '',
      variable: stepVariable(resolved, transaction, step?.name.text ?? ''),
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
  value: ValuePlanner,
): IdempotentPlan {
  return { token: value(token), seconds, table: layout.entities.get(entity)?.table.name.text ?? '' };
}
