/** Deletes a record and its dependents: in one transaction, or in several, which a later call can resume. */
import type { Requester } from '../../client/requests.js';
import { type ErrorCode, notFound, TableloomError } from '../../errors.js';
import { eventActions } from '../../events/publish.js';
import { itemId } from '../../keys/item-key.js';
import { getItems } from '../../read/batch-get.js';
import { recordsOf } from '../../read/records.js';
import type { EntityCodec, Key } from '../../types.js';
import { transactionLimit } from '../action.js';
import type { Contention } from '../contention.js';
import { Actions } from '../merge.js';
import { isMarked } from '../references.js';
import { keyFields, live, target } from '../stored.js';
import { transact, type WriteOutcome } from '../transactions.js';
import type { CallEnvironment, DeleteOptions, FoundItems, Planned, Write } from '../write.js';
import { cascadeTooLarge, cascadeUnfinished } from './errors.js';
import { cascadeTreeOf, type DeletableRecord, type DependentsOf, deletableRecord } from './tree.js';

/** A write that deletes a record and its dependents. */
export interface Deletion<out R> extends Write<R> {
  /** The record that `cascade` deletes in several transactions, where one is too small. */
  readonly root: DeletableRecord;
}

/** The records of a query, to be deleted in as many transactions as it takes. */
export interface DeletionOfAll {
  readonly entity: string;
  records(requester: Requester, now: Date): AsyncIterable<DeletableRecord>;
}

export type AnyDeletion = Deletion<object> | DeletionOfAll;
/** What a cascade gives: the last state of the record, or how many records there were. */
export type Cascaded<D extends AnyDeletion> = D extends Deletion<infer R> ? R : number;

export function isDeletion<R>(write: Write<R>): write is Deletion<R> {
  return 'root' in write;
}

export interface CascadeOptions {
  /** How many transactions one call may take, of at most 100 items each; default 100. */
  readonly steps?: number;
}

const defaultSteps = 100;

/** Records nested deeper than this are each deleted in a transaction of their own: reading all levels each time would take too long. */
const nestedAtOnce = 8;

/**
 * Deletes a record and its dependents, with all of their entries and guards. As a write of `Session.write`, in one
 * transaction: TRANSACTION_TOO_LARGE where that is too small, REFERENCED where another record refers to one of them.
 *
 * @param further the record's dependents
 */
export function removeTree<R extends object>(
  entity: EntityCodec<R>,
  key: Key,
  further: DependentsOf<R>,
  options: DeleteOptions<R> = {},
): Deletion<R> {
  const { expect, require } = options;
  const root = deletableRecord(entity, key, { further, expect, require });
  return {
    kind: 'remove',
    entity: entity.name,
    targets: [target(entity, key)],
    root,
    plan: async (found, env) => {
      const before = live(entity, found.get(entity.table, key), env.now);
      if (before === null) throw notFound(entity.name, keyFields(entity, key));
      const tree = await cascadeTreeOf(found, env, [root], { room: roomOf(env), seen: new Set() });
      if (tree === undefined) throw cascadeTooLarge(entity.name);
      const { publish: type } = options;
      const event = type && eventActions(entity, { type, before, after: null }, env, found);
      const actions = [...tree.actions, ...(event?.actions ?? [])];
      const alongside = () => options.alongside?.({ before: before.record, after: null }) ?? [];
      return { ...tree, actions, result: before.record, alongside };
    },
  };
}

/** What a cascade uses of its session. */
export interface CascadeContext {
  readonly requester: Requester;
  readonly contention: Contention;
  readonly env: CallEnvironment;
  /** Called after every transaction. */
  readonly wrote: (outcome: WriteOutcome) => void;
}

/**
 * Carries out a deletion, in one transaction where possible. Otherwise marks the record first, so that nothing can refer
 * to it any more, then deletes its dependents in transactions of several records, each with its entries, guards,
 * aggregates and dependents, and the record last. After a crash, or CASCADE_UNFINISHED, the mark stays; the same call
 * resumes. Of all records of a query, deletes as many in one transaction as fit, and returns how many.
 */
export async function cascade(
  context: CascadeContext,
  deletion: AnyDeletion,
  { steps = defaultSteps }: CascadeOptions = {},
): Promise<unknown> {
  const work = new Cascade(context, deletion.entity, steps);
  if (!('root' in deletion)) return work.removeAll(deletion);
  try {
    return await work.step(deletion);
  } catch (error) {
    if (!isCode(error, 'TRANSACTION_TOO_LARGE') && !isCode(error, 'CONFLICT')) throw error;
  }
  return work.inSteps(deletion.root, deletion);
}

class Cascade {
  readonly #context: CascadeContext;
  readonly #entity: string;
  #env: CallEnvironment;
  #left: number;
  #deleted = 0;
  /** Marked records whose dependents are being deleted: where references form a circle, they turn up again. */
  readonly #underway = new Set<string>();

  constructor(context: CascadeContext, entity: string, steps: number) {
    this.#context = context;
    this.#env = context.env;
    this.#entity = entity;
    this.#left = steps;
  }

