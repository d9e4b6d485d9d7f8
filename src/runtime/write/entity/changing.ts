/** Change functions for `update` and `upsert`, from the values that callers pass to generated code. */
import { TableloomError } from '../../errors.js';
import { time } from '../../keys/encodings.js';
import type { NumberKind } from '../../types.js';
import type { WriteEnvironment } from '../write.js';
import { type Form, formed } from './forms.js';
import { type Adding, type Additions, sumOf } from './sums.js';

type MaybePromise<T> = T | Promise<T>;

/** Changes, or a function that computes them from the current record. */
export type Changes<R, C extends object> = C | ((current: R) => MaybePromise<C>);

/** Values of a record that may exist, or a function that computes them from it. */
export type Upserts<R, N extends object> = N | ((current: R | null) => MaybePromise<N>);

/** How changes of an entity are applied. */
export interface ChangeRules<R extends object, C extends object> {
  /** What may change; all else of the changes is left out of account. */
  readonly fields: readonly (keyof R & keyof C & string)[];
  /** By field, what brings a value into the form it is stored in, in this order; null stays null. */
  readonly forms?: { readonly [F in keyof C]?: readonly Form[] };
  /** What numbers of a new record begin with, where that is not 0. */
  readonly defaults?: { readonly [F in keyof C]?: number };
  /** Fields that hold the time of the last change. */
  readonly touched?: readonly (keyof R & string)[];
  /** The field that counts writes. */
  readonly revision?: keyof R & string;
  /**
   * Fields on which nothing depends: no key, index entry, unique value, aggregate, version, reference, transition or
   * rule. They are changed without reading the record.
   */
  readonly direct?: readonly (keyof R & keyof C & string)[];
  /** Computes attributes of the rest of the record. */
  readonly compute?: (record: R, env: WriteEnvironment) => R;
}

/** What an update does besides setting values. */
interface ChangeParts<C, R> {
  /** What numbers can be, of the entity. */
  readonly numbers?: { readonly [name: string]: NumberKind | undefined } | undefined;
  readonly add?: Adding<Additions<C>, R> | undefined;
  readonly untouched?: boolean | undefined;
}

/** An update's change function. */
export function changing<R extends object, C extends object>(
  changes: Changes<R, C>,
  rules: ChangeRules<R, C>,
  parts: ChangeParts<C, R>,
): (current: R, env: WriteEnvironment) => MaybePromise<R> {
  if (!isFunction(changes)) return (current, env) => changed(current, changes, env, rules, parts);
  return async (current, env) => changed(current, await changes(current), env, rules, parts);
}

/** The record with changes: a field that they leave out stays as it is. */
function changed<R extends object, C extends object>(
  current: R,
  changes: C,
  env: WriteEnvironment,
  rules: ChangeRules<R, C>,
  parts: ChangeParts<C, R>,
): R {
  const { fields, touched = [], revision, compute } = rules;
  const record: Record<string, unknown> = { ...(current as object) };
  for (const field of fields) {
    const value: unknown = changes[field];
    if (value !== undefined) record[field] = storedForm(rules, field, value);
  }
  Object.assign(record, sums(parts, current));
  if (!parts.untouched) for (const field of touched) record[field] = time(env.now);
  if (revision !== undefined) record[revision] = Number(record[revision]) + 1;
  return compute === undefined ? (record as R) : compute(record as R, env);
}

/** A value in the form it is stored in. */
export function storedForm<R extends object, C extends object>(
  { forms = {} }: ChangeRules<R, C>,
  field: keyof C & string,
  value: unknown,
): unknown {
  const steps: readonly Form[] = forms[field] ?? [];
  return steps.reduce<unknown>((step, form) => formed(field, step, form as Form<unknown>), value);
}

/** The sums of what is added and what there is. */
function sums<C extends object, R extends object | null>(
  { numbers = {}, add }: ChangeParts<C, R>,
  current: R,
  defaults: object = {},
): Readonly<Record<string, number | null>> {
  const start = current ?? defaults;
  const all: Record<string, number | null> = {};
  const additions = typeof add === 'function' ? add(current) : add;
  for (const [field, by] of Object.entries<number | null | undefined>({ ...additions })) {
    const kind = numbers[field];
    if (kind === undefined) throw new TypeError(`${field} is not a number that an update may add to`);
    const value = (start as Readonly<Record<string, number | null | undefined>>)[field];
    all[field] = sumOf(kind, field, value ?? (current === null ? 0 : null), by);
  }
  return all;
}

/**
 * An upsert's change function: creates the record under its key, or changes the existing one. The fields of the key take
 * precedence over the values.
 */
export function upserting<R extends object, N extends C & object, C extends object>(
  values: Upserts<R, N>,
  key: object,
  {
    create,
    rules,
    ...parts
  }: ChangeParts<C, R | null> & {
    readonly create: (values: N, env: WriteEnvironment) => MaybePromise<R>;
    readonly rules: ChangeRules<R, C>;
  },
): (current: R | null, env: WriteEnvironment) => MaybePromise<R> {
  return async (current, env) => {
    const record = { ...(isFunction(values) ? await values(current) : values), ...key };
    return current === null
      ? create({ ...record, ...sums(parts, null, rules.defaults) }, env)
      : changed<R, C>(current, record, env, rules, parts);
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
export function isFunction<T extends object, A>(
  value: T | ((argument: A) => MaybePromise<T>),
): value is (argument: A) => MaybePromise<T> {
  return typeof value === 'function';
}
