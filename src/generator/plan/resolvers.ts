/** What answers each field of the schema. */

import type { FieldPath, Model, MutationModel, PatternModel } from '../model.js';
import { fieldAt, shapeOf } from '../resolve/sdl.js';
import type { ResolverPlan } from './types/resolvers.js';

/** In the order of the YAML: a transaction is where its first step is. */
export function resolverPlans(model: Model): ResolverPlan[] {
  return [
    ...model.patterns.flatMap((pattern) => patternResolver(model, pattern)),
    ...model.mutations.flatMap((mutation) => mutationResolver(model, mutation)),
    ...model.subscriptions.flatMap(({ name, for: path }) =>
      resolver(model, path, { kind: 'subscription', subscription: name.text }),
    ),
    ...model.rules.flatMap((rule) => resolver(model, rule.for, { kind: 'rule', rule: rule.name.text })),
  ];
}

function patternResolver(model: Model, { for: path, name, cardinality }: PatternModel): ResolverPlan[] {
  const type = path && fieldAt(model, path)?.type;
  if (!type) return [];
  // A list may be the attribute of one record.
  const isOne = cardinality === 'one';
  const sparse = !isOne && type.kind === 'list' && !type.of.nonNull;
  return resolver(model, path, {
    kind: 'pattern',
    pattern: name.text,
    shape: isOne ? 'one' : shapeOf(model, type),
    ...(sparse ? { sparse } : {}),
  });
}

function mutationResolver(model: Model, mutation: MutationModel): ResolverPlan[] {
  const transaction = mutation.step?.transaction.text;
  if (transaction === undefined)
    return resolver(model, mutation.for, { kind: 'mutation', mutation: mutation.name.text });
  const first = model.mutations.find(({ step }) => step?.transaction.text === transaction);
  return first === mutation ? resolver(model, mutation.for, { kind: 'transaction', transaction }) : [];
}

function resolver(model: Model, path: FieldPath | undefined, answer: ResolverPlan['answer']): ResolverPlan[] {
  const field = path && fieldAt(model, path);
  if (!field) return [];
  const { type, arguments: declared } = field;
  return [
    {
      type: path.type,
      field: path.field,
      nullable: !type.nonNull,
      hasArguments: declared.length > 0,
      answer,
    },
  ];
}
