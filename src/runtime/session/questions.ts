/** What tells queries apart, so that none is sent twice: as JSON. */
import { identityOf, windowOf } from '../read/cursor/cursors.js';
import type { PageOptions } from '../read/pages.js';
import { isEnough } from '../read/reader.js';
import type { IndexQuery, PageArguments } from '../types.js';

export function pageQuestion<R extends object, E extends object>(
  query: IndexQuery<R, E>,
  { first, after, last, before }: PageArguments,
  { wants, fields }: PageOptions,
): readonly unknown[] {
  const requested = [first ?? null, after ?? null, last ?? null, before ?? null, wants ?? null];
  return ['page', identityOf(query), windowOf(query), requested, isEnough(query, fields)];
}

export function listQuestion<R extends object>(
  query: IndexQuery<R>,
  max: number,
  { fields }: Pick<PageOptions, 'fields'>,
): readonly unknown[] {
  return ['list', identityOf(query), windowOf(query), max, isEnough(query, fields)];
}

export function countQuestion<R extends object>(query: IndexQuery<R>, cap: number): readonly unknown[] {
  return ['count', identityOf(query), windowOf(query), cap];
}
