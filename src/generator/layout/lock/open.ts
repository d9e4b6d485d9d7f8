/** What was pending before, and stays until somebody deals with it or the change is taken back. */

import type { Pending, PendingCode } from '../../lock.js';

export type Found = Omit<Pending, 'owner'>;

/** What the lock has of the entity. */
export interface Open {
  readonly pending: readonly Pending[];
}

/** What stored records have of one thing, unless all of it is what they are to have now. */
export function left(
  change: Open,
  code: PendingCode,
  name: string,
  was: readonly string[],
  now: string,
): Found[] {
  const open = wasOf(change, code, name) ?? [];
  const all = unique([...open, ...was]).filter((one) => one !== now);
  return all.length > 0 ? [{ code, name, was: all }] : [];
}

/** One that stays as long as it is not dealt with. */
export function needed(change: Open, code: PendingCode, name: string, isNew: boolean, what: string): Found[] {
  const open = wasOf(change, code, name);
  return open || isNew ? [{ code, name, was: open ?? [what] }] : [];
}

export function wasOf({ pending }: Open, code: PendingCode, name: string): readonly string[] | undefined {
  return pending.find((one) => one.code === code && one.name === name)?.was;
}

export function unique(all: readonly string[]): string[] {
  return [...new Set(all)];
}
