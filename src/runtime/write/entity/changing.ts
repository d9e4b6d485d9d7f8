/** Change functions for `update` and `upsert`, from the values that callers pass to generated code. */
import { TableloomError } from '../../errors.js';
import { time } from '../../keys/encodings.js';
import type { Computation, EntityCodec, NumberKind } from '../../types.js';
import type { MaybePromise, WriteEnvironment } from '../write.js';
import { type Form, formed } from './forms.js';
import { type Adding, type Additions, sumOf } from './sums.js';

/** What of the values of a new record may change later: all but what is fixed. */
export type ChangesOf<New, Fixed extends keyof New = never> = {
  readonly [Field in Exclude<keyof New, Fixed>]?: New[Field] | undefined;
};

/** Changes, or a function that computes them from the current record. */
export type Changes<R, C extends object> = C | ((current: R) => MaybePromise<C>);

/** Values of a record that may exist, or a function that computes them from it. */
export type Upserts<R, N extends object> = N | ((current: R | null) => MaybePromise<N>);

/** Makes a record of the one there is and changes of it. */
export type Changing<R, C> = (current: R, changes: C, env: WriteEnvironment) => R;

/** How changes of an entity are applied. */
export interface ChangeRules<F extends string> {
  /** Attributes that changes do not reach, besides `touched` and the revision. */
  readonly fixed: readonly F[];
  /** By field, what brings a value into the form it is stored in, in this order; null stays null. */
  readonly forms?: Readonly<Record<string, readonly Form[]>>;
  /** What numbers of a new record begin with, where that is not 0. */
  readonly defaults?: Readonly<Record<string, number>>;
  /** Fields that hold the time of the last change. */
  readonly touched?: readonly string[];
  /**
   * Fields on which nothing depends: no key, index entry, unique value, aggregate, version, reference, transition or
   * rule. They are changed without reading the record.
   */
  readonly direct?: readonly string[];
}

/** The record with changes: a field that they leave out stays as it is. */
export function changed<R extends object>(
  { revision }: EntityCodec<R>,
  current: R,
  changes: object,
  env: Pick<WriteEnvironment, 'now' | 'untouched'>,
  rules: ChangeRules<string>,
): R {
  const { touched = [] } = rules;
  const record: Record<string, unknown> = { ...(current as object) };
  for (const [field, value] of Object.entries(changes))
    if (value !== undefined && Object.hasOwn(current, field) && isChangeable(field, revision, rules))
      record[field] = storedForm(rules, field, value);
  if (!env.untouched) for (const field of touched) record[field] = time(env.now);
  if (revision !== undefined) record[revision] = Number(record[revision]) + 1;
  return record as R;
}

/** Whether changes reach an attribute. */
export function isChangeable(
  field: string,
  revision: string | undefined,
  { fixed, touched = [] }: ChangeRules<string>,
): boolean {
  return field !== '__typename' && field !== revision && !fixed.includes(field) && !touched.includes(field);
}

/** A value in the form it is stored in. */
export function storedForm({ forms = {} }: ChangeRules<string>, field: string, value: unknown): unknown {
  return (forms[field] ?? []).reduce<unknown>(
    (step, form) => formed(field, step, form as Form<unknown>),
    value,
  );
}

/** What a change does besides setting values. */
interface ChangeParts<C, R> {
  /** What numbers can be, of the entity. */
  readonly numbers: { readonly [name: string]: NumberKind | undefined } | undefined;
  readonly add?: Adding<Additions<C>, R> | undefined;
  readonly untouched?: boolean | undefined;
}

/** An update's change function. */
export function changing<R extends object, C extends object>(
  changes: Changes<R, C>,
  apply: Changing<R, C>,
  parts: ChangeParts<C, R>,
): (current: R, env: WriteEnvironment) => MaybePromise<R> {
  const change = (current: R, given: C, env: WriteEnvironment) =>
    apply(current, { ...given, ...sums(parts, current) }, { ...env, untouched: parts.untouched });
  if (!isFunction(changes)) return (current, env) => change(current, changes, env);
  return async (current, env) => change(current, await changes(current), env);
}

/** The sums of what is added and what there is. */
function sums<C, R extends object | null>(
  { numbers = {}, add }: ChangeParts<C, R>,
  current: R,
  defaults: object = {},
): Readonly<Record<string, number | null>> {
  const start = (current ?? defaults) as Readonly<Record<string, number | null | undefined>>;
  const additions = typeof add === 'function' ? add(current) : add;
  const all: Record<string, number | null> = {};
  for (const [field, by] of Object.entries<number | null | undefined>({ ...additions })) {
    const kind = numbers[field];
    if (kind === undefined) throw new TypeError(`${field} is not a number that an update may add to`);
    all[field] = sumOf(kind, field, start[field] ?? (current === null ? 0 : null), by);
  }
  return all;
}

/**
 * An upsert's change function: creates the record under its key, or changes the existing one. The fields of the key take
 * precedence over the values.
 */
export function upserting<R extends object, N extends object, C extends object>(
  values: Upserts<R, N>,
  key: object,
  apply: {
    readonly create: (values: N, env: WriteEnvironment) => MaybePromise<R>;
    readonly change: Changing<R, C>;
    readonly defaults?: object | undefined;
  },
  parts: ChangeParts<C, R | null>,
): (current: R | null, env: WriteEnvironment) => MaybePromise<R> {
  const { create, change, defaults } = apply;
  return async (current, env) => {
    const given = isFunction(values) ? await values(current) : values;
    const record = { ...given, ...key, ...sums(parts, current, defaults) };
    return current === null
      ? create(record, env)
      : change(current, record as object as C, { ...env, untouched: parts.untouched });
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
export function isFunction<T extends object, A>(
  value: T | ((argument: A) => MaybePromise<T>),
): value is (argument: A) => MaybePromise<T> {
  return typeof value === 'function';
}
