/** Loading many new records at once. */
import type { BatchWriteCommandInput } from '@aws-sdk/lib-dynamodb';
import type { Action } from './actions.js';
import { additionsOf, BulkNumbers } from './bulk-numbers.js';
import { busy, fromAws, TableloomError, uniqueViolation } from './errors.js';
import { itemId, keyOfItem } from './items.js';
import type { Requester } from './requests.js';
import type { Item, Key, TableRef } from './types.js';
import type { CallEnvironment, FoundItems, Write, WriteEnvironment } from './writes.js';

/** DynamoDB takes at most this many items in one BatchWriteItem ("BatchWriteItem", API reference). */
export const batchWriteLimit = 25;

/** How many BatchWriteItems are under way at once. */
const batchesAtOnce = 8;

/** What became of a bulk load. */
export interface PutAllReport {
  /** How many records were written whole. */
  readonly written: number;
  /** Records of which at least one item was not written, and why. */
  readonly unwritten: readonly Unwritten[];
}

export interface Unwritten {
  readonly entity: string;
  /** The key of the main item. */
  readonly key: Key;
  readonly error: TableloomError;
}

interface PendingRecord {
  readonly entity: string;
  readonly key: Key;
  readonly additions: ReturnType<typeof additionsOf>;
  error?: TableloomError;
}

interface PendingItem {
  readonly table: TableRef;
  readonly item: Item;
  readonly record: PendingRecord;
}

const nothing: FoundItems = { get: () => null, load: async () => {}, query: async () => [] };

/**
 * Puts new records with their entries, versions and guards, 25 items to a request, side by side. For seeds and
 * imports into tables nobody else writes to: nothing is conditional, so that a record with the same key is
 * overwritten without its old entries being removed, and unique values are compared only within this call. Nor is it
 * checked that what a record names is there.
 * Unprocessed items are sent again until the deadline; records that could not be written whole are reported.
 * Numbers kept beside records are added up, without regard to bounds, and written when all records are; where the
 * call fails before that, `Session.recount` puts them right.
 */
export async function putAll(
  requester: Requester,
  writes: Iterable<Write<unknown>> | AsyncIterable<Write<unknown>>,
  env: CallEnvironment,
): Promise<PutAllReport> {
  const numbers = new BulkNumbers(requester);
  const records: PendingRecord[] = [];
  const taken = new Set<string>();
  const running = new Set<Promise<void>>();
  let batch: PendingItem[] = [];
  const flush = async () => {
    const full = batch;
    batch = [];
    if (running.size >= batchesAtOnce) await Promise.race(running);
    const sent: Promise<void> = send(requester, full).finally(() => running.delete(sent));
    running.add(sent);
  };
  for await (const write of withFurther(writes, { ...env, next: numbers.next.bind(numbers) })) {
    const [main] = write.actions;
    if (main === undefined) continue;
    const record: PendingRecord = { entity: main.purpose.entity, key: main.key, additions: write.additions };
    records.push(record);
    const double = write.actions.find(({ table, key }) => taken.has(itemId(table, key)));
    if (double !== undefined) {
      record.error = doubleError(double);
      continue;
    }
    for (const action of write.actions) {
      taken.add(itemId(action.table, action.key));
      batch.push({ table: action.table, item: action.item, record });
      if (batch.length === batchWriteLimit) await flush();
    }
  }
  if (batch.length > 0) await flush();
  await Promise.all(running);
  await numbers.finish(records.flatMap(({ error, additions }) => (error === undefined ? additions : [])));
  const unwritten = records.flatMap(({ entity, key, error }) =>
    error === undefined ? [] : [{ entity, key, error }],
  );
  return { written: records.length - unwritten.length, unwritten };
}

type Put = Action & { readonly kind: 'put' };

async function* withFurther(
  writes: Iterable<Write<unknown>> | AsyncIterable<Write<unknown>>,
  env: WriteEnvironment,
): AsyncGenerator<{ readonly actions: readonly Put[]; readonly additions: PendingRecord['additions'] }> {
  for await (const write of writes) {
    if (write.kind !== 'create') throw new TypeError('putAll takes only writes made by create');
    const { actions, alongside } = await write.plan(nothing, env);
    yield { actions: actions.filter((action) => action.kind === 'put'), additions: additionsOf(actions) };
    yield* withFurther((await alongside?.()) ?? [], env);
  }
}

function doubleError({ purpose }: Action): TableloomError {
  if (purpose.kind === 'guard') return uniqueViolation(purpose.entity, purpose.field);
  return new TableloomError('WRITE_TWICE', `Two records of ${purpose.entity} have the same key.`, {
    entity: purpose.entity,
  });
}

type PutRequests = NonNullable<BatchWriteCommandInput['RequestItems']>;

/** Never rejects: what fails is noted in the records. */
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
      const { UnprocessedItems = {} } = await requester.send('BatchWriteItem', { RequestItems: pending });
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
