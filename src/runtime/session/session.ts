import type { CacheView } from '../cache/view.js';
import { type DocumentRequests, documentRequests } from '../client/document.js';
import type { Requester, Statistics } from '../client/requests.js';
import type { Live } from '../events/live.js';
import { isExpired } from '../expiry.js';
import { checkKey } from '../keys/limits.js';
import { getItems } from '../read/batch-get.js';
import { Cursors, identityOf } from '../read/cursor/cursors.js';
import type { CursorSealer } from '../read/cursor/sealing.js';
import { type PageOptions, pageRequest, readPage } from '../read/pages.js';
import { Reader } from '../read/reader.js';
import { type SelectionInfo, selection } from '../read/selection.js';
import { type Read, type ReadResults, snapshot } from '../read/transact-read.js';
import { ownerOfValue, type UniqueLookup } from '../read/unique.js';
import { computeRule } from '../rules.js';
import type {
  Aggregate,
  Connection,
  EntityCodec,
  IndexQuery,
  Key,
  PageArguments,
  SequenceRef,
} from '../types.js';
import { whole } from '../whole.js';
import type { Action } from '../write/action.js';
import { readAggregate } from '../write/aggregates/aggregates.js';
import { recount, resume } from '../write/aggregates/recount.js';
import { type PutAllReport, putAll } from '../write/bulk/bulk.js';
import type { AnyDeletion, Cascaded, CascadeOptions } from '../write/cascade/cascade.js';
import { cascade, isDeletion } from '../write/cascade/cascade.js';
import { type Erased, eraseTraces, orMissing, type Trace } from '../write/erase.js';
import { atMostOnce, claimKey, earlierResults, hasKey, type Idempotency } from '../write/idempotency.js';
import { type Dependence, Premises } from '../write/premises.js';
import { type Seal, transact, type WriteOutcome } from '../write/transactions.js';
import type { CallEnvironment, Write, WriteResults } from '../write/write.js';
import type { Environment } from './environment.js';
import { Memory, type ParentRecord } from './memory.js';
import { countQuestion, listQuestion, pageQuestion } from './questions.js';

/** A record that will be requested by its key next: the same request brings it, where possible. */
export interface WithParent {
  readonly parent?: ParentRecord | undefined;
}

/**
 * Reads and writes of one request. It remembers what it has read, so that nothing is read twice, and forgets or
 * replaces that when it writes. Made by `Database.session`.
 */
export class Session {
  /**
   * Sends requests of your own through the SDK's document client, as requests of this session: for what no pattern
   * declares. A write through it updates no index entry, guard, version or aggregate: use it for items of your own.
   * After it the session reads again what it had read.
   *
   *     const { Item } = await db.document.send(new GetCommand({ TableName: 'main', Key: { PK: 'FLAGS', SK: 'beta' } }));
   */
  readonly document: DocumentRequests;
  readonly #requester: Requester;
  readonly #sealer: CursorSealer;
  readonly #environment: Environment<Session>;
  readonly #memory: Memory;
  readonly #reader: Reader;
  readonly #premises = new Premises();
  readonly #cache: CacheView | undefined;
  #writtenAt: number | null = null;
  /** @internal How often the session has begun to write: what was read before may be otherwise now. */
  writes = 0;

