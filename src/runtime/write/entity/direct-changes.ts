/** Changes that depend on nothing of the record: they are sent without reading it. */
import { time } from '../../keys/encodings.js';
import { checkKey } from '../../keys/limits.js';
import { allOf, anyOf, atLeast, atMost, type Condition, exists, notEqual } from '../../read/filters.js';
import type { EntityCodec, Item, Key, Validation } from '../../types.js';
import { isWithinBounds } from '../conditions.js';
import type { DirectUpdate, UpdateOptions } from '../write.js';
import {
  type ChangeRules,
  type Changes,
  type Changing,
  isChangeable,
  isFunction,
  storedForm,
} from './changing.js';
import { directUpdate } from './direct.js';
import { type Adding, type Additions, boundsOf } from './sums.js';

interface DirectParts<R extends object, C extends object>
  extends Pick<UpdateOptions<R>, 'expect' | 'require'> {
  readonly change: ChangeRules<string> | Changing<R, C>;
  readonly add?: Adding<Additions<C>, never> | undefined;
  readonly untouched?: boolean | undefined;
  readonly alongside?: unknown;
  readonly publish?: unknown;
  readonly now: Date;
}

/** Undefined where they depend on the record, or a value has to be refused: then the record is read first. */
export function directly<R extends object, C extends object>(
  codec: EntityCodec<R>,
  key: Key,
  changes: Changes<R, C>,
  parts: DirectParts<R, C>,
): DirectUpdate<R> | undefined {
  const { change: rules, add, expect, require = {}, alongside, publish, untouched, now } = parts;
  if (
    isFunction(changes) ||
    typeof rules === 'function' ||
    typeof add === 'function' ||
    (expect ?? undefined) !== undefined ||
    alongside !== undefined ||
    publish !== undefined
  )
    return undefined;
  const required = Object.values(require);
  if (required.some((one) => one === undefined || typeof one === 'function')) return undefined;
  const values = valuesOf(codec, changes, rules);
  const additions = additionsOf(codec, add, rules);
  if (values === undefined || additions === undefined) return undefined;
  const isSum = additions.bounds.length > 0;
  if (!isSum && values.differences.length === 0) return undefined;
  const set = { ...values.set };
  if (!untouched) for (const field of rules.touched ?? []) set[field] = time(now);
  return directUpdate(
    codec,
    checkKey(key, codec.table),
    {
      set,
      remove: values.remove,
      add: additions.add,
      conditions: [
        ...(required as Condition[]),
        ...additions.bounds,
        // Where nothing changes, nothing is written.
        isSum ? undefined : anyOf(...values.differences),
      ],
    },
    now,
  );
}

interface DirectValues {
  readonly set: Item;
  readonly remove: readonly string[];
  /** That the record has other values. */
  readonly differences: readonly Condition[];
}

function valuesOf<R extends object>(
  codec: EntityCodec<R>,
  changes: object,
  rules: ChangeRules<string>,
): DirectValues | undefined {
  const set: Item = {};
  const remove: string[] = [];
  for (const [field, given] of Object.entries<unknown>({ ...changes })) {
    if (given === undefined || !isChangeable(field, codec.revision, rules)) continue;
    if (!rules.direct?.includes(field)) return undefined;
    const value = storedForm(rules, field, given);
    if (!isWithinBounds(codec, field, value)) return undefined;
    if (value === null) remove.push(field);
    else set[field] = value as string | number | boolean;
  }
  const differences = [
    ...Object.entries(set).map(([field, value]) => notEqual(field, value as string | number | boolean)),
    ...remove.map((field) => exists(field, true)),
  ];
  return { set, remove, differences };
}

interface DirectSums {
  readonly add: Readonly<Record<string, number>>;
  /** That no sum exceeds its range. */
  readonly bounds: readonly Condition[];
}

function additionsOf<R extends object, C extends object>(
  codec: EntityCodec<R>,
  additions: Additions<C> | undefined,
  { direct = [] }: ChangeRules<string>,
): DirectSums | undefined {
  const add: Record<string, number> = {};
  const bounds: Condition[] = [];
  for (const [field, by] of Object.entries<number | null | undefined>({ ...additions })) {
    if (by === null || by === undefined) continue;
    const kind = codec.numbers?.[field as keyof R];
    const isDirect = (direct as readonly string[]).includes(field);
    // DynamoDB does not round decimals. An addition of 0 changes nothing.
    if (!isDirect || kind === undefined || kind === 'decimal' || by === 0 || !Number.isInteger(by))
      return undefined;
    const range = boundsOf(kind);
    const declared = boundsDeclared(codec, field);
    const max = Math.min(range.max, declared.max ?? range.max);
    const min = Math.max(range.min, declared.min ?? range.min);
    const upper = by > 0 || declared.max !== undefined ? atMost(field, max - by) : undefined;
    const lower = by < 0 || declared.min !== undefined ? atLeast(field, min - by) : undefined;
    // Without a value it counts as 0.
    const isFirst = by >= min && by <= max ? exists(field, false) : undefined;
    add[field] = by;
    bounds.push(anyOf(isFirst, allOf(upper, lower)));
  }
  return { add, bounds };
}

function boundsDeclared<R extends object>(
  { conditions }: EntityCodec<R>,
  field: string,
): { readonly min?: number; readonly max?: number } {
  const validations = conditions?.values as Readonly<Record<string, Validation | undefined>> | undefined;
  const validation = validations?.[field];
  return validation === undefined || 'rule' in validation ? {} : validation;
}
