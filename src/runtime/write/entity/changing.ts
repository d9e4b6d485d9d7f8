/** Change functions for `update` and `upsert`, from the values that callers pass to generated code. */
import { TableloomError } from '../../errors.js';
import type { MaybePromise, WriteEnvironment } from '../write.js';
import { type Form, formed } from './forms.js';

/** What of the values of a new record may change later: all but what is fixed. */
export type ChangesOf<New, Fixed extends keyof New = never> = {
  readonly [Field in Exclude<keyof New, Fixed>]?: New[Field] | undefined;
};

/** Changes, or a function that computes them from the current record. */
export type Changes<R, C extends object> = C | ((current: R) => MaybePromise<C>);

/** Values of a record that may exist, or a function that computes them from it. */
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
 * An upsert's change function: creates the record under its key, or changes the existing one. The fields of the key take
 * precedence over the values.
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
    const record = { ...(isFunction(values) ? await values(current) : values), ...key };
    return current === null ? apply.create(record, env) : apply.change(current, record, env);
  };
}

/** A put's change function: replaces the record by the values, except for fields that stay as long as it exists. */
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
    // An existing record keeps its sequence numbers and takes no new ones.
    const made = await create({ ...values, ...key }, { ...env, next: async () => 0 });
    return { ...made, ...Object.fromEntries(kept.map((field) => [field, current[field]])) };
  };
}

/** A rule's name, and the function that converts its answer to the stored form, if there is one. */
type Computation = string | readonly [rule: string, form: Form];

/**
 * The record with the attributes that rules compute from the rest of it. VALUE_INVALID where a rule returns a promise or
 * undefined: it must be synchronous, and null means no value.
 */
export function computed<R extends object, K extends keyof R & string>(
  env: Pick<WriteEnvironment, 'rule'>,
  record: Omit<R, K>,
  rules: Readonly<Record<K, Computation>>,
): R {
  const computations = Object.entries<Computation>(rules);
  const rest: Record<string, unknown> = { ...record };
  for (const [field] of computations) delete rest[field];
  const values = computations.map(([field, computation]): [string, unknown] => {
    const [name, form] = typeof computation === 'string' ? [computation] : computation;
    // Each rule gets a copy of its own, so that none can change another's.
    const value = env.rule(name)({ ...rest } as never);
    if (value === undefined || value instanceof Promise) {
      const what = value === undefined ? 'nothing' : 'a promise';
      throw new TableloomError(
        'VALUE_INVALID',
        `${field} is computed by the rule ${name}, which returned ${what}: return a value, or null.`,
        {
          field,
        },
      );
    }
    return [field, form === undefined ? value : formed(field, value, form as Form<unknown>)];
  });
  return { ...rest, ...Object.fromEntries(values) } as R;
}

/** Records and changes are plain objects, so a function is what computes them. */
function isFunction<T extends object, A>(
  value: T | ((argument: A) => MaybePromise<T>),
): value is (argument: A) => MaybePromise<T> {
  return typeof value === 'function';
}
