/** What answers each field of the SDL. */

import type { SubscriptionModel } from '../event-model.js';
import type {
  FieldPath,
  Model,
  MutationModel,
  PatternModel,
  RuleModel,
  TransactionModel,
  Word,
} from '../model.js';

export type Answer =
  | { readonly kind: 'pattern'; readonly name: Word; readonly for: FieldPath; readonly by: PatternModel }
  | { readonly kind: 'mutation'; readonly name: Word; readonly for: FieldPath; readonly by: MutationModel }
  | {
      readonly kind: 'transaction';
      readonly name: Word;
      readonly for: FieldPath;
      readonly by: TransactionModel;
    }
  | {
      readonly kind: 'subscription';
      readonly name: Word;
      readonly for: FieldPath;
      readonly by: SubscriptionModel;
    }
  | { readonly kind: 'rule'; readonly name: Word; readonly for: FieldPath; readonly by: RuleModel };

export function answersOf(model: Model): Map<string, Answer[]> {
  const answers = new Map<string, Answer[]>();
  const add = (answer: Answer) => {
    const field = `${answer.for.type}.${answer.for.field}`;
    answers.set(field, [...(answers.get(field) ?? []), answer]);
  };
  for (const by of model.patterns) if (by.for) add({ kind: 'pattern', name: by.name, for: by.for, by });
  for (const by of model.mutations)
    if (by.for && !by.step) add({ kind: 'mutation', name: by.name, for: by.for, by });
  for (const by of model.transactions)
    if (by.for) add({ kind: 'transaction', name: by.name, for: by.for, by });
  for (const by of model.subscriptions)
    if (by.for) add({ kind: 'subscription', name: by.name, for: by.for, by });
  for (const by of model.rules) if (by.for) add({ kind: 'rule', name: by.name, for: by.for, by });
  return answers;
}

const answeredOf = new WeakMap<Model, ReadonlySet<string>>();

/** `Type.field` of everything that a pattern, a mutation, a rule or another resolver of the server answers. */
export function answeredFields(model: Model): ReadonlySet<string> {
  const known = answeredOf.get(model);
  if (known) return known;
  const answering = [
    ...model.patterns,
    ...model.mutations,
    ...model.transactions,
    ...model.subscriptions,
    ...model.rules,
  ];
  const paths = [...answering.flatMap((one) => one.for ?? []), ...model.external];
  const answered = new Set(paths.map(({ type, field }) => `${type}.${field}`));
  answeredOf.set(model, answered);
  return answered;
}
