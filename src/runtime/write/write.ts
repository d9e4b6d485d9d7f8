/** Writes as values, and what they are planned from. */

import { TableloomError, transactionTooLarge } from '../errors.js';
import type { EventType } from '../events/types.js';
import type { ItemKey } from '../keys/item-key.js';
import type { Condition } from '../read/filters.js';
import type { IndexQuery, Item, Key, SequenceRef, TableRef } from '../types.js';
import { type Action, type Premise, type Step, transactionLimit } from './action.js';
import type { Sharing } from './changes.js';

export type MaybePromise<T> = T | Promise<T>;

/** What writes of one call have in common. */
export interface CallEnvironment {
  readonly now: Date;
  /** The time as it is now: that of events, which must not be older than their attempt. */
  clock(): Date;
  /** Who causes what is written, for its events. */
  readonly actor: string | null;
  /** A new id, as `DatabaseOptions.newId` creates them; of a moment, in milliseconds, where one is passed. */
  newId(moment?: number): string;
  /** A rule that computes or validates attributes. RULE_MISSING where `DatabaseOptions.compute` has none of the name. */
  rule(name: string): (record: never) => unknown;
  /** What everything that is written depends on. */
  premises(): readonly Premise[];
  /** @internal How changes of an entity's records keep up what another version of the plan stores of them, where there is one. */
  sharing(entity: string): Sharing | undefined;
}

/** What a write is computed with. */
export interface WriteEnvironment extends CallEnvironment {
  /** The results of the writes before it in its call. */
  readonly earlier: readonly unknown[];
  /** Whether the time of the last change stays. */
  readonly untouched?: boolean | undefined;
  /** The next number of a sequence; several of one call are consecutive. */
  next(sequence: SequenceRef): Promise<number>;
}

/** Further writes of the same transaction, computed from the record before and after. May be called again after a conflict. */
export type Alongside<Before, After> = (change: {
  readonly before: Before;
  readonly after: After;
}) => MaybePromise<readonly Write<unknown>[]>;

export interface CreateOptions<R> {
  readonly alongside?: Alongside<null, R> | undefined;
  /** The event that reports the change, stored in its transaction. A change of nothing has none. */
  readonly publish?: EventType<R & object> | undefined;
}

export interface UpdateOptions<R> {
  /** The version that the caller has read: VERSION_CONFLICT where the record has another. Null and undefined: any. */
  readonly expect?: number | null | undefined;
  /** Conditions on the stored record, checked after `expect` and before the change is computed. */
  readonly require?: Requirements<R> | undefined;
  readonly alongside?: Alongside<R, R> | undefined;
  /** The event that reports the change, stored in its transaction. A change of nothing has none. */
  readonly publish?: EventType<R & object> | undefined;
}

export interface UpsertOptions<R> {
  readonly expect?: number | null | undefined;
  /** Conditions on the stored record, where there is one. */
  readonly require?: Requirements<R> | undefined;
  readonly alongside?: Alongside<R | null, R> | undefined;
  /** The event that reports the change, stored in its transaction. A change of nothing has none. */
  readonly publish?: EventType<R & object> | undefined;
}

export interface DeleteOptions<R> {
  readonly expect?: number | null | undefined;
  readonly require?: Requirements<R> | undefined;
  readonly alongside?: Alongside<R, null> | undefined;
  /** The event that reports the change, stored in its transaction. A change of nothing has none. */
  readonly publish?: EventType<R & object> | undefined;
}

export interface DeleteIfPresentOptions<R> extends DeleteOptions<R> {
  /** Without such a record the result is null, and nothing is deleted. */
  readonly ifMissing: 'ignore';
}

export type WriteKind = 'create' | 'update' | 'upsert' | 'remove' | 'check';

/** A write for `Session.write`, which returns its result. `create`, `update`, `upsert`, `remove` and `check` make one. */
export interface Write<out Result> {
  readonly kind: WriteKind;
  /** The entity's name. */
  readonly entity: string;
  /** Its name among the writes of its call; see `step`. */
  readonly step?: string;
  /** Attributes of its result that are stored nowhere else. */
  readonly secret?: readonly string[] | undefined;
  /** The records that must be read first; a create needs none. */
  readonly targets?: readonly ItemKey[];
  /**
   * The same without reading the record, for a write that is alone in its call; undefined where it depends on the
   * record. Where its condition fails, `plan` is carried out, which tells why.
   */
  direct?(env: CallEnvironment): DirectUpdate<Result> | undefined;
  /** Computes what it does from the item under `target`, or from the expired one under the key it creates. */
  plan(found: FoundItems, env: WriteEnvironment): MaybePromise<Planned<Result>>;
}

