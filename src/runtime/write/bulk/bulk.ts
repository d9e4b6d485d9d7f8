/** Loads many new records. */
import type { BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Requester } from '../../client/requests.js';
import { busy, fromAws, TableloomError, valueTaken } from '../../errors.js';
import { itemId, keyOfItem } from '../../keys/item-key.js';
import type { Item, Key, TableRef } from '../../types.js';
import type { Action } from '../action.js';
import type { CallEnvironment, FoundItems, Write, WriteEnvironment } from '../write.js';
import { additionsOf, BulkAggregates } from './aggregates.js';

/** DynamoDB takes at most this many items in one BatchWriteItem ("BatchWriteItem", API reference). */
export const batchWriteLimit = 25;

/** How many BatchWriteItems run at the same time. */
const batchesAtOnce = 8;

/** The outcome of a bulk load. */
export interface PutAllReport {
  /** How many records were written with all of their items. */
  readonly written: number;
  /** Records of which at least one item was not written, or may not have been, and why. */
  readonly unwritten: readonly Unwritten[];
  /** False where the session was aborted before all writes had been taken from their source. */
  readonly isComplete: boolean;
}

export interface Unwritten {
  readonly entity: string;
  /** The key of the main item; null where the record could not be computed. */
  readonly key: Key | null;
  readonly error: Error;
}

interface PendingRecord {
  readonly entity: string;
  readonly key: Key | null;
  readonly additions: ReturnType<typeof additionsOf>;
  error?: Error;
}

interface PendingItem {
  readonly table: TableRef;
  readonly item: Item;
  readonly record: PendingRecord;
}

const nothing: FoundItems = { get: () => null, load: async () => {}, query: async () => [] };

type WriteSource = Iterable<Write<unknown>> | AsyncIterable<Write<unknown>>;

/**
 * Puts new records with their entries, versions and guards, 25 items to a request, in parallel. For seeds and imports
 * into tables that nobody else writes to: nothing is conditional. A record with the same key is overwritten, while its
 * old entries stay; unique values are compared only within this call; references are not checked.
 *
 * No record stops another: one that cannot be computed, or has the key of an earlier one, is reported and skipped with
 * the writes alongside it. Unprocessed items are sent again until the deadline. After an abort no more writes are taken
 * from the source: those that were taken are written and reported. What the source throws is thrown after those are
 * written.
 *
 * Aggregates count the records that were written with all of their items: they are added up, without regard to bounds,
 * and written last, however the load ends. Where that fails, so does the call (CONFLICT, BUSY); `Session.recount` and
 * `Session.resume` repair them. A sequence number that a failed record took is skipped.
 */
export async function putAll(
  requester: Requester,
  writes: WriteSource,
  env: CallEnvironment,
  signal: AbortSignal | undefined,
): Promise<PutAllReport> {
  await requester.ready();
  const load = new BulkLoad(requester, env);
  let isComplete: boolean;
  try {
    isComplete = await load.takeAll(writes, signal);
  } finally {
    await load.settle();
  }
  return load.report(isComplete);
}

class BulkLoad {
  readonly #requester: Requester;
  readonly #env: WriteEnvironment;
  readonly #numbers: BulkAggregates;
  readonly #records: PendingRecord[] = [];
  readonly #taken = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  #batch: PendingItem[] = [];

  constructor(requester: Requester, env: CallEnvironment) {
    this.#requester = requester;
    this.#numbers = new BulkAggregates(requester);
    this.#env = { ...env, earlier: [], next: this.#numbers.next.bind(this.#numbers) };
  }

  /** Returns false where it was aborted first. */
  async takeAll(writes: WriteSource, signal: AbortSignal | undefined): Promise<boolean> {
    for await (const write of whilst(writes, signal)) {
      if (write.kind !== 'create') throw new TypeError('putAll takes only writes made by create');
      await this.#take(write);
    }
    return signal?.aborted !== true;
  }

