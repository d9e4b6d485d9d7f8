/** What one request reads and writes with. */
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type DocumentRequests, documentRequests } from '../client/document.js';
import type { Requester, Statistics } from '../client/requests.js';
import { ruleMissing, TableloomError } from '../errors.js';
import { isExpired } from '../expiry.js';
import { checkKey } from '../keys/limits.js';
import { Cursors, identityOf } from '../read/cursor/cursors.js';
import type { CursorSealer } from '../read/cursor/sealing.js';
import { type PageOptions, readPage } from '../read/pages.js';
import { isEnough, Reader } from '../read/reader.js';
import { type Read, type ReadResults, snapshot } from '../read/transact-read.js';
import type { ComputeRulesByName } from '../rules.js';
import type {
  Aggregate,
  Connection,
  EntityCodec,
  IndexQuery,
  Key,
  PageArguments,
  SequenceRef,
} from '../types.js';
import { readAggregate } from '../write/aggregates/aggregates.js';
import { recount, resume } from '../write/aggregates/recount.js';
import { type PutAllReport, putAll } from '../write/bulk/bulk.js';
import { type CascadeOptions, cascade, type Deletion } from '../write/cascade/cascade.js';
import type { Turns } from '../write/contention.js';
import { earlierResults, type Idempotency, isGiven, takeToken } from '../write/idempotency.js';
import { type Seal, transact, type WriteOutcome } from '../write/transactions.js';
import type { CallEnvironment, Write } from '../write/write.js';
import { Memory, type ParentRecord } from './memory.js';

/** A record that is asked for next by its key, to be brought by the same request where that can be. */
export interface WithParent {
  readonly parent?: ParentRecord | undefined;
}

/** Where counting stops unless a query says otherwise. */
const defaultUpTo = 10_000;

interface Environment {
  readonly now: () => Date;
  readonly newId: () => string;
  readonly compute: ComputeRulesByName;
  readonly turns: Turns;
  /** Made when it is first needed: most sessions never do. */
  readonly documents: () => DynamoDBDocumentClient;
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
  /**
   * Sends requests of your own through the SDK's document client, as requests of this session: for what no pattern
   * says. A write through it keeps no entry, guard, version or aggregate in step, so that it is for items of your own;
   * after it the session reads anew.
   *
   *     const { Item } = await db.document.send(new GetCommand({ TableName: 'main', Key: { PK: 'FLAGS', SK: 'beta' } }));
   */
  readonly document: DocumentRequests;
  readonly #requester: Requester;
  readonly #sealer: CursorSealer;
  readonly #environment: Environment;
  readonly #memory: Memory;
  readonly #reader: Reader;
  /** Whether numbers that are kept may have been changed by this session. */
  #hasWritten = false;
  constructor(requester: Requester, sealer: CursorSealer, environment: Environment) {
    this.#requester = requester;
    this.#sealer = sealer;
    this.#environment = environment;
    this.document = documentRequests(requester, environment.documents, () => {
      this.#beginWriting();
      return () => this.#memory.forgetAll();
    });
    this.#memory = new Memory(requester);
    this.#reader = new Reader({
      requester,
      now: environment.now,
      items: (keys) => Promise.all(keys.map((key) => this.#memory.item(key))),
      seen: (index, items) => this.#memory.see(index, items),
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
   * The record under a primary key, or null. Records asked for in the same tick, or because of answers to requests that
   * were under way together, come in one request, of whatever entities and tables; a record the session has seen takes
   * none.
   *
   * @param options.consistent reads what was written last, by whomever, at twice the read units
   */
  async get<R extends object>(
    entity: EntityCodec<R>,
    key: Key,
    options: { readonly consistent?: boolean } = {},
  ): Promise<R | null> {
    const item = await this.#memory.item({
      table: entity.table,
      key: checkKey(key, entity.table),
      ...options,
    });
    return item === null || isExpired(entity, item, this.now()) ? null : entity.read(item);
  }

  /**
   * Several records as they are at one moment: no transaction is seen half. In the order of the reads, null for what
   * is missing or has expired. At most 100 (TRANSACTION_TOO_LARGE), at twice the read units of consistent reads;
   * where writers keep being at them until the deadline, CONFLICT.
   *
   *     const [user, config] = await db.transactRead(read(userCodec, userKey({ id })), read(configCodec, configKey({ key })));
   */
  async transactRead<const R extends readonly Read<unknown>[]>(...reads: R): Promise<ReadResults<R>> {
    const items = await snapshot(this.#requester, reads);
    const now = this.now();
    return reads.map((one, at) => one.record(items[at] ?? null, now)) as ReadResults<R>;
  }

  /**
   * One page of a query, as Relay's specification of connections has it; see `readPage`. `totalCount`, where it is
   * kept and asked, is read beside the page.
   */
  async connection<R extends object, E extends object = object>(
    query: IndexQuery<R, E>,
    page: PageArguments = {},
    options: PageOptions & WithParent = {},
  ): Promise<Connection<R, E>> {
    const { first, after, last, before } = page;
    const identity = identityOf(query);
    const asked = [first ?? null, after ?? null, last ?? null, before ?? null, options.wants ?? null];
    const read = this.#memory.answer(
      ['page', identity, windowOf(query), asked, isEnough(query, options.fields)],
      () =>
        readPage(this.#reader, query, new Cursors(this.#sealer, query, identity), page, {
          ...options,
          parent: this.#memory.parentItem(options.parent),
        }),
    );
    if (query.total === undefined || options.wants?.totalCount === false) return read;
    const [connection, totalCount] = await Promise.all([read, this.aggregate(query.total)]);
    return { ...connection, totalCount };
  }

