/** Change functions for `update` and `upsert`, from the values that callers pass to generated code. */
import { TableloomError } from '../errors.js';
import type { WriteEnvironment } from './write.js';

type MaybePromise<T> = T | Promise<T>;

/** Changes, or how to compute them from the record as it is. */
export type Changes<R, C extends object> = C | ((current: R) => MaybePromise<C>);

/** Values for a record that may be there already. */
export type Upserts<R, N extends object> = N | ((current: R | null) => MaybePromise<N>);

/** An update's change function, from changes and the generated way to apply them. */
export function changing<R, C extends object>(
  changes: Changes<R, C>,
  apply: (current: R, changes: C, env: WriteEnvironment) => R,
): (current: R, env: WriteEnvironment) => MaybePromise<R> {
  if (!isFunction(changes)) return (current, env) => apply(current, changes, env);
  return async (current, env) => apply(current, await changes(current), env);
}

/**
 * An upsert's change function: creates, under the key it was asked for, where nothing is, changes what is there. Values
 * for key fields change nothing: the key says which record is meant.
 */
export function upserting<R, N extends C & object, C>(
  values: Upserts<R, N>,
  key: object,
  apply: {
    readonly create: (values: N, env: WriteEnvironment) => MaybePromise<R>;
    readonly change: (current: R, changes: C, env: WriteEnvironment) => R;
  },
): (current: R | null, env: WriteEnvironment) => MaybePromise<R> {
  return async (current, env) => {
    const given = { ...(isFunction(values) ? await values(current) : values), ...key };
    return current === null ? apply.create(given, env) : apply.change(current, given, env);
  };
}

/** A put's change function: the record anew from what is given, but for what a record keeps for as long as it is there. */
export function putting<R extends object, N extends object>(
  values: N,
  key: object,
  {
    create,
    kept,
  }: {
    readonly create: (values: N, env: WriteEnvironment) => MaybePromise<R>;
    readonly kept: readonly (keyof R)[];
  },
): (current: R | null, env: WriteEnvironment) => Promise<R> {
  return async (current, env) => {
    if (current === null) return create({ ...values, ...key }, env);
    // A record that is there keeps its numbers, and takes no others.
    const made = await create({ ...values, ...key }, { ...env, next: async () => 0 });
    return { ...made, ...Object.fromEntries(kept.map((field) => [field, current[field]])) };
  };
}

/** A rule's name, and where its answer is stored in another form, what makes it. */
type Computation = string | readonly [rule: string, form: (value: string) => string];

/**
 * The record with the attributes that rules compute from the rest of it. VALUE_INVALID where a rule gives a promise
 * or nothing: it has to answer at once, and null stands for no value.
 */
export function computed<R extends object, K extends keyof R & string>(
  env: Pick<WriteEnvironment, 'rule'>,
  given: Omit<R, K>,
  rules: Readonly<Record<K, Computation>>,
): R {
  const computations = Object.entries<Computation>(rules);
  const rest: Record<string, unknown> = { ...given };
  for (const [field] of computations) delete rest[field];
  const values = computations.map(([field, computation]): [string, unknown] => {
    const [name, form] = typeof computation === 'string' ? [computation] : computation;
    // Each is given its own copy: what one rule does to it is nothing to the next.
    const value = env.rule(name)({ ...rest } as never);
    if (value === undefined || value instanceof Promise) {
      const what = value === undefined ? 'nothing' : 'a promise';
      throw new TableloomError('VALUE_INVALID', `${field} is computed by ${name}, which gave ${what}.`, {
        field,
      });
    }
    return [field, typeof value === 'string' && form !== undefined ? form(value) : value];
  });
  return { ...rest, ...Object.fromEntries(values) } as R;
}

/** Records and changes are plain objects, so what is a function computes them. */
function isFunction<T extends object, A>(
  value: T | ((argument: A) => MaybePromise<T>),
): value is (argument: A) => MaybePromise<T> {
  return typeof value === 'function';
}
