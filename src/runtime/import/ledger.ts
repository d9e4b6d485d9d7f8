/** Where the target table has the account of an import: items of partitions of their own. */
import { createHash } from 'node:crypto';
import type { Requester } from '../client/requests.js';
import { TableloomError } from '../errors.js';
import type { ItemKey } from '../keys/item-key.js';
import { getItems } from '../read/batch-get.js';
import type { Item, Key, TableRef } from '../types.js';
import type { Action, Condition } from '../write/action.js';
import { commit } from '../write/commit.js';
import { absent } from '../write/entity/unchanged.js';
import type { SourceMapping } from './mapping.js';

/** On a record's main item: the row that it became of (`users#42`), and a hash of it. */
export const stampAttributes = { source: '_source', row: '_row' } as const;

export function stampOf({ name }: SourceMapping, key: string): string {
  return `${name}#${key}`;
}

/** A row that did not become a record. `deleted`: it was deleted while rows were imported. */
export interface LedgerEntry {
  readonly source: string;
  readonly key: string;
  readonly outcome: 'merged' | 'rejected' | 'deleted';
  readonly code: string;
  readonly reason: string;
  /** The row whose record it was merged into. */
  readonly into?: string;
  readonly hash?: string;
  /** The identity of the row's record, as JSON: of a row whose key is secret, nothing else leads there. */
  readonly identity?: string;
}

const shards = 16;

/** The account in one table. */
export class Ledger {
  readonly table: TableRef;
  readonly #requester: Requester;

  /** CONFIGURATION where no table of the entities has a sort key. */
  constructor(requester: Requester, tables: readonly TableRef[]) {
    const table = tables.find(({ sort }) => sort !== undefined);
    if (table === undefined)
      throw new TableloomError(
        'CONFIGURATION',
        'No table of the imported entities has a sort key, which the account of an import needs. Add one to a table.',
      );
    this.table = table;
    this.#requester = requester;
  }

  place(partition: string, sort: string): Key {
    return { [this.table.partition]: partition, [this.table.sort ?? '']: sort };
  }

  entryKey(source: string, key: string): Key {
    const shard = (createHash('sha256').update(key).digest()[0] ?? 0) % shards;
    return this.place(partitionOf(source, shard), key);
  }

  put(entry: LedgerEntry, at: Date): Action {
    const { source, key, outcome, code, reason, into, hash, identity } = entry;
    const place = this.entryKey(source, key);
    const item: Item = { ...place, outcome, code, reason, at: at.toISOString() };
    if (into !== undefined) item['into'] = into;
    if (hash !== undefined) item['hash'] = hash;
    if (identity !== undefined) item['identity'] = identity;
    return { kind: 'put', table: this.table, key: place, item, purpose: { kind: 'derived', entity: source } };
  }

  /** @param asRead on the condition that the entry is still this one, or null: that there is none */
  remove(source: string, key: string, asRead?: LedgerEntry | null): Action {
    const place = this.entryKey(source, key);
    const purpose = { kind: 'derived', entity: source } as const;
    const condition =
      asRead === undefined ? undefined : asRead === null ? absent(this.table) : isStill(asRead);
    return { kind: 'delete', table: this.table, key: place, purpose, ...(condition && { condition }) };
  }

  read(source: string, item: Item): LedgerEntry {
    const { outcome, code, reason, into, hash, identity } = item;
    return {
      source,
      key: String(item[this.table.sort ?? '']),
      outcome: outcome as LedgerEntry['outcome'],
      code: String(code),
      reason: String(reason),
      ...(typeof into === 'string' && { into }),
      ...(typeof hash === 'string' && { hash }),
      ...(typeof identity === 'string' && { identity }),
    };
  }

