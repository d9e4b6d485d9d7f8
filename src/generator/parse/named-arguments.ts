/** `$parent.id`, `$through.id` and `$current.id` where the field has an argument of that name with such a field. */

import { type FieldPath, fieldNamed, type Model, namedType } from '../model.js';
import type { Source } from '../sources.js';

/** The model, in which those are arguments. */
export function withNamedArguments(model: Model): Model {
  const { patterns, mutations, transactions, subscriptions } = model;
  const of = <T extends { readonly for?: FieldPath }>(one: T): T => {
    const field = one.for && fieldNamed(model.sdl.types.get(one.for.type), one.for.field);
    if (!field?.arguments.some(({ name }) => name in reserved)) return one;
    const isMeant = ({ kind, path }: Source & { readonly path: readonly string[] }) => {
      const argument = field.arguments.find(({ name }) => name === kind);
      const type = argument && model.sdl.types.get(namedType(argument.type));
      return type?.kind === 'input' && fieldNamed(type, path[0] ?? '') !== undefined;
    };
    return mapped(one, (value) =>
      isReserved(value) && isMeant(value)
        ? { kind: 'argument', path: [value.kind, ...value.path], at: value.at }
        : value,
    );
  };
  return {
    ...model,
    patterns: patterns.map(of),
    mutations: mutations.map(of),
    transactions: transactions.map(of),
    subscriptions: subscriptions.map(of),
  };
}

const reserved = { parent: true, through: true, current: true };

function isReserved(value: object): value is Source & { readonly path: readonly string[] } {
  return 'kind' in value && typeof value.kind === 'string' && value.kind in reserved && 'path' in value;
}

/** What is unchanged stays the same object: words are compared by identity. */
function mapped<T>(value: T, to: (one: object) => object): T {
  if (typeof value !== 'object' || value === null) return value;
  const own = to(value);
  if (own !== value) return own as T;
  const parts = Object.entries(value).map(([name, part]) => [name, mapped(part, to)] as const);
  if (parts.every(([name, part]) => part === value[name as keyof T])) return value;
  return (Array.isArray(value) ? parts.map(([, part]) => part) : Object.fromEntries(parts)) as T;
}
