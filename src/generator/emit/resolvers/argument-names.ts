/** What callers call the values that a mutation writes, for its errors. */

import { mutationOf } from '../../plan/lookup/find.js';
import type { Plan } from '../../plan/types/plan.js';
import type { ElementPlan, MutationPlan, TransactionPlan, WrittenValue } from '../../plan/types/writes.js';
import type { Doc } from '../fragment.js';
import { call, object, property, quote } from '../printer.js';
import { runtime } from '../symbols.js';

/** The resolver, whose errors name arguments where these are called otherwise than the fields. */
export function withArgumentNames(names: ReadonlyMap<string, string>, resolver: Doc): Doc {
  if (names.size === 0) return resolver;
  const only = names.size === 1 ? names.get('*') : undefined;
  const rows = () => object(Array.from(names, ([name, argument]) => property(name, quote(argument))));
  return call(runtime('naming'), [only === undefined ? rows() : quote(only), resolver]);
}

export function namesInTransaction(plan: Plan, { steps }: TransactionPlan): ReadonlyMap<string, string> {
  return new Map(
    steps.flatMap(({ mutation, name: step }) =>
      Array.from(argumentNames(mutationOf(plan, mutation), step), ([name, argument]): [string, string] => [
        `${step}.${name}`,
        argument,
      ]),
    ),
  );
}

/** By field; `*` for all whose names are those below one argument. @param step where it is one, every name is needed */
export function argumentNames(mutation: MutationPlan, step?: string): ReadonlyMap<string, string> {
  const { each, prepare, key: keyValues, values, elements = [] } = mutation;
  const list = each && pathOf(each);
  const named = [
    // What moves a record is the new part of its key.
    ...keyValues.filter((one) => !values.some(({ name }) => name === one.name)),
    // A rule gives them what names it likes.
    ...(prepare ? [] : values),
    ...elements.map((one) => ({ name: placeOf(one), value: one.value })),
  ].flatMap(({ name, value }) => {
    const path = pathOf(value, list);
    return path === undefined ? [] : [{ name, path }];
  });
  const below = named.flatMap(({ name, path }) =>
    path.endsWith(`.${name}`) ? [path.slice(0, -name.length - 1)] : [],
  );
  const [whole] = below.filter((one) => below.filter((other) => other === one).length > 1);
  const isOne = (one: { readonly name: string; readonly path: string }) =>
    one.path === `${whole}.${one.name}`;
  const isNeeded = ({ name, path }: { readonly name: string; readonly path: string }) =>
    whole !== undefined || step !== undefined || path !== name;
  return new Map([
    ...(whole === undefined ? [] : [['*', whole] as const]),
    ...named
      .filter((one) => !isOne(one) && isNeeded(one))
      .map(({ name, path }): [string, string] => [name, path]),
  ]);
}

/** `input.label`, `input.lines[].sku`; undefined for what the caller does not pass. @param list of `each` */
function pathOf(value: WrittenValue, list?: string): string | undefined {
  if (value.kind === 'argument') return value.path.join('.');
  return value.kind === 'each' && list !== undefined ? [`${list}[]`, ...value.path].join('.') : undefined;
}

/** `lines.count`, `labels.?`: where in the record an update sets a value. */
function placeOf({ field, path = [] }: ElementPlan): string {
  const steps = path.flatMap((step) => {
    if (step.kind === 'field') return step.name;
    if (step.kind === 'elements') return [];
    return step.name.kind === 'literal' ? String(step.name.value) : '?';
  });
  return [field, ...steps].join('.');
}
