/** Deleting a record with all that goes with it: in one transaction, or in steps that can be gone on with. */
import type { Requester } from '../../client/requests.js';
import {
  cascadeTooLarge,
  cascadeUnfinished,
  type ErrorCode,
  notFound,
  TableloomError,
} from '../../errors.js';
import { itemId } from '../../keys/item-key.js';
import { getItems } from '../../read/batch-get.js';
import { recordsOf } from '../../read/records.js';
import type { EntityCodec, Key } from '../../types.js';
import { transactionLimit } from '../commit.js';
import type { Turns } from '../contention.js';
import { Actions } from '../merge.js';
import { isMarked } from '../references.js';
import { keyFields, live, target } from '../stored.js';
import { transact, type WriteOutcome } from '../transactions.js';
import type { CallEnvironment, DeleteOptions, FoundItems, Planned, Write } from '../write.js';
import { type DependentsOf, type Doomed, doomed, treeOf } from './tree.js';

/** A write that deletes a record and all that goes with it. */
export interface Deletion<out R> extends Write<R> {
  /** What `cascade` goes on with in steps, where one transaction does not hold it. */
  readonly root: Doomed;
}

export interface CascadeOptions {
  /** How many transactions one call may take, of at most 100 items each; default 100. */
  readonly steps?: number;
}

const defaultSteps = 100;

/** Of records that are nested deeper than this, each is deleted in a step of its own: to look into all of them each time would take too long. */
const nestedAtOnce = 8;

/**
 * Deletes a record with its entries and guards, and the records that go with it with theirs. As a write of
 * `Session.write` all in one transaction: TRANSACTION_TOO_LARGE where that does not hold them, REFERENCED where a
 * record that may not be left names one of them.
 *
 * @param further what goes with it
 */
export function removeTree<R extends object>(
  entity: EntityCodec<R>,
  key: Key,
  further: DependentsOf<R>,
  options: DeleteOptions<R> = {},
): Deletion<R> {
  const root = doomed(entity, key, { further, expect: options.expect });
  return {
    kind: 'remove',
    entity: entity.name,
    target: target(entity, key),
    root,
    plan: async (found, env) => {
      const before = live(entity, found.get(entity.table, key), env.now);
      if (before === null) throw notFound(entity.name, keyFields(entity, key));
      const tree = await treeOf(found, env.now, [root], { room: transactionLimit, seen: new Set() });
      if (tree === undefined) throw cascadeTooLarge(entity.name);
      const alongside = () => options.alongside?.({ before: before.record, after: null }) ?? [];
      return { ...tree, result: before.record, alongside };
    },
  };
}

/** What a cascade needs of its session. */
export interface CascadeGround {
  readonly requester: Requester;
  readonly turns: Turns;
  readonly env: CallEnvironment;
  /** Told of every transaction that was carried out. */
  readonly wrote: (outcome: WriteOutcome) => void;
}

/**
 * Carries out a deletion: in one transaction where that holds it. Otherwise the record is marked first, so that
 * nothing names it any more, then what goes with it is deleted in transactions of several records, each whole with
 * its entries, guards, numbers and what goes with it in turn, and the record comes last. After a crash, or
 * CASCADE_UNFINISHED, the mark stays; the same call goes on.
 */
export async function cascade<R extends object>(
  ground: CascadeGround,
  deletion: Deletion<R>,
  { steps = defaultSteps }: CascadeOptions = {},
): Promise<R> {
  const work = new Cascade(ground, deletion.root, steps);
  try {
    return await work.step(deletion);
  } catch (error) {
    if (!isCode(error, 'TRANSACTION_TOO_LARGE') && !isCode(error, 'CONFLICT')) throw error;
  }
  return work.inSteps(deletion.root, deletion);
}

class Cascade {
  readonly #ground: CascadeGround;
  readonly #root: Doomed;
  #left: number;
  #deleted = 0;
  /** Records that are marked and whose dependents are being deleted: where records name each other in a circle, they are met again. */
  readonly #underway = new Set<string>();

  constructor(ground: CascadeGround, root: Doomed, steps: number) {
    this.#ground = ground;
    this.#root = root;
    this.#left = steps;
  }