  /** One transaction, if any are left. */
  async step<R>(write: Write<R>): Promise<R> {
    const { requester, contention, wrote } = this.#context;
    if (this.#left <= 0) throw this.#unfinished();
    const outcome = await transact(requester, contention, [write], this.#env);
    wrote(outcome);
    const isWritten = outcome.actions.length > 0;
    // What a caller began who might, is completed.
    if (isWritten) this.#env = { ...this.#env, premises: () => [] };
    this.#deleted += outcome.items.filter(({ item }) => item === null).length;
    if (isWritten) this.#left -= 1;
    return outcome.results[0] as R;
  }

  /** @param last deletes the record itself with what is left */
  async inSteps<R>(record: DeletableRecord, last: Write<R>): Promise<R> {
    await this.step(marking(record));
    this.#underway.add(record.id);
    const retry = this.#context.requester.retry();
    for (;;) {
      const before = this.#deleted;
      await this.#empty(record);
      const isStuck = this.#deleted === before;
      try {
        const result = await this.step(last);
        this.#underway.delete(record.id);
        return result;
      } catch (error) {
        // More records refer to it than the index shows yet, or than one transaction can delete.
        if (!isCode(error, 'CONFLICT') && !(isCode(error, 'TRANSACTION_TOO_LARGE') && !isStuck)) throw error;
        if (isStuck && !(await retry.wait())) throw this.#unfinished(error);
      }
    }
  }

  async removeAll({ records }: DeletionOfAll): Promise<number> {
    const { requester, env } = this.#context;
    let deleted = 0;
    let some: DeletableRecord[] = [];
    for await (const record of records(requester, env.now)) {
      some.push(record);
      if (some.length < transactionLimit) continue;
      deleted += await this.remove(some);
      some = [];
    }
    return deleted + (await this.remove(some));
  }

  /** Deletes records, in as few transactions as it takes. Returns how many of them were there. */
  async remove(records: readonly DeletableRecord[]): Promise<number> {
    let some = records;
    let removed = 0;
    while (some.length > 0) {
      const { done, there, large } = await this.step(removing(some, this.#underway)).catch(
        (error: unknown) => {
          throw isCode(error, 'CONFLICT') ? this.#unfinished(error) : error;
        },
      );
      if (large !== undefined) await this.inSteps(large, removingOne(large, this.#underway));
      removed += there + (large === undefined ? 0 : 1);
      some = some.slice(large === undefined ? done : done + 1);
    }
    return removed;
  }

  /** Deletes the dependents of a marked record, until there are none. */
  async #empty(record: DeletableRecord): Promise<void> {
    for (;;) {
      const before = this.#deleted;
      await this.remove(await this.#dependentsOf(record));
      if (this.#deleted === before) return;
    }
  }

  async #dependentsOf({ table, key, id, end }: DeletableRecord): Promise<readonly DeletableRecord[]> {
    const { requester, env } = this.#context;
    const [item = null] = await getItems(requester, [{ table, key, consistent: true }]);
    const query: FoundItems['query'] = (wanted, most) => recordsOf(requester, wanted, most, env.now);
    const lists = (end(item, env)?.dependents ?? []).map((one) => one.list({ query }, id, transactionLimit));
    return (await Promise.all(lists)).flat().filter((one) => !this.#underway.has(one.id));
  }

  #unfinished(cause?: unknown): TableloomError {
    return cascadeUnfinished(this.#entity, this.#deleted, cause);
  }
}

/** Marks a record, unless it is marked or deleted. */
function marking({ entity, table, key, end }: DeletableRecord): Write<null> {
  return {
    kind: 'update',
    entity,
    targets: [{ table, key, consistent: true }],
    plan: (found, env) => {
      const ended = end(found.get(table, key), env);
      const actions = ended === null || ended.isMarked ? [] : ended.marking;
      return { result: null, actions, items: [] };
    },
  };
}

interface Removed {
  /** How many of the records are deleted, from the first. */
  readonly done: number;
  /** How many of those were there. */
  readonly there: number;
  /** The next one, where one transaction is too small for its dependents. */
  readonly large?: DeletableRecord;
}

/** Deletes as many of some records as fit in one transaction, each with its dependents. */
function removing(records: readonly DeletableRecord[], underway: ReadonlySet<string>): Write<Removed> {
  return {
    kind: 'remove',
    entity: records[0]?.entity ?? '',
    plan: async (found, env) => {
      await found.load(records.map(({ table, key }) => ({ table, key, consistent: true })));
      const actions = new Actions();
      const items: Planned<unknown>['items'][number][] = [];
      let there = 0;
      const give = (removed: Omit<Removed, 'there'>) => ({
        result: { ...removed, there },
        actions: actions.all,
        items,
      });
      for (const [done, record] of records.entries()) {
        const item = found.get(record.table, record.key);
        const seen = new Set([...underway, ...items.map(({ table, key }) => itemId(table, key))]);
        // A marked record was too large before.
        const isLarge = item !== null && isMarked(item);
        const tree = isLarge
          ? undefined
          : await cascadeTreeOf(found, env, [record], {
              room: roomOf(env) - items.length,
              levels: nestedAtOnce,
              seen,
            });
        if (tree === undefined || actions.sizeWith(tree.actions) > roomOf(env))
          return give(done === 0 ? { done, large: record } : { done });
        actions.add(tree.actions);
        items.push(...tree.items);
        if (tree.items.some(({ table, key }) => itemId(table, key) === record.id)) there += 1;
      }
      return give({ done: records.length });
    },
  };
}

/** Deletes a record whose dependents are deleted. */
function removingOne(record: DeletableRecord, underway: ReadonlySet<string>): Write<null> {
  return {
    kind: 'remove',
    entity: record.entity,
    plan: async (found, env) => {
      const seen = new Set([...underway].filter((id) => id !== record.id));
      const tree = await cascadeTreeOf(found, env, [record], { room: roomOf(env), seen });
      if (tree === undefined) throw cascadeTooLarge(record.entity);
      return { result: null, ...tree };
    },
  };
}

/** How many items one transaction can take, without the checks of what it depends on. */
function roomOf({ premises }: CallEnvironment): number {
  return transactionLimit - premises().length;
}

function isCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof TableloomError && error.code === code;
}