  async get(source: string, keys: readonly string[]): Promise<(LedgerEntry | undefined)[]> {
    if (keys.length === 0) return [];
    const places = keys.map((key) => ({
      table: this.table,
      key: this.entryKey(source, key),
      consistent: true,
    }));
    const items = await getItems(this.#requester, places);
    return items.map((item) => (item === null ? undefined : this.read(source, item)));
  }

  /** All entries of a source. */
  async *entries(source: string): AsyncGenerator<LedgerEntry> {
    for (let shard = 0; shard < shards; shard++)
      for await (const item of this.items(partitionOf(source, shard))) yield this.read(source, item);
  }

  /** The items of a partition. */
  async *items(partition: string): AsyncGenerator<Item> {
    let after: Key | undefined;
    do {
      const { Items = [], LastEvaluatedKey } = await this.#requester.send(
        'Query',
        {
          TableName: this.#requester.tableName(this.table),
          KeyConditionExpression: '#p = :p',
          ExpressionAttributeNames: { '#p': this.table.partition },
          ExpressionAttributeValues: { ':p': partition },
          ConsistentRead: true,
          ...(after && { ExclusiveStartKey: after }),
        },
        'import',
      );
      yield* Items as Item[];
      after = LastEvaluatedKey as Key | undefined;
    } while (after !== undefined);
  }

  async getOne(partition: string, sort: string): Promise<Item | null> {
    return (await this.getMany(partition, [sort]))[0] ?? null;
  }

  getMany(partition: string, sorts: readonly string[]): Promise<(Item | null)[]> {
    return getItems(this.#requester, this.places(partition, sorts));
  }

  /** What is read of items of a partition. */
  places(partition: string, sorts: readonly string[]): (ItemKey & { readonly consistent: true })[] {
    return sorts.map((sort) => ({ table: this.table, key: this.place(partition, sort), consistent: true }));
  }

  async write(partition: string, sort: string, values: Item): Promise<void> {
    await this.#requester.send(
      'PutItem',
      {
        TableName: this.#requester.tableName(this.table),
        Item: { ...this.place(partition, sort), ...values },
      },
      'import',
    );
  }

  /** False where it is there already. */
  create(partition: string, sort: string, values: Item): Promise<boolean> {
    return this.#writeIf(absent(this.table), partition, sort, values);
  }

  /** False where the `number` of the item is not the one that was read. @param before 0: there may be no item */
  replace(partition: string, sort: string, values: Item, before: number): Promise<boolean> {
    const isSame = {
      expression: before === 0 ? 'attribute_not_exists(#n) OR #n = :n' : '#n = :n',
      names: { '#n': 'number' },
      values: { ':n': before },
    };
    return this.#writeIf(isSame, partition, sort, values);
  }

  async #writeIf(condition: Condition, partition: string, sort: string, values: Item): Promise<boolean> {
    const key = this.place(partition, sort);
    const purpose = { kind: 'derived', entity: partition } as const;
    const item = { ...key, ...values };
    const put: Action = { kind: 'put', table: this.table, key, item, purpose, condition };
    const outcome = await commit(this.#requester, [put]);
    if (outcome.kind === 'busy') throw outcome.error;
    return outcome.kind === 'done';
  }

  async erase(partition: string, sort: string): Promise<void> {
    await this.#requester.send(
      'DeleteItem',
      { TableName: this.#requester.tableName(this.table), Key: this.place(partition, sort) },
      'import',
    );
  }
}

function isStill({ outcome, code, hash }: LedgerEntry): Condition {
  const names = { '#outcome': 'outcome', '#code': 'code', '#hash': 'hash' };
  const values = { ':outcome': outcome, ':code': code, ...(hash !== undefined && { ':hash': hash }) };
  const isOfRow = hash === undefined ? 'attribute_not_exists(#hash)' : '#hash = :hash';
  return { expression: `#outcome = :outcome AND #code = :code AND ${isOfRow}`, names, values };
}

function partitionOf(source: string, shard: number): string {
  return `_IMPORT#${source}#${shard.toString(16)}`;
}

/** Of a source, what is known of its scan. */
export function scanPartition(source: string): string {
  return `_IMPORT#${source}`;
}

export const switchPartition = '_IMPORT';
