/** Conditions on a record before it is written: on its stored state, its transitions and its values. */

import { guardFailed, TableloomError } from '../errors.js';
import type { EntityCodec, Item, NumberKind, Validation } from '../types.js';
import { isOfKind } from './entity/sums.js';
import type { Requirements, WriteEnvironment } from './write.js';

export function checkRequirements<R extends object>(
  entity: string,
  requirements: Requirements<R> | undefined,
  { record, item }: { readonly record: R; readonly item: Item },
): void {
  for (const [name, requirement] of Object.entries(requirements ?? {})) {
    if (requirement === undefined) throw new TypeError(`the condition ${name} compares with nothing`);
    const isMet = typeof requirement === 'function' ? requirement(record) : requirement.holds(item);
    if (isMet) continue;
    const message = typeof requirement === 'function' ? undefined : requirement.message;
    throw guardFailed(entity, name, { message });
  }
}

/** Whether a value is within the bounds of its field and its type. A rule needs the record: what it validates is never known beforehand. */
export function isWithinBounds<R extends object>(
  { conditions, numbers }: Pick<EntityCodec<R>, 'conditions' | 'numbers'>,
  field: string,
  value: unknown,
): boolean {
  const kind = numbers?.[field as keyof R];
  if (kind !== undefined && !isOfKind(kind, value)) return false;
  const values = conditions?.values as Readonly<Record<string, Validation | undefined>> | undefined;
  const validation = values?.[field];
  if (validation === undefined || value === null) return true;
  return !('rule' in validation) && problemOf(validation, value) === undefined;
}

/**
 * Checks a record against the transitions and validations of its entity: GUARD_FAILED, then VALUE_INVALID. Checks only
 * what this write changes, so that a record from before a condition was declared can still be changed in other ways.
 *
 * @param before null for a new record
 */
export function checkConditions<R extends object>(
  entity: Pick<EntityCodec<R>, 'name' | 'conditions' | 'numbers'>,
  before: R | null,
  after: R,
  env: Pick<WriteEnvironment, 'rule'>,
): void {
  checkNumbers(entity, before, after);
  const { name, conditions } = entity;
  if (conditions === undefined) return;
  const transitions = conditions.transitions as Readonly<Record<string, Moves | undefined>> | undefined;
  const values = conditions.values as Readonly<Record<string, Validation | undefined>> | undefined;
  const from = before as Readonly<Record<string, unknown>> | null;
  const to = after as Readonly<Record<string, unknown>>;
  for (const [field, moves] of Object.entries(transitions ?? {})) {
    const old = from?.[field];
    // A first value is no transition.
    if (moves === undefined || old === undefined || old === null || old === to[field]) continue;
    if (!isMove(moves, old, to[field]))
      throw guardFailed(name, field, { transition: { from: old, to: to[field] ?? null } });
  }
  for (const [field, validation] of Object.entries(values ?? {})) {
    const value = to[field];
    if (validation === undefined || value === null || value === undefined) continue;
    if (from !== null && isSame(from[field], value)) continue;
    const problem =
      'rule' in validation
        ? ruleProblem(env, validation.rule, field, value, after)
        : problemOf(validation, value);
    if (problem === undefined) continue;
    const { message, ...details } = problem;
    const own = 'message' in validation ? validation.message : undefined;
    throw new TableloomError('VALUE_INVALID', own ?? message(field), { entity: name, field, ...details });
  }
}

/** VALUE_INVALID for a number that could not be read: outside its type's range, or not whole. */
function checkNumbers<R extends object>(
  { name, numbers }: Pick<EntityCodec<R>, 'name' | 'numbers'>,
  before: R | null,
  after: R,
): void {
  const to = after as Readonly<Record<string, unknown>>;
  for (const [field, kind] of Object.entries<NumberKind | undefined>(numbers ?? {})) {
    if (kind === undefined || isOfKind(kind, to[field])) continue;
    if (before !== null && isSame((before as Readonly<Record<string, unknown>>)[field], to[field])) continue;
    const range = kind === 'decimal' ? 'what can be stored (1e-130 to 9.99e125)' : 'the range of its type';
    throw new TableloomError('VALUE_INVALID', `${field} is outside ${range}.`, { entity: name, field });
  }
}

type Moves = Readonly<Record<string, readonly string[]>>;

function isMove(moves: Moves, from: unknown, to: unknown): boolean {
  const next = typeof from === 'string' && Object.hasOwn(moves, from) ? moves[from] : undefined;
  return typeof to === 'string' && next !== undefined && next.includes(to);
}

function isSame(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (!Array.isArray(a) || !Array.isArray(b)) return false;
  return a.length === b.length && a.every((one, at) => one === b[at]);
}

/** What is wrong with a value, and the bound it breaks. */
interface Problem {
  readonly message: (field: string) => string;
  readonly min?: number;
  readonly max?: number;
}

function problemOf(
  { min, max, pattern }: Exclude<Validation, { rule: string }>,
  value: unknown,
): Problem | undefined {
  const size = sizeOf(value);
  const unit = typeof value === 'string' ? ' characters' : Array.isArray(value) ? ' elements' : '';
  const verb = unit === '' ? 'must be' : 'must have';
  if (max !== undefined && size > max)
    return { message: (field) => `${field} ${verb} at most ${max}${unit}.`, max };
  if (min !== undefined && size < min)
    return { message: (field) => `${field} ${verb} at least ${min}${unit}.`, min };
  // After the length, so that no long text is matched.
  if (pattern !== undefined && typeof value === 'string' && !pattern.test(value))
    return { message: (field) => `${field} does not match the required pattern.` };
  return undefined;
}

/** A number itself; of a text its characters, of a list its elements. */
function sizeOf(value: unknown): number {
  if (typeof value === 'number') return value;
  if (Array.isArray(value)) return value.length;
  if (typeof value !== 'string') return 0;
  let count = 0;
  for (const _character of value) count += 1;
  return count;
}

function ruleProblem(
  env: Pick<WriteEnvironment, 'rule'>,
  rule: string,
  field: string,
  value: unknown,
  record: object,
): Problem | undefined {
  const answer = env.rule(rule)({ value, record } as never);
  if (answer === undefined || answer === null) return undefined;
  if (typeof answer === 'string') return { message: () => answer };
  throw new TypeError(`the rule ${rule} of ${field} must return a message or nothing, not ${typeof answer}`);
}
