/** A database, and what one request does with it. */

import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import DataLoader from 'dataloader';
import { v7 } from 'uuid';
import { type PutAllReport, putAll } from './bulk.js';
import { Cursors, identityOf } from './cursors.js';
import { ruleMissing } from './errors.js';
import { getItems, type ItemKey, itemId, keyOfItem } from './items.js';
import { checkKey } from './keysize.js';
import { defaultLimits, type Limits } from './limits.js';
import { readNumber } from './numbers.js';
import { type PageOptions, readPage } from './pages.js';
import { isExpired } from './query.js';
import { Reader } from './reader.js';
import { recount, resume } from './recount.js';
import { Requester, type RequestReport, type Statistics } from './requests.js';
import type { ComputeRulesByName } from './rules.js';
import { type Sdk, sdkOf } from './sdk.js';
import { CursorSealer } from './sealing.js';
import { transact } from './transactions.js';
import { Turns } from './turns.js';
import type {
  Connection,
  EntityCodec,
  IndexQuery,
  IndexRef,
  Item,
  KeptNumber,
  Key,
  PageArguments,
  SequenceRef,
} from './types.js';
import type { Write } from './writes.js';

export interface DatabaseOptions {
  /** The SDK's client, with whatever middleware it is to have; the caller made it and destroys it. */
  readonly client: DynamoDBClient;
  /** Physical table names by logical ones: `resolveTableNames` gives them. */
  readonly tables: Readonly<Record<string, string>>;
  /** At least 16 characters each. The first seals cursors; all open them, so that one can be replaced. */
  readonly cursorSecrets: readonly string[];
  /** The clock; left out, the system's. */
  readonly now?: () => Date;
  /** Makes ids; left out, UUIDs of version 7, which sort by the time they were made. */
  readonly newId?: () => string;
  /** The rules that compute attributes, where the access patterns name some: generated `ComputeRules`. */
  readonly compute?: ComputeRulesByName;
  readonly limits?: Partial<Limits>;
  /** Has DynamoDB tell the capacity each request consumed, for `Session.stats`. */
  readonly capacity?: boolean;
  /** Told of every request of every session before it is sent. */
  readonly onRequest?: (report: RequestReport) => void;
}

export interface SessionOptions {
  /** Aborting it ends what the session has under way with CANCELLED. */
  readonly signal?: AbortSignal;
}

/** The tables of one application. Keeps nothing of what it reads; its sessions do. */
export class Database {
  readonly #options: DatabaseOptions;
  readonly #sdk: Sdk;
  readonly #sealer: CursorSealer;
  readonly #limits: Limits;
  readonly #turns = new Turns();

  /** Throws CONFIGURATION where a cursor secret is missing or too short. */
  constructor(options: DatabaseOptions) {
    this.#options = options;
    this.#sealer = new CursorSealer(options.cursorSecrets);
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#sdk = sdkOf(options.client);
  }

