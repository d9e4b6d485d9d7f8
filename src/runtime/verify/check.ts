/** What the parts of one verification share. */
import type { Requester } from '../client/requests.js';
import { conflict, TableloomError } from '../errors.js';
import { isExpired } from '../expiry.js';
import { type ItemKey, itemId, keyOfItem } from '../keys/item-key.js';
import { getItems, ItemReads } from '../read/batch-get.js';
import { snapshot, transactReadLimit } from '../read/transact-read.js';
import { isOfStorage } from '../reindex/record.js';
import type { Run } from '../reindex/run.js';
import type { AnyCodec } from '../reindex/types.js';
import type { AttributeValue, Item, Key, TableRef } from '../types.js';
import { sameValue } from '../values.js';
import type { Action } from '../write/action.js';
import { commit } from '../write/commit.js';
import type { Fault, Findings } from './findings.js';
import type { StoredTypes } from './types.js';
import { wrongValue } from './values.js';

/** What may be wrong with an item, and the actions that repair it. */
export interface Diagnosis {
  readonly faults: readonly Fault[];
  readonly actions: readonly Action[];
}

export const healthy: Diagnosis = { faults: [], actions: [] };

/** A look at an item with what it depends on, which is taken again before it is reported. */
export interface Look {
  readonly entity: string;
  readonly table: TableRef;
  readonly key: Key;
  /** What else has to be read to judge the item. */
  keysOf(item: Item): readonly ItemKey[];
  diagnose(item: Item, reads: ItemReads): Promise<Diagnosis>;
  /** `first`: it is reported, and repaired at the second look, when all records have what they should. */
  readonly turn?: 'first' | 'second';
}

/** How many items wait for the end of a run at most; more are left to the next one. */
const mostPostponed = 100_000;

export class Check {
  readonly run: Run;
  readonly findings: Findings;
  readonly types: StoredTypes | undefined;
  readonly repair: boolean;
  /** Entities with records that cannot be read: who knows what they count. */
  readonly uncertain = new Set<string>();
  /** Guards that are not there, with the first record that should have them. */
  readonly claims = new Map<string, string>();
  /** Keys of items that wait for a second look. */
  readonly postponed: ItemKey[] = [];
  /** Keys of records that are looked at again at the end of a run. */
  readonly again = new Map<string, ItemKey>();

  constructor(run: Run, findings: Findings, types: StoredTypes | undefined, repair: boolean) {
    this.run = run;
    this.findings = findings;
    this.types = types;
    this.repair = repair;
  }

  get requester(): Requester {
    return this.run.requester;
  }

  /** Whether DynamoDB may have deleted an item of a record, or may do so at any moment. */
  isExpired(table: TableRef, item: Item): boolean {
    const ttl = this.run.expiry(table.name);
    return isExpired({ ...(ttl !== undefined && { ttl }) }, item, this.run.now());
  }

  /** Whether a record has expired. A time of expiry that its fields do not give is a fault, and expires nothing. */
  hasExpired(codec: AnyCodec, item: Item): boolean {
    const { ttl } = codec;
    const now = this.run.now();
    if (ttl === undefined || !isExpired(codec, item, now)) return false;
    try {
      const ours = codec.item(this.run.read(codec, item));
      return !(ttl in ours) || sameValue(ours[ttl], item[ttl]) || isExpired(codec, ours, now);
    } catch (error) {
      reasonOf(error);
      return true;
    }
  }

  /** Why the record of a main item cannot be read; undefined where it can. */
  unreadable(codec: AnyCodec, item: Item): string | undefined {
    try {
      return wrongValue(codec, this.types?.[codec.name], item);
    } catch (error) {
      return reasonOf(error);
    }
  }

  /** Whether a main item is under the key that its attributes give, and can be read. */
  isSound(codec: AnyCodec, table: TableRef, item: Item): boolean {
    if (this.unreadable(codec, item) !== undefined) return false;
    try {
      const place = codec.key(this.run.read(codec, item));
      return itemId(codec.table, place) === itemId(table, keyOfItem(table, item));
    } catch (error) {
      reasonOf(error);
      return false;
    }
  }

  /**
   * Judges an item by what was read so far. What looks wrong is read again as of one moment, and reported if it is still so;
   * repaired on the condition that it still is.
   */
  async look(look: Look, item: Item, known: ItemReads): Promise<void> {
    const first = await look.diagnose(item, known);
    if (first.faults.length === 0) return this.#healthy(look);
    const retry = this.requester.retry();
    try {
      for (let seen = item; ; ) {
        const [now, reads] = await this.#again(look, seen);
        if (now === null || reads === null) return this.#healthy(look);
        const { faults, actions } = await look.diagnose(now, reads);
        if (faults.length === 0) return this.#healthy(look);
        const repairs = this.repair && !this.#isPostponed(look) ? actions : [];
        const outcome = await commit(this.requester, repairs);
        if (outcome.kind === 'done') {
          for (const fault of faults)
            if (look.turn === 'second') this.findings.settle(fault);
            else this.findings.add(fault, this.repair && fault.isRepairable && repairs.length > 0);
          return;
        }
        if (!(await retry.wait())) throw conflict(outcome.error.cause);
        seen = now;
      }
    } catch (error) {
      if (!(error instanceof TableloomError) || isOfStorage(error)) throw error;
      this.findings.skip(look.entity, look.table, look.key, error.message);
    }
  }

  /** Where something is repaired, what could not be at first may be at the end of the run. */
  lookAgain(table: TableRef, key: Key): void {
    if (this.repair && this.again.size < mostPostponed) this.again.set(itemId(table, key), { table, key });
  }

  #healthy({ turn, table, key }: Look): void {
    if (turn === 'second') this.findings.withdraw(table, key);
  }

  #isPostponed({ turn, table, key }: Look): boolean {
    if (!this.repair || turn !== 'first') return false;
    if (this.postponed.length < mostPostponed) this.postponed.push({ table, key });
    return true;
  }

  /** The item with all that it depends on, as of one moment; null where it is gone. */
  async #again({ table, key, keysOf }: Look, item: Item): Promise<[Item | null, ItemReads | null]> {
    const retry = this.requester.retry();
    for (let last = item; ; ) {
      const keys = [{ table, key }, ...keysOf(last)];
      const items = await this.#moment(keys);
      const reads = new ItemReads(this.requester);
      for (const [at, one] of keys.entries()) reads.know(itemId(one.table, one.key), items[at] ?? null);
      const now = reads.get(table, key);
      if (now === null) return [null, null];
      if (keysOf(now).every((one) => reads.has(one.table, one.key))) return [now, reads];
      if (!(await retry.wait())) throw conflict();
      last = now;
    }
  }

  /** Items as of one moment; more than a transaction reads are read until they are twice the same. */
  async #moment(keys: readonly ItemKey[]): Promise<(Item | null)[]> {
    if (keys.length <= transactReadLimit) return snapshot(this.requester, keys);
    const consistent = keys.map((one) => ({ ...one, consistent: true }));
    const retry = this.requester.retry();
    for (let before = await getItems(this.requester, consistent); ; ) {
      const after = await getItems(this.requester, consistent);
      if (
        after.every((item, at) => sameValue(item as AttributeValue, (before[at] ?? null) as AttributeValue))
      )
        return after;
      if (!(await retry.wait())) throw conflict();
      before = after;
    }
  }
}

/** What an error says of a record's attributes; throws on what is not theirs. */
export function reasonOf(error: unknown): string {
  if (error instanceof TableloomError && (isOfStorage(error) || error.code === 'RULE_MISSING')) throw error;
  return error instanceof Error ? error.message : String(error);
}