  /**
   * The first records of a query, at most `max` of them. READ_BUDGET where a filter matches so few that they are
   * not found within the reads one query may make.
   */
  list<R extends object>(
    query: IndexQuery<R>,
    max: number = query.page.max,
    options: Pick<PageOptions, 'fields'> & WithParent = {},
  ): Promise<readonly R[]> {
    const { fields } = options;
    return this.#memory.answer(
      ['list', identityOf(query), windowOf(query), max, isEnough(query, fields)],
      () => this.#reader.list(query, max, { fields, parent: this.#memory.parentItem(options.parent) }),
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
    return (await this.list(query, 1, { fields: new Set() })).length > 0;
  }

  /**
   * How many items a query has, counted up to `cap`. READ_BUDGET where a filter drops so much that the number is
   * not found within the reads one query may make.
   */
  count<R extends object>(query: IndexQuery<R>, cap: number = query.upTo ?? defaultUpTo): Promise<number> {
    return this.#memory.answer(['count', identityOf(query), windowOf(query), cap], () =>
      this.#reader.count(query, cap),
    );
  }

  /**
   * A number that writes keep: one get, batched with others, of each item it is spread over. Once the session has
   * written, it sees what was written last.
   */
  aggregate<R extends object>(number: Aggregate<R>): Promise<number> {
    const consistent = this.#hasWritten || number.consistent === true;
    return readAggregate(number, (key) => this.#memory.item({ ...key, consistent }));
  }

  /**
   * Sets a number that writes keep to what these records make of it, and gives it; see `recount`. For tables that held
   * records before the number was declared.
   */
  async recount<R extends object>(
    number: Aggregate<R>,
    records: Iterable<R> | AsyncIterable<R>,
  ): Promise<number> {
    this.#hasWritten = true;
    const value = await recount(this.#requester, number, records);
    this.#memory.forget();
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
   * guards and kept numbers included; several writes of one record are refused (WRITE_TWICE). Of several writes an error tells in
   * `extensions.step` which it is due to: by the name that `step` gave it, or by its place, from 1.
   */
  async write<const W extends readonly Write<unknown>[]>(...writes: W): Promise<WriteResults<W>> {
    return (await this.#transact(writes, this.#writeEnvironment())) as WriteResults<W>;
  }

  /**
   * `write`, but once for each token: a call that has the token of an earlier one, of the same thing, writes nothing
   * and gives what the earlier one gave (null for secret attributes), also where both come at once. The token is
   * written in the same transaction. IDEMPOTENCY_MISMATCH where the earlier call was of something else.
   *
   * @param writes asked for only where the token is new, so what they are made from is not looked into in vain
   */
  async writeIdempotent<const W extends readonly Write<unknown>[]>(
    once: Idempotency,
    writes: () => W | Promise<W>,
  ): Promise<WriteResults<W>> {
    if (!isGiven(once)) return this.write(...(await writes()));
    const env = this.#writeEnvironment();
    const earlier = await earlierResults(this.#requester, once, env.now);
    if (earlier !== undefined) return earlier as WriteResults<W>;
    try {
      const all = await writes();
      const seal: Seal = (results) => takeToken(once, all, results, env.now);
      return (await this.#transact(all, env, seal)) as WriteResults<W>;
    } catch (error) {
      // Whatever went wrong may be due to a call with the same token that was faster, or to the loss of our answer.
      const faster = await earlierResults(this.#requester, once, this.now()).catch((problem) => {
        throw problem instanceof TableloomError && problem.code === 'IDEMPOTENCY_MISMATCH' ? problem : error;
      });
      if (faster !== undefined) return faster as WriteResults<W>;
      throw error;
    }
  }

  async #transact(
    writes: readonly Write<unknown>[],
    env: CallEnvironment,
    seal?: Seal,
  ): Promise<readonly unknown[]> {
    this.#beginWriting();
    try {
      const { results, items } = await transact(this.#requester, this.#environment.turns, writes, env, seal);
      this.#memory.note(items);
      this.#memory.forget();
      return results;
    } catch (error) {
      this.#memory.forgetAll();
      throw error;
    }
  }

  /**
   * Deletes a record with all that goes with it, however much that is, and gives it as it last was. Where one
   * transaction does not hold it, it is done in steps: the record can still be read until the last one, but is
   * neither changed (BEING_DELETED) nor named any more. CASCADE_UNFINISHED after `steps` transactions: call again to
   * go on. REFERENCED where a record may not go because others name it; what went before it is gone.
   */
  async cascade<R extends object>(deletion: Deletion<R>, options?: CascadeOptions): Promise<R> {
    try {
      const ground = {
        requester: this.#requester,
        turns: this.#environment.turns,
        env: this.#writeEnvironment(),
        wrote: ({ items }: WriteOutcome) => this.#memory.note(items),
      };
      const record = await cascade(ground, deletion, options);
      this.#memory.forget();
      return record;
    } catch (error) {
      this.#memory.forgetAll();
      throw error;
    }
  }

  /** Nothing is called off any more: what has begun to write is carried to its end. */
  #beginWriting(): void {
    this.#hasWritten = true;
    this.#requester.commit();
  }

  /** Loads many new records, unconditionally: for seeds and imports only; see `putAll` in bulk.ts. */
  async putAll(writes: Iterable<Write<unknown>> | AsyncIterable<Write<unknown>>): Promise<PutAllReport> {
    const { signal } = this.#requester;
    if (signal?.aborted) return { written: 0, unwritten: [], isComplete: false };
    this.#beginWriting();
    const report = await putAll(this.#requester, writes, this.#writeEnvironment(), signal);
    this.#memory.forget();
    return report;
  }

  /** One moment for all records of one call. */
  #writeEnvironment(): CallEnvironment {
    const now = this.now();
    const { newId, compute } = this.#environment;
    const rule = (name: string) => {
      const found = Object.hasOwn(compute, name) ? compute[name] : undefined;
      if (typeof found !== 'function') throw ruleMissing(name);
      return found;
    };
    return { now, newId, rule };
  }
}

/** A bucketed query's window, which its cursors do not depend on, but its answer does. */
function windowOf<R extends object>({ partitions }: IndexQuery<R>): unknown {
  return partitions.kind === 'sequence' ? partitions.keys : null;
}
