/** Questions asked for several values at once. */
import { TableloomError } from '../errors.js';
import type { KeyLoader } from './loaders.js';
import { checkCount } from './pages.js';

/** One query reads at most this many partitions on behalf of lists of values, so that its cost is bounded. */
export const mostPartitions = 100;

/**
 * The partition keys of every value of a list, each once, in an order of their own: the same values in another
 * order are the same question, with the same cursors. Null is equal to nothing. BAD_INPUT above
 * {@link mostPartitions}.
 */
export function inList<V>(
  field: string,
  values: readonly (V | null | undefined)[],
  keys: (value: V) => readonly string[],
): readonly string[] {
  const distinct = new Set(
    values.flatMap((value) => (value === null || value === undefined ? [] : keys(value))),
  );
  checkList(field, distinct.size, mostPartitions);
  return [...distinct].sort();
}

/** The records of a list of keys, in its order, null where there is none; each is read once. BAD_INPUT above `max`. */
export async function loadEach<V, K, R>(
  loader: KeyLoader<K, R>,
  list: { readonly field: string; readonly values: readonly (V | null | undefined)[]; readonly max: number },
  key: (value: V) => K,
): Promise<(R | null)[]> {
  checkList(list.field, list.values.length, list.max);
  return Promise.all(
    list.values.map((value) => (value === null || value === undefined ? null : loader.load(key(value)))),
  );
}

/** Those that there are of a list of keys, in its order; see {@link loadEach}. */
export async function loadPresent<V, K, R>(...asked: Parameters<typeof loadEach<V, K, R>>): Promise<R[]> {
  const records = await loadEach<V, K, R>(...asked);
  return records.filter((record) => record !== null);
}

function checkList(field: string, count: number, max: number): void {
  if (count <= max) return;
  throw new TableloomError('BAD_INPUT', `${field} takes at most ${max} values; ${count} were given.`, {
    field,
    limit: max,
  });
}

/** How many results a list gives. BAD_PAGE where `asked` is negative, not whole, or above the maximum. */
export function limitOf(
  asked: number | null | undefined,
  sizes: { readonly default: number; readonly max: number },
): number {
  const limit = asked ?? sizes.default;
  checkCount(limit, 'limit', sizes.max);
  return limit;
}

/** The elements of a set as a list: each once, in ascending order, as a set is stored. */
export function distinct<T extends string | number>(values: readonly T[]): T[] {
  return [...new Set(values)].sort(ascending);
}

/** A list as DynamoDB's set; an empty one is not stored, for DynamoDB has no empty sets. */
export function setOf(values: readonly string[] | readonly number[]): Set<string> | Set<number> | undefined {
  if (values.length === 0) return undefined;
  return new Set<string | number>(values) as Set<string> | Set<number>;
}

/** The list of a stored set; empty where there is none. */
export function listOf<T extends string | number>(stored: unknown): T[] {
  return stored instanceof Set ? [...(stored as Set<T>)].sort(ascending) : [];
}

function ascending(a: string | number, b: string | number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