/** The results of writes, in their order. */
export type WriteResults<W extends readonly Write<unknown>[]> = {
  -readonly [At in keyof W]: W[At] extends Write<infer Result> ? Result : never;
};

/** Items that were read for a write. */
export interface FoundItems {
  get(table: TableRef, key: Key): Item | null;
  /** The last revision in the history of an earlier record with this key; zero where none is known. */
  lastRevision?(table: TableRef, key: Key): number;
  /** Reads further items. */
  load(keys: readonly ItemKey[]): Promise<void>;
  /** Records of a query, at most so many; an index may lag behind. */
  query<R extends object>(query: IndexQuery<R>, most: number): Promise<readonly R[]>;
}

/** A write as one attempt computed it. */
export interface Planned<Result> {
  readonly result: Result;
  readonly actions: readonly Action[];
  /** The main items afterwards; null for a deleted one. */
  readonly items: readonly { readonly table: TableRef; readonly key: Key; readonly item: Item | null }[];
  readonly alongside?: () => MaybePromise<readonly Write<unknown>[]>;
  /** As of the write, where that is made only now. */
  readonly secret?: readonly string[] | undefined;
}

/** An update that depends on nothing but its own condition. */
export interface DirectUpdate<Result> {
  readonly action: Action & { readonly kind: 'update' };
  /** The result, from the item as the update left it. */
  readonly read: (item: Item) => Result;
}

/**
 * Conditions on the stored record, by the name that a failure reports. The first that does not hold, in this order, is
 * GUARD_FAILED. The record is still as they saw it when the write is made; otherwise they are checked again. One that is
 * not a function can be sent to DynamoDB.
 */
export type Requirements<R> = Readonly<Record<string, ((current: R) => boolean) | Condition>>;

/** The write under a name: an error that it causes has the name in `extensions.step`. */
export function step<Result>(name: string, write: Write<Result>): Write<Result> {
  return { ...write, step: name };
}

/**
 * A write made from the results of those before it in its call: of a deleted record its last state, of every other the
 * record as it will be. The record that it changes is read when it is made, in a request of its own.
 */
export function following<const Earlier extends readonly unknown[], Result>(
  make: (...earlier: Earlier) => Write<Result>,
): Write<Result> {
  return {
    kind: 'update',
    entity: '',
    plan: async (found, env) => {
      const write = make(...(env.earlier as unknown as Earlier));
      if (write.targets) await found.load(write.targets);
      const planned = await write.plan(found, env);
      return { ...planned, secret: write.secret };
    },
  };
}

/**
 * A write for each element of a list, as one write: its results are theirs, in their order. TRANSACTION_TOO_LARGE where
 * there are more elements than one transaction has items. The step of an error ends in the element's position, from 1.
 */
export function writeEach<Element, Result>(
  elements: readonly Element[] | null | undefined,
  make: (element: Element) => Write<Result>,
): Write<Result[]> {
  const list = elements ?? [];
  if (list.length > transactionLimit) throw transactionTooLarge(list.length);
  const writes = list.map(make);
  return {
    kind: 'update',
    entity: writes[0]?.entity ?? '',
    secret: writes[0]?.secret,
    targets: writes.flatMap(({ targets = [] }) => targets),
    plan: async (found, env) => {
      const all: Planned<Result>[] = [];
      for (const [at, write] of writes.entries()) {
        try {
          const planned = await write.plan(found, env);
          all.push({ ...planned, actions: planned.actions.map((one) => ({ ...one, step: at + 1 })) });
        } catch (error) {
          throw ofStep(error, at + 1);
        }
      }
      const alongside = async () => (await Promise.all(all.map((one) => one.alongside?.() ?? []))).flat();
      return {
        result: all.map(({ result }) => result),
        actions: all.flatMap(({ actions }) => actions),
        items: all.flatMap(({ items }) => items),
        alongside,
      };
    },
  };
}

/** The step of an element within the step of its list. */
export function withinStep(outer: Step, inner: Step | undefined): Step {
  return inner === undefined ? outer : `${outer}.${inner}`;
}

/** A write's name, or its position among several, from 1; undefined for one alone without a name. */
export function stepOf(write: Write<unknown>, at: number, count: number): Step | undefined {
  return write.step ?? (count > 1 ? at + 1 : undefined);
}

/** The error with its step in `extensions`; one that has a name already keeps it. */
export function ofStep<E>(error: E, step: Step | undefined): E {
  if (step === undefined || !(error instanceof TableloomError)) return error;
  const { step: own } = error.extensions;
  if (typeof own !== 'string')
    Object.assign(error.extensions, { step: withinStep(step, own as Step | undefined) });
  return error;
}
