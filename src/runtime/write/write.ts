/** Writes as values, and what they are planned from. */

import { TableloomError } from '../errors.js';
import type { ItemKey } from '../keys/item-key.js';
import type { IndexQuery, Item, Key, SequenceRef, TableRef } from '../types.js';
import type { Action, Step } from './action.js';

export type MaybePromise<T> = T | Promise<T>;

/** What writes of one call have in common. */
export interface CallEnvironment {
  readonly now: Date;
  /** A new id: a UUID of version 7 unless the database was given another way to make them. */
  newId(): string;
  /** A rule that computes attributes. RULE_MISSING where the database was given none of the name. */
  rule(name: string): (record: never) => unknown;
}

/** What a write is computed with. */
export interface WriteEnvironment extends CallEnvironment {
  /** The next number of a sequence; several of one call are consecutive. */
  next(sequence: SequenceRef): Promise<number>;
}

/** Further writes for the same transaction, computed from the record before and after. May be asked again after a conflict. */
export type Alongside<Before, After> = (change: {
  readonly before: Before;
  readonly after: After;
}) => MaybePromise<readonly Write<unknown>[]>;

export interface CreateOptions<R> {
  readonly alongside?: Alongside<null, R> | undefined;
}

export interface UpdateOptions<R> {
  /** The version the caller saw: VERSION_CONFLICT where the record has another. Null and undefined: any. */
  readonly expect?: number | null | undefined;
  /** Asked of the record as it is, after `expect` and before the change is computed. */
  readonly require?: Requirements<R> | undefined;
  readonly alongside?: Alongside<R, R> | undefined;
}

export interface UpsertOptions<R> {
  readonly expect?: number | null | undefined;
  /** Asked of the record where there is one. */
  readonly require?: Requirements<R> | undefined;
  readonly alongside?: Alongside<R | null, R> | undefined;
}

export interface DeleteOptions<R> {
  readonly expect?: number | null | undefined;
  readonly require?: Requirements<R> | undefined;
  readonly alongside?: Alongside<R, null> | undefined;
}

export interface DeleteIfPresentOptions<R> extends DeleteOptions<R> {
  /** Where there is no such record: the result is null, and nothing is deleted. */
  readonly ifMissing: 'ignore';
}

export type WriteKind = 'create' | 'update' | 'upsert' | 'remove' | 'check';

/** A write for `Session.write`, which gives its result. Made by the functions below. */
export interface Write<out Result> {
  readonly kind: WriteKind;
  /** The entity's name. */
  readonly entity: string;
  /** What it is called among the writes of its call; see `step`. */
  readonly step?: string;
  /** Attributes of its result that are kept nowhere else. */
  readonly secret?: readonly string[] | undefined;
  /** The record that has to be read first; a create needs none. */
  readonly target?: ItemKey;
  /** What it does, given the item under `target`, or under the key of what it creates where that has expired. */
  plan(found: FoundItems, env: WriteEnvironment): MaybePromise<Planned<Result>>;
}

/** Items that were read for a write. */
export interface FoundItems {
  get(table: TableRef, key: Key): Item | null;
  /** The last revision kept of an earlier record with this key; zero where none is known. */
  lastRevision?(table: TableRef, key: Key): number;
  /** Reads further ones, which only now are known to be needed. */
  load(keys: readonly ItemKey[]): Promise<void>;
  /** Records of a query, at most so many; an index may lag behind. */
  query<R extends object>(query: IndexQuery<R>, most: number): Promise<readonly R[]>;
}

/** A write worked out, for one attempt. */
export interface Planned<Result> {
  readonly result: Result;
  readonly actions: readonly Action[];
  /** The record's main item afterwards, by its key; null where it is gone. */
  readonly items: readonly { readonly table: TableRef; readonly key: Key; readonly item: Item | null }[];
  readonly alongside?: () => MaybePromise<readonly Write<unknown>[]>;
}

/**
 * Conditions on the record as it is, by the name a failure is reported with. The first that does not hold, in the
 * order written, is GUARD_FAILED. What they see is still so when the write is made, else all is asked again.
 */
export type Requirements<R> = Readonly<Record<string, (current: R) => boolean>>;

/** The write, under a name: an error that is due to it has `extensions.step`. */
export function step<Result>(name: string, write: Write<Result>): Write<Result> {
  return { ...write, step: name };
}

/** What each of several writes is called; one alone is called nothing unless it has a name. */
export function stepOf(write: Write<unknown>, at: number, count: number): Step | undefined {
  return write.step ?? (count > 1 ? at + 1 : undefined);
}

/** The error, which tells the step; one that tells one already keeps it. */
export function ofStep<E>(error: E, step: Step | undefined): E {
  if (step !== undefined && error instanceof TableloomError && !('step' in error.extensions))
    error.extensions.step = step;
  return error;
}
