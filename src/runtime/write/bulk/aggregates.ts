/** Aggregates of a bulk load: added up while it runs, and written when it ends. */
import type { Requester } from '../../client/requests.js';
import { conflict } from '../../errors.js';
import { ItemReads } from '../../read/batch-get.js';
import type { SequenceRef } from '../../types.js';
import type { Action } from '../action.js';
import { transactionLimit } from '../action.js';
import { Numbering } from '../aggregates/aggregates.js';
import { commit, errorOf } from '../commit.js';
import { Actions } from '../merge.js';

type Addition = Action & { readonly kind: 'add' };

/** The additions that a record's write would make. */
export function additionsOf(actions: readonly Action[]): readonly Addition[] {
  return actions.filter((action) => action.kind === 'add');
}

/**
 * A sequence is read when a record first takes a number of it, and continues from there in the order of the records.
 * `finish` makes all additions and moves the sequences forward, a hundred items to a transaction, without bounds.
 */
export class BulkAggregates {
  readonly #requester: Requester;
  readonly #numbering: Numbering;

  constructor(requester: Requester) {
    this.#requester = requester;
    this.#numbering = new Numbering(new ItemReads(requester));
  }

  next(sequence: SequenceRef): Promise<number> {
    return this.#numbering.next(sequence);
  }

  /** VALUE_INVALID where a sum exceeds its range; CONFLICT where another writer took numbers meanwhile; BUSY where DynamoDB was overloaded until the deadline. */
  async finish(additions: Iterable<Addition>): Promise<void> {
    const actions = new Actions();
    for (const { max: _bound, ...addition } of additions) actions.add([addition]);
    actions.add(this.#numbering.actions);
    const all = actions.all;
    for (let at = 0; at < all.length; at += transactionLimit)
      await this.#send(all.slice(at, at + transactionLimit));
  }

  async #send(actions: readonly Action[]): Promise<void> {
    const retry = this.#requester.retry();
    for (;;) {
      const outcome = await commit(this.#requester, actions);
      if (outcome.kind === 'done') return;
      if (outcome.kind === 'stale') {
        const { cause } = outcome.error;
        const [problem] = outcome.failed.flatMap((failure) => errorOf(failure, cause) ?? []);
        throw problem ?? conflict(cause);
      }
      if (!(await retry.wait())) throw outcome.error;
    }
  }
}