  /** @internal A database opens sessions. */
  constructor(
    requester: Requester,
    sealer: CursorSealer,
    environment: Environment<Session>,
    cache?: CacheView,
  ) {
    this.#cache = cache;
    this.#requester = requester;
    this.#sealer = sealer;
    this.#environment = environment;
    this.document = documentRequests(requester, environment.documents, () => {
      this.#beginWriting();
      return () => this.#lost();
    });
    this.#memory = new Memory(requester, cache);
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

  /** @internal What reads the events of the session's database for its subscriptions. */
  get live(): Live<Session> {
    return this.#environment.live;
  }

  /** When the session last wrote, by the database's clock; null if it has not. For `SessionOptions.freshFrom` of later ones. */
  get writtenAt(): number | null {
    return this.#writtenAt;
  }

  /** What the session has used so far. */
  stats(): Statistics {
    return this.#requester.statistics();
  }

  /**
   * The record under a primary key, or null. Records requested in the same tick, or because of answers of the same step,
   * come in one request, across entities and tables; a record that the session has read takes none.
   *
   * @param options.consistent reads with strong consistency, at twice the read units
   */
  async get<R extends object>(
    entity: EntityCodec<R>,
    key: Key,
    options: { readonly consistent?: boolean } = {},
  ): Promise<R | null> {
    const item = await this.#memory.item({
      table: entity.table,
      key: checkKey(key, entity.table),
      cache: entity.cache,
      entity: entity.name,
      ...options,
    });
    return item === null || isExpired(entity, item, this.now()) ? null : whole(entity, item);
  }

  /**
   * Reads a record as `get` does, and makes what this session writes from now on depend on it: it is written only if these
   * fields are then as they were read. Otherwise it fails with what `test` throws, or CONFLICT. For rules.
   */
  async dependOn<R extends object>(entity: EntityCodec<R>, key: Key, by: Dependence<R>): Promise<R | null> {
    const one = { table: entity.table, key: checkKey(key, entity.table), entity: entity.name };
    const cache =
      entity.cache && by.withinMs ? { forMs: Math.min(by.withinMs, entity.cache.forMs) } : undefined;
    const read = (consistent: boolean) => this.#memory.item({ ...one, consistent, cache });
    const forget = () => this.#cache?.forget(one);
    return this.#premises.read(entity, key, by, { read, forget, now: this.now() });
  }

  /**
   * Several records as of one moment, so that no transaction is seen in part: in the order of the reads, null for what
   * is missing or has expired. At most 100 (TRANSACTION_TOO_LARGE), at twice the read units of consistent reads.
   * CONFLICT where other writers keep changing them until the deadline.
   *
   *     const [user, config] = await db.transactRead(read(userCodec, userKey({ id })), read(configCodec, configKey({ key })));
   */
  async transactRead<const R extends readonly Read<unknown>[]>(...reads: R): Promise<ReadResults<R>> {
    const items = await snapshot(this.#requester, reads);
    const now = this.now();
    return reads.map((one, at) => one.record(items[at] ?? null, now)) as ReadResults<R>;
  }

  /**
   * One page of a query, as in Relay's specification of connections; see `readPage`. `totalCount`, where an aggregate
   * counts the records and it is requested, is read in parallel.
   *
   * @param selected graphql-js' info, or what is wanted of the page; left out, whole records
   */
  async connection<R extends object, E extends object = object>(
    query: IndexQuery<R, E>,
    page: PageArguments = {},
    selected: SelectionInfo | PageOptions = {},
    { parent }: WithParent = {},
  ): Promise<Connection<R, E>> {
    // Of a page that is refused, nothing is read, nor its total.
    pageRequest(page, query.page);
    const options = 'fieldNodes' in selected ? selection(selected) : selected;
    const read = this.#memory.answer(
      pageQuestion(query, page, options),
      () =>
        this.#reader.observed(query, () =>
          readPage(this.#reader, query, new Cursors(this.#sealer, query, identityOf(query)), page, {
            ...options,
            parent: this.#memory.parentItem(parent),
          }),
        ),
      query,
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
      listQuestion(query, max, options),
      () => this.#reader.list(query, max, { fields, parent: this.#memory.parentItem(options.parent) }),
      query,
    );
  }

  /** The first record of a query, or the record with a unique value; or null. */
  async one<R extends object>(
    query: IndexQuery<R> | UniqueLookup<R>,
    options: Pick<PageOptions, 'fields'> = {},
  ): Promise<R | null> {
    if ('keyOf' in query) return this.#owner(query);
    const [first = null] = await this.list(query, 1, options);
    return first;
  }

  #owner<R extends object>(lookup: UniqueLookup<R>): Promise<R | null> {
    const { pattern, key } = lookup;
    return this.#memory.answer(['unique', pattern, key ?? null], () =>
      ownerOfValue(this.#requester, lookup, this.now(), {
        remembered: (one) => this.#memory.item(one),
        fresh: async (one) => (await getItems(this.#requester, [one]))[0] ?? null,
      }),
    );
  }

  /** All records of a query, however many: for jobs and rules, not for fields of clients. Remembers none of them. */
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
  count<R extends object>(query: IndexQuery<R>, cap: number = query.upTo ?? 10_000): Promise<number> {
    return this.#memory.answer(countQuestion(query, cap), () => this.#reader.count(query, cap), query);
  }

  /**
   * An aggregate that writes maintain: one get, batched with others, for each of its items. After a write of the session
   * it is read with strong consistency.
   */
  aggregate<R extends object>(number: Aggregate<R>): Promise<number> {
    const consistent = this.writes > 0 || number.consistent === true;
    return readAggregate(number, (key) => this.#memory.item({ ...key, consistent }));
  }

  /**
   * Sets an aggregate to the value that these records give, and returns it; see `recount`. For tables that had records
   * before the aggregate was declared.
   */
  async recount<R extends object>(
    number: Aggregate<R>,
    records: Iterable<R> | AsyncIterable<R>,
  ): Promise<number> {
    this.writes += 1;
    const value = await recount(this.#requester, number, records);
    this.#memory.forget();
    return value;
  }

  /**
   * Moves a sequence forward to the greatest number of these records, and returns it; see `resume`. For tables that had
   * numbered records before the sequence was declared.
   */
  resume(sequence: SequenceRef, records: Iterable<object> | AsyncIterable<object>): Promise<number> {
    return resume(this.#requester, sequence, records);
  }

  /**
   * Carries out writes, all or none, and returns their results in order. Reads the records they depend on with strong
   * consistency, and computes everything again where others change these meanwhile. At most 100 items, with entries,
   * versions, guards and aggregates; two writes of one record are refused (WRITE_TWICE). Where there are several writes,
   * `extensions.step` of an error is the one that caused it: its name (see `step`), or its position, from 1.
   */
  async write<const W extends readonly Write<unknown>[]>(...writes: W): Promise<WriteResults<W>> {
    return (await this.#transact(writes, this.#writeEnvironment())) as WriteResults<W>;
  }

  /** One write, and its result. */
  async writeOne<Result>(write: Write<Result>): Promise<Result> {
    return (await this.write(write))[0];
  }

  /**
   * `write`, at most once for each idempotency key: a call with the key of an earlier one writes nothing and returns what
   * the earlier one returned (null for secret attributes), even where both run at the same time. The key is stored in
   * the same transaction. IDEMPOTENCY_MISMATCH where the earlier call was for another operation or other arguments.
   *
   * @param writes called only where the key is new, so that nothing is read in vain
   */
  async writeIdempotent<const W extends readonly Write<unknown>[]>(
    idempotency: Idempotency,
    writes: () => W | Promise<W>,
  ): Promise<WriteResults<W>> {
    if (!hasKey(idempotency)) return this.write(...(await writes()));
    const env = this.#writeEnvironment();
    const results = atMostOnce({
      earlier: (now) => earlierResults(this.#requester, idempotency, now),
      now: () => this.now(),
      began: env.now,
      write: async () =>
        this.#transact(await writes(), env, (results, secrets) =>
          claimKey(idempotency, results, secrets, env.now),
        ),
    });
    return (await results) as WriteResults<W>;
  }

  async #transact(
    writes: readonly Write<unknown>[],
    env: CallEnvironment,
    seal?: Seal,
  ): Promise<readonly unknown[]> {
    this.#beginWriting([]);
    const { contention } = this.#environment;
    try {
      const wait = this.#requester.ready();
      if (wait) await wait;
      const outcome = await transact(this.#requester, contention, writes, env, seal);
      this.#wrote(outcome);
      this.#memory.forget();
      return outcome.results;
    } catch (error) {
      this.#lost();
      throw error;
    }
  }

  /**
   * Deletes a record with its dependents and returns its last state, or all records of a query and returns how many, in
   * several transactions where one is too small: until the last one the record can be read, but not changed or referred to
   * (BEING_DELETED). CASCADE_UNFINISHED after `steps` of them: repeat the call to resume. REFERENCED where others refer to it.
   */
  async cascade<D extends AnyDeletion>(deletion: D, options?: CascadeOptions): Promise<Cascaded<D>> {
    try {
      const context = {
        requester: this.#requester,
        contention: this.#environment.contention,
        env: this.#writeEnvironment(),
        wrote: (outcome: WriteOutcome) => this.#wrote(outcome),
      };
      const result = (await cascade(context, deletion, options)) as Cascaded<D>;
      this.#memory.forget();
      return result;
    } catch (error) {
      this.#lost();
      throw error;
    }
  }

  /**
   * Deletes a record, as `cascade` does, then deletes or changes the records of `traces` (see `removing`, `clearing`), which
   * are found by its key. The same call resumes after an interruption, and when nothing is left `traces` is 0.
   */
  async erase<R extends object>(deletion: Write<R>, traces: readonly Trace[]): Promise<Erased<R>> {
    const gone = isDeletion(deletion) ? this.cascade(deletion) : this.writeOne(deletion);
    const record = await orMissing(deletion, gone);
    this.#beginWriting();
    const env = { ...this.#writeEnvironment(), premises: () => [] };
    const write = async (one: Write<unknown>) => {
      const outcome = await transact(this.#requester, this.#environment.contention, [one], env);
      this.#wrote(outcome);
      return outcome;
    };
    const erasing = eraseTraces(traces, this.#reader, write).finally(() => this.#lost());
    return { record, traces: await erasing };
  }

  #wrote({ items, actions }: WriteOutcome): void {
    this.#memory.note(items);
    this.#premises.written(items);
    const events = actions.flatMap(({ event }) => event ?? []);
    if (events.length > 0) this.live.written(events);
    this.#noteWriting(actions);
  }

  /** @param actions what was written, all items of which the cache knows. Default: that is not known */
  #noteWriting(actions?: readonly Action[]): void {
    this.#writtenAt = this.now().getTime();
    this.#environment.wrote(this.#writtenAt, actions);
  }

  /** Something was written that is not known, or may have been. */
  #lost(): void {
    this.#noteWriting();
    this.#memory.forgetAll();
  }

  /**
   * From here on an abort has no effect: a write that has begun is completed.
   *
   * @param actions none, where they will be noted once they are carried out. Default: they will not be known
   */
  #beginWriting(actions?: readonly []): void {
    this.writes += 1;
    this.#requester.commit();
    this.#requester.readFresh();
    this.#noteWriting(actions);
    this.#cache?.wrote();
  }

  /** Loads many new records, unconditionally: for seeds and imports only; see `putAll` in bulk.ts. */
  async putAll(writes: Iterable<Write<unknown>> | AsyncIterable<Write<unknown>>): Promise<PutAllReport> {
    const { signal } = this.#requester;
    if (signal?.aborted) return { written: 0, unwritten: [], isComplete: false };
    this.#beginWriting();
    return putAll(this.#requester, writes, this.#writeEnvironment(), signal).finally(() => this.#lost());
  }

  /** One moment for all records of one call. */
  #writeEnvironment(): CallEnvironment {
    const { now: clock, newId, actor, sharing, compute } = this.#environment;
    const premises = () => this.#premises.all;
    const rule = (name: string) => computeRule(compute, name);
    return { now: clock(), clock, newId, actor, premises, sharing, rule };
  }
}