  /** What one request, or one job, reads and writes with. */
  session(options: SessionOptions = {}): Session {
    const { tables, now = () => new Date(), newId = v7, compute = {}, capacity, onRequest } = this.#options;
    const requester = new Requester({
      sdk: this.#sdk,
      tables,
      limits: this.#limits,
      signal: options.signal,
      capacity,
      onRequest,
    });
    return new Session(requester, this.#sealer, { now, newId, compute, turns: this.#turns });
  }
}

/** Where counting stops unless a query says otherwise. */
const defaultUpTo = 10_000;

interface Environment {
  readonly now: () => Date;
  readonly newId: () => string;
  readonly compute: ComputeRulesByName;
  readonly turns: Turns;
}

/** The results of writes, in their order. */
export type WriteResults<W extends readonly Write<unknown>[]> = {
  -readonly [At in keyof W]: W[At] extends Write<infer Result> ? Result : never;
};

/**
 * Reads and writes of one request. It remembers what it has read, so that nothing is read twice, and forgets or
 * replaces that when it writes. Made by `Database.session`.
 */
export class Session {
  readonly #requester: Requester;
  readonly #sealer: CursorSealer;
  readonly #environment: Environment;
  readonly #loader: DataLoader<ItemKey, Item | null, string>;
  readonly #reader: Reader;
  /** Main items as this session's writes left them; null for those it deleted. */
  readonly #written = new Map<string, Item | null>();
  /** The same, and main items that queries brought. */
  readonly #known = new Map<string, Item | null>();
  /** What queries brought and nobody has looked for by key yet. */
  #seen: { readonly index: IndexRef; readonly items: readonly Item[] }[] = [];
  /** Whether numbers that are kept may have been changed by this session. */
  #hasWritten = false;
  /** Answers under way or given, by what was asked. */
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(requester: Requester, sealer: CursorSealer, environment: Environment) {
    this.#requester = requester;
    this.#sealer = sealer;
    this.#environment = environment;
    this.#loader = new DataLoader((keys: readonly ItemKey[]) => getItems(requester, keys), {
      cacheKeyFn: loaderKey,
    });
    this.#reader = new Reader({
      requester,
      now: environment.now,
      items: (keys) => Promise.all(keys.map((key) => this.#item(key))),
      seen: (index, items) => this.#seen.push({ index, items }),
    });
  }

  /** The time, by the database's clock. */
  now(): Date {
    return this.#environment.now();
  }

  /** A new id. */
  newId(): string {
    return this.#environment.newId();
  }

  /** What the session has used so far. */
  stats(): Statistics {
    return this.#requester.statistics();
  }

  /**
   * The record under a primary key, or null. Records asked for in the same tick, of whatever entities and tables,
   * come in one request; a record the session has seen takes none.
   *
   * @param options.consistent reads what was written last, by whomever, at twice the read units
   */
  async get<R extends object>(
    entity: EntityCodec<R>,
    key: Key,
    options: { readonly consistent?: boolean } = {},
  ): Promise<R | null> {
    const item = await this.#item({ table: entity.table, key: checkKey(key, entity.table), ...options });
    return item === null || isExpired(entity, item, this.now()) ? null : entity.read(item);
  }

  /**
   * One page of a query, as Relay's specification of connections has it; see `readPage`. `totalCount`, where it is
   * kept and asked, is read beside the page.
   */
  async connection<R extends object, E extends object = object>(
    query: IndexQuery<R, E>,
    page: PageArguments = {},
    options: PageOptions = {},
  ): Promise<Connection<R, E>> {
    const { first, after, last, before } = page;
    const identity = identityOf(query);
    const asked = [first ?? null, after ?? null, last ?? null, before ?? null, options.wants ?? null];
    const read = this.#once(
      ['page', identity, windowOf(query), asked, fieldsAsked(query, options.fields)],
      () => readPage(this.#reader, query, new Cursors(this.#sealer, query, identity), page, options),
    );
    if (query.total === undefined || options.wants?.totalCount === false) return read;
    const [connection, totalCount] = await Promise.all([read, this.kept(query.total)]);
    return { ...connection, totalCount };
  }

  /**
   * The first records of a query, at most `max` of them. READ_BUDGET where a filter matches so few that they are
   * not found within the reads one query may make.
   */
  list<R extends object>(
    query: IndexQuery<R>,
    max: number = query.page.max,
    options: Pick<PageOptions, 'fields'> = {},
  ): Promise<readonly R[]> {
    const { fields } = options;
    return this.#once(['list', identityOf(query), windowOf(query), max, fieldsAsked(query, fields)], () =>
      this.#reader.list(query, max, { fields }),
    );
  }

  /** The first record of a query, or null. */
  async one<R extends object>(
    query: IndexQuery<R>,
    options: Pick<PageOptions, 'fields'> = {},
  ): Promise<R | null> {
    const [first = null] = await this.list(query, 1, options);
    return first;
  }

  /** All records of a query, however many: for jobs and rules, not for fields a client may ask. Remembers none. */
  each<R extends object>(query: IndexQuery<R>): AsyncGenerator<R, void, undefined> {
    return this.#reader.each(query);
  }

  /**
   * Whether a query has a record. READ_BUDGET where a filter drops so much that none is found within the reads
   * one query may make.
   */
  async exists<R extends object>(query: IndexQuery<R>): Promise<boolean> {
    // Of what expires only the record itself tells whether it has.
    const fields = query.entity.ttl === undefined ? new Set<string>() : undefined;
    return (await this.list(query, 1, { fields })).length > 0;
  }

  /**
   * How many items a query has, counted up to `cap`. READ_BUDGET where a filter drops so much that the number is
   * not found within the reads one query may make.
   */
  count<R extends object>(query: IndexQuery<R>, cap: number = query.upTo ?? defaultUpTo): Promise<number> {
    return this.#once(['count', identityOf(query), windowOf(query), cap], () =>
      this.#reader.count(query, cap),
    );
  }

  /**
   * A number that writes keep: one get, batched with others, of each item it is spread over. Once the session has
   * written, it sees what was written last.
   */
  kept<R extends object>(number: KeptNumber<R>): Promise<number> {
    const consistent = this.#hasWritten || number.consistent === true;
    return readNumber(number, (key) => this.#item({ ...key, consistent }));
  }

  /**
   * Sets a number that writes keep to what these records make of it, and gives it; see `recount`. For tables that held
   * records before the number was declared.
   */
  async recount<R extends object>(
    number: KeptNumber<R>,
    records: Iterable<R> | AsyncIterable<R>,
  ): Promise<number> {
    this.#hasWritten = true;
    const value = await recount(this.#requester, number, records);
    this.#forget();
    return value;
  }

  /**
   * Moves a sequence on to the greatest number these records have, and gives that; see `resume`. For tables that held
   * numbered records before the sequence was declared.
   */
  resume(sequence: SequenceRef, records: Iterable<object> | AsyncIterable<object>): Promise<number> {
    return resume(this.#requester, sequence, records);
  }

  /**
   * Carries out writes, all or none, and gives their results in order. Records they rest on are read, strongly
   * consistent, and all is computed anew where others change them meanwhile. At most 100 items, entries, versions,
   * guards and kept numbers included; several writes of one record are refused (WRITE_TWICE).
   */
  async write<const W extends readonly Write<unknown>[]>(...writes: W): Promise<WriteResults<W>> {
    this.#hasWritten = true;
    try {
      const { results, items } = await transact(
        this.#requester,
        this.#environment.turns,
        writes,
        this.#writeEnvironment(),
      );
      for (const { table, key, item } of items) this.#written.set(itemId(table, key), item);
      this.#forget();
      return results as WriteResults<W>;
    } catch (error) {
      // Somebody was faster, or it is not known whether the write took place: nothing that was read still counts.
      this.#written.clear();
      this.#forget();
      throw error;
    }
  }

  /** Loads many new records, unconditionally: for seeds and imports only; see `putAll` in bulk.ts. */
  async putAll(writes: Iterable<Write<unknown>> | AsyncIterable<Write<unknown>>): Promise<PutAllReport> {
    this.#hasWritten = true;
    const report = await putAll(this.#requester, writes, this.#writeEnvironment());
    this.#forget();
    return report;
  }

  /** One moment for all records of one call. */
  #writeEnvironment() {
    const now = this.now();
    const { newId, compute } = this.#environment;
    const rule = (name: string) => {
      const found = Object.hasOwn(compute, name) ? compute[name] : undefined;
      if (typeof found !== 'function') throw ruleMissing(name);
      return found;
    };
    return { now, newId, rule };
  }

  #item(key: ItemKey): Promise<Item | null> {
    const known = key.consistent ? undefined : this.#lookUp(itemId(key.table, key.key));
    return known === undefined ? this.#loader.load(key) : Promise.resolve(known);
  }

  #lookUp(id: string): Item | null | undefined {
    for (const { index, items } of this.#seen) {
      for (const item of items) {
        const seen = itemId(index.table, keyOfItem(index.table, item));
        if (!this.#known.has(seen)) this.#known.set(seen, item);
      }
    }
    this.#seen = [];
    return this.#known.get(id);
  }

  #forget(): void {
    this.#known.clear();
    this.#seen = [];
    // Indexes lag behind: what this session wrote must not be overlaid by what they still show.
    for (const [id, item] of this.#written) this.#known.set(id, item);
    this.#answers.clear();
    this.#loader.clearAll();
  }

  #once<T>(asked: readonly unknown[], answer: () => Promise<T>): Promise<T> {
    const key = JSON.stringify(asked);
    const known = this.#answers.get(key);
    if (known !== undefined) return known as Promise<T>;
    const given = answer();
    this.#answers.set(key, given);
    return given;
  }
}

function loaderKey({ table, key, consistent }: ItemKey): string {
  return `${consistent ? '!' : ''}${itemId(table, key)}`;
}

/** A bucketed query's window, which its cursors do not depend on, but its answer does. */
function windowOf<R extends object>({ partitions }: IndexQuery<R>): unknown {
  return partitions.kind === 'sequence' ? partitions.keys : null;
}

/** The fields asked make a difference only where the index does not hold all. */
function fieldsAsked<R extends object>(
  { holds }: IndexQuery<R>,
  fields: ReadonlySet<string> | undefined,
): unknown {
  return holds.kind === 'some' && fields !== undefined ? [...fields].sort() : null;
}