  /** Sends what is left, waits for all requests, and writes the aggregates. */
  async settle(): Promise<void> {
    if (this.#batch.length > 0) await this.#flush();
    await Promise.all(this.#running);
    await this.#numbers.finish(
      this.#records.flatMap(({ error, additions }) => (error === undefined ? additions : [])),
    );
  }

  report(isComplete: boolean): PutAllReport {
    const unwritten = this.#records.flatMap(({ entity, key, error }) =>
      error === undefined ? [] : [{ entity, key, error }],
    );
    return { written: this.#records.length - unwritten.length, unwritten, isComplete };
  }

  async #take(write: Write<unknown>): Promise<void> {
    const { entity } = write;
    let key: Key | null = null;
    let puts: readonly Put[];
    let further: readonly Write<unknown>[];
    let additions: PendingRecord['additions'] = [];
    let isPublished = false;
    try {
      const { actions, alongside } = await write.plan(nothing, this.#env);
      isPublished = actions.some(({ event }) => event !== undefined);
      puts = actions.filter((action) => action.kind === 'put');
      key = puts[0]?.key ?? null;
      const double = puts.find(({ table, key }) => this.#taken.has(itemId(table, key)));
      if (double !== undefined) {
        this.#records.push({ entity, key, additions, error: doubleError(double) });
        return;
      }
      additions = additionsOf(actions);
      further = (await alongside?.()) ?? [];
    } catch (error) {
      this.#records.push({ entity, key, additions, error: asError(error) });
      return;
    }
    if (isPublished)
      throw new TypeError('putAll writes records without transactions, so it cannot publish their events');
    const record: PendingRecord = { entity, key, additions };
    this.#records.push(record);
    for (const { table, key, item } of puts) {
      this.#taken.add(itemId(table, key));
      this.#batch.push({ table, item, record });
      if (this.#batch.length === batchWriteLimit) await this.#flush();
    }
    for (const one of further) {
      if (one.kind !== 'create') throw new TypeError('putAll takes only writes made by create');
      await this.#take(one);
    }
  }

  async #flush(): Promise<void> {
    const full = this.#batch;
    this.#batch = [];
    if (this.#running.size >= batchesAtOnce) await Promise.race(this.#running);
    const sent: Promise<void> = send(this.#requester, full).finally(() => this.#running.delete(sent));
    this.#running.add(sent);
  }
}

/** The writes of a source until the signal is aborted, even while the source is awaited. */
async function* whilst(writes: WriteSource, signal: AbortSignal | undefined): AsyncGenerator<Write<unknown>> {
  const aborted = new Promise<'aborted'>((resolve) => {
    if (signal?.aborted) resolve('aborted');
    else signal?.addEventListener('abort', () => resolve('aborted'), { once: true });
  });
  const source = Symbol.asyncIterator in writes ? writes[Symbol.asyncIterator]() : writes[Symbol.iterator]();
  let isOver = false;
  try {
    while (!signal?.aborted) {
      const next = await Promise.race([source.next(), aborted]);
      if (next === 'aborted') return;
      if (next.done) {
        isOver = true;
        return;
      }
      yield next.value;
    }
  } finally {
    // A source that is awaited may never answer: it is notified, and not awaited.
    if (!isOver) void Promise.resolve(source.return?.()).catch(() => undefined);
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}

type Put = Action & { readonly kind: 'put' };

function doubleError({ purpose }: Action): TableloomError {
  if (purpose.kind === 'guard') return valueTaken(purpose);
  return new TableloomError('WRITE_TWICE', `Two records of ${purpose.entity} have the same key.`, {
    entity: purpose.entity,
  });
}

type PutRequests = NonNullable<BatchWriteCommandInput['RequestItems']>;

/** Never rejects: failures are noted in the records. */
async function send(requester: Requester, items: readonly PendingItem[]): Promise<void> {
  const owners = new Map<string, PendingItem>();
  let pending: PutRequests = {};
  const tables = new Map<string, TableRef>();
  try {
    for (const entry of items) {
      const { table, item } = entry;
      const name = requester.tableName(table);
      tables.set(name, table);
      owners.set(itemId(table, keyOfItem(table, item)), entry);
      pending[name] = [...(pending[name] ?? []), { PutRequest: { Item: item } }];
    }
    const retry = requester.retry();
    for (;;) {
      const { UnprocessedItems = {} } = await requester.send(
        'BatchWriteItem',
        { RequestItems: pending },
        'batch',
      );
      pending = UnprocessedItems;
      if (Object.keys(pending).length === 0) return;
      if (!(await retry.wait())) throw busy();
    }
  } catch (thrown) {
    const error = fromAws(thrown);
    for (const [name, requests] of Object.entries(pending)) {
      for (const { PutRequest: put } of requests) {
        const table = tables.get(name);
        const owner = table && put?.Item && owners.get(itemId(table, keyOfItem(table, put.Item as Item)));
        if (owner) owner.record.error = error;
      }
    }
  }
}