  /** One transaction, if any are left. */
  async step<R>(write: Write<R>): Promise<R> {
    const { requester, turns, env, wrote } = this.#ground;
    if (this.#left <= 0) throw this.#unfinished();
    const outcome = await transact(requester, turns, [write], env);
    wrote(outcome);
    this.#deleted += outcome.items.filter(({ item }) => item === null).length;
    if (outcome.isWritten) this.#left -= 1;
    return outcome.results[0] as R;
  }

  /** @param last deletes the record itself with what is left */
  async inSteps<R>(record: Doomed, last: Write<R>): Promise<R> {
    await this.step(marking(record));
    this.#underway.add(record.id);
    const retry = this.#ground.requester.retry();
    for (;;) {
      const before = this.#deleted;
      await this.#empty(record);
      const isStuck = this.#deleted === before;
      try {
        const result = await this.step(last);
        this.#underway.delete(record.id);
        return result;
      } catch (error) {
        // More names the record than the index shows yet, or than one transaction holds.
        if (!isCode(error, 'CONFLICT') && !(isCode(error, 'TRANSACTION_TOO_LARGE') && !isStuck)) throw error;
        if (isStuck && !(await retry.wait())) throw this.#unfinished(error);
      }
    }
  }

  /** Deletes what goes with a marked record, as long as there is some to be seen. */
  async #empty(record: Doomed): Promise<void> {
    for (;;) {
      const before = this.#deleted;
      let some = await this.#dependentsOf(record);
      while (some.length > 0) {
        const { done, large } = await this.step(removing(some, this.#underway)).catch((error: unknown) => {
          throw isCode(error, 'CONFLICT') ? this.#unfinished(error) : error;
        });
        if (large !== undefined) await this.inSteps(large, removingOne(large, this.#underway));
        some = some.slice(large === undefined ? done : done + 1);
      }
      if (this.#deleted === before) return;
    }
  }

  async #dependentsOf({ table, key, id, end }: Doomed): Promise<readonly Doomed[]> {
    const { requester, env } = this.#ground;
    const [item = null] = await getItems(requester, [{ table, key, consistent: true }]);
    const query: FoundItems['query'] = (asked, most) => recordsOf(requester, asked, most, env.now);
    const lists = (end(item, env.now)?.dependents ?? []).map((one) =>
      one.list({ query }, id, transactionLimit),
    );
    return (await Promise.all(lists)).flat().filter((one) => !this.#underway.has(one.id));
  }

  #unfinished(cause?: unknown): TableloomError {
    return cascadeUnfinished(this.#root.entity, this.#deleted, cause);
  }
}

/** Marks a record, unless it is marked already or gone. */
function marking({ entity, table, key, end }: Doomed): Write<null> {
  return {
    kind: 'update',
    entity,
    target: { table, key, consistent: true },
    plan: (found, env) => {
      const ended = end(found.get(table, key), env.now);
      const actions = ended === null || ended.isMarked ? [] : ended.marking;
      return { result: null, actions, items: [] };
    },
  };
}

interface Removed {
  /** So many of the records are gone, from the first. */
  readonly done: number;
  /** The next one, where one transaction does not hold what goes with it. */
  readonly large?: Doomed;
}

/** Deletes as many of some records as one transaction holds, each with all that goes with it. */
function removing(records: readonly Doomed[], underway: ReadonlySet<string>): Write<Removed> {
  return {
    kind: 'remove',
    entity: records[0]?.entity ?? '',
    plan: async (found, env) => {
      await found.load(records.map(({ table, key }) => ({ table, key, consistent: true })));
      const actions = new Actions();
      const items: Planned<unknown>['items'][number][] = [];
      const give = (removed: Removed) => ({ result: removed, actions: actions.all, items });
      for (const [done, record] of records.entries()) {
        const item = found.get(record.table, record.key);
        const seen = new Set([...underway, ...items.map(({ table, key }) => itemId(table, key))]);
        // What is marked was too large before.
        const isLarge = item !== null && isMarked(item);
        const tree = isLarge
          ? undefined
          : await treeOf(found, env.now, [record], {
              room: transactionLimit - items.length,
              levels: nestedAtOnce,
              seen,
            });
        if (tree === undefined || actions.sizeWith(tree.actions) > transactionLimit)
          return give(done === 0 ? { done, large: record } : { done });
        actions.add(tree.actions);
        items.push(...tree.items);
      }
      return give({ done: records.length });
    },
  };
}

/** Deletes a record that was emptied. */
function removingOne(record: Doomed, underway: ReadonlySet<string>): Write<null> {
  return {
    kind: 'remove',
    entity: record.entity,
    plan: async (found, env) => {
      const seen = new Set([...underway].filter((id) => id !== record.id));
      const tree = await treeOf(found, env.now, [record], { room: transactionLimit, seen });
      if (tree === undefined) throw cascadeTooLarge(record.entity);
      return { result: null, ...tree };
    },
  };
}

function isCode(error: unknown, code: ErrorCode): boolean {
  return error instanceof TableloomError && error.code === code;
}
