/** The tables of one application, and its sessions. */
import { randomInt } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { v7 } from 'uuid';
import { Cache, type CacheSettings } from '../cache/cache.js';
import { sharedAnswers } from '../cache/shared.js';
import { subjectsOf } from '../cache/subjects.js';
import { CacheView, type CacheViewOptions } from '../cache/view.js';
import { Writers } from '../cache/writers.js';
import { Dax, type DaxSettings } from '../client/dax.js';
import { documentClientOf } from '../client/document.js';
import { defaultLimits, type Limits } from '../client/limits.js';
import { Requester, type RequesterOptions, type RequestReport } from '../client/requests.js';
import { Rest } from '../client/rest.js';
import { type Requests, sdkOf } from '../client/sdk.js';
import { type StorageState, Traffic } from '../client/traffic.js';
import { TableloomError } from '../errors.js';
import { Live } from '../events/live.js';
import type { LiveSettings, Wake } from '../events/types.js';
import { type ImportProject, sourceTables } from '../import/context.js';
import { Importer } from '../import/importer.js';
import { Migration, type MigrationSettings } from '../migrate/migration.js';
import { type PlanRecord, readPlan } from '../migrate/plan-record.js';
import { jobs, Settled } from '../migrate/settled.js';
import { PlanWatch } from '../migrate/watch.js';
import type { Observer } from '../observe/observer.js';
import { Observers } from '../observe/observers.js';
import { CursorSealer } from '../read/cursor/sealing.js';
import { type ReindexContext, reindex } from '../reindex/reindex.js';
import { scanBy } from '../reindex/scan.js';
import type { ReindexOptions, ReindexReport, StoredProject } from '../reindex/types.js';
import { type ComputeRulesByName, computeRule, neededRules } from '../rules.js';
import { partitionKeys, storedTables, type TableNames } from '../tables/definition.js';
import type { TableRef } from '../types.js';
import type { VerifiedProject, VerifyOptions, VerifyReport } from '../verify/types.js';
import { verify } from '../verify/verify.js';
import type { Action } from '../write/action.js';
import { Contention } from '../write/contention.js';
import { Session } from './session.js';

export interface DatabaseSettings<Rules> {
  /** The SDK's client, with any middleware of yours; whoever created it destroys it. */
  readonly client: DynamoDBClient;
  /** Physical table names by logical ones, as `resolveTableNames` returns them. */
  readonly tables: TableNames<Rules>;
  /** At least 16 characters each. The first encrypts cursors; all of them decrypt, so that one can be replaced. */
  readonly cursorSecrets: readonly string[];
  /** The clock. Default: the system's. */
  readonly now?: () => Date;
  /** Creates ids; those of events at the event's time, in milliseconds. Default: UUIDs of version 7, which sort by time. */
  readonly newId?: (moment?: number) => string;
  readonly limits?: Partial<Limits>;
  /** Requests the consumed capacity with each request, for `Session.stats`. */
  readonly capacity?: boolean;
  /** Called with every request of every session before it is sent. */
  readonly onRequest?: (report: RequestReport) => void;
  /** How subscriptions read events. */
  readonly live?: LiveSettings;
  /** A cluster of DAX, by which eventually consistent reads are sent. */
  readonly dax?: DaxSettings;
  /** The memory for what the access patterns declare `cache` of; `false`: nothing is cached. */
  readonly cache?: CacheSettings | false;
  /**
   * How old the process's knowledge of the tables' plan may be, in milliseconds: at most 5000, the default. `false`: a migration
   * must not run at the same time.
   */
  readonly planMs?: number | false;
}

/** The rules that compute and validate attributes, where the access patterns declare some: generated `ComputeRules`. */
export type RulesOption<Rules> = unknown extends Rules
  ? { readonly compute?: ComputeRulesByName }
  : { readonly compute: NoInfer<Rules> };

/** With names of tables from `resolveTableNames`, `compute` is required where the access patterns declare such rules. */
export type DatabaseOptions<Rules = unknown> = DatabaseSettings<Rules> & RulesOption<Rules>;

export interface SessionOptions {
  /** Who causes what the session writes, for its events: `USER#42`. Default: null. */
  readonly actor?: string | null;
  /** Whom the session works for: their next sessions in this process read what it wrote, past all caches. Default: `actor` alone. */
  readonly caller?: string;
  /** Aborting it ends the session's reads with CANCELLED; a session that has begun to write completes. */
  readonly signal?: AbortSignal;
  /**
   * How long the session may last, in milliseconds: then its reads end, and nothing more is sent (BUSY). Default: as long
   * as its work takes, each request within `limits.deadlineMs`.
   */
  readonly deadlineMs?: number;
  /** What was read before this moment is not answered from a cache: so a writer sees what they wrote. In milliseconds. */
  readonly freshFrom?: number;
  /** Requests the consumed capacity with each request. Default: the database's setting. */
  readonly capacity?: boolean;
  /** Called with every request of the session before it is sent, after the database's own. */
  readonly onRequest?: (report: RequestReport) => void;
}

/** The tables of one application. */
export class Database<Rules = unknown> {
  readonly #options: DatabaseSettings<unknown>;
  readonly #compute: ComputeRulesByName;
  readonly #sdk: Requests;
  readonly #traffic: Traffic;
  readonly #sealer: CursorSealer;
  readonly #limits: Limits;
  readonly #contention = new Contention();
  readonly #cache: Cache | undefined;
  readonly #writers = new Writers();
  readonly #sharedRest = new Rest();
  readonly #dax: Dax | undefined;
  readonly #accelerated: Requests | undefined;
  readonly #observers: Observers;
  readonly #plan: PlanWatch | undefined;
  #documents: DynamoDBDocumentClient | undefined;
  #live: Live<Session> | undefined;

  /** Throws CONFIGURATION where a cursor secret is missing or too short, RULE_MISSING where a rule is missing. */
  constructor(options: DatabaseOptions<Rules>) {
    this.#options = options;
    this.#compute = withoutGaps(options.compute ?? {}, options.tables[neededRules] ?? []);
    this.#sealer = new CursorSealer(options.cursorSecrets);
    this.#limits = { ...defaultLimits, ...options.limits };
    this.#traffic = new Traffic(options.client, this.#limits);
    this.#sdk = sdkOf(options.client);
    this.#observers = new Observers(options.tables);
    this.#dax = options.dax && new Dax(options.dax);
    this.#accelerated = this.#dax?.before(this.#sdk);
    const stored = options.tables[storedTables] ?? [];
    if (options.planMs !== false && stored.length > 0)
      this.#plan = new PlanWatch(stored, this.#planOf, options.planMs);
    this.#cache = options.cache === false ? undefined : new Cache(options.cache, () => this.live.listen());
  }

  /** What one request, or one job, reads and writes with. */
  session(options: SessionOptions = {}): Session {
    const { now = () => new Date(), newId = uuid, capacity } = this.#options;
    const requester = this.#requester({ ...options, capacity: options.capacity ?? capacity });
    const documents = () => {
      this.#documents ??= documentClientOf(this.#options.client);
      return this.#documents;
    };
    const { actor = null } = options;
    const names = [actor, options.caller].filter((name) => typeof name === 'string');
    const { freshFrom = 0 } = options;
    // Of what was written in this process, the cache has no older items.
    const itemsFrom = Math.max(freshFrom, this.#writers.lastUnknown(names));
    const written: CacheViewOptions['written'] = (subjects) => this.#writers.lastOf(names, subjects);
    if (this.#dax && Math.max(freshFrom, written()) + this.#dax.ttlMs > this.#now()) requester.readFresh();
    const shared = sharedAnswers(requester, () => this.#requester({}), this.#sealer, this.#sharedRest);
    const view = {
      now: () => this.#now(),
      freshFrom,
      itemsFrom,
      written,
      shared,
      observers: this.#observers,
    };
    const cache = this.#cache && new CacheView(this.#cache, view);
    const environment = {
      now,
      newId,
      compute: this.#compute,
      contention: this.#contention,
      sharing: (entity: string) => this.#plan?.sharing(entity),
      actor,
      wrote: (at: number, actions?: readonly Action[]) => this.#wrote(names, at, actions),
      live: this.live,
      documents,
    };
    return new Session(requester, this.#sealer, environment, cache);
  }

  /** How the database's requests fare at this moment: for metrics. */
  storageState(): StorageState {
    return this.#traffic.state();
  }

  /**
   * Tells an observer of every request, pattern and delivery from now on, and returns what ends that. While there is an
   * observer, requests ask for the capacity they consume, by index; `Session.stats` has it, too.
   */
  observe(observer: Observer): () => void {
    return this.#observers.add(observer);
  }

  /**
   * A name for a text that must not be known, such as a partition key with an e-mail address: the same in all processes with the
   * same first cursor secret. Nobody can compute it from a guess without the secret.
   *
   * @returns 12 hexadecimal digits of an HMAC-SHA256
   */
  pseudonym(text: string): string {
    return this.#sealer.pseudonym(text);
  }

  /** @internal What reads events for all subscriptions of the database: one reader of each type, however many subscribers. */
  get live(): Live<Session> {
    this.#live ??= new Live<Session>(this.#options.live ?? {}, {
      limits: this.#limits,
      sealer: this.#sealer,
      now: this.#options.now ?? (() => new Date()),
      // What it delivers is as new as the event.
      session: () => this.session({ freshFrom: Number.POSITIVE_INFINITY }),
      heard: (wakes) => this.#heard(wakes),
      observers: this.#observers,
    });
    return this.#live;
  }

  /**
   * Brings stored records to the plan, for all of a project's entities or some, however they were written: index keys,
   * primary keys that changed, entries, guards of unique values, computed attributes, counts and sums. Deletes entries
   * and guards that no record has any more. Changes no field, no revision and no version of a history.
   *
   * Reads the tables by segmented scans: for jobs. Servers of the current plan may go on reading and writing: each change
   * depends on the record being as it was read. Running it again changes nothing, and a run that was ended, in any way,
   * can be resumed by the cursor of its last progress. What cannot be brought to the plan is reported: records that lack
   * what the schema requires, or have the unique value or the new key of another. PLAN_MISMATCH while a migration is
   * under way, or where the tables are stored by another version of the plan.
   *
   *     await database.reindex({ tables, codecs }, { entities: ['Order'], rate: 500 });
   *
   * @param project what the generated `index.ts` exports
   */
  reindex(project: StoredProject, options: ReindexOptions = {}): Promise<ReindexReport> {
    // Records of a database that reads no plans may be brought to any.
    const isOfForms = this.#plan !== undefined;
    return reindex(
      this.#job(new Settled(jobs.reindex, project, this.#planOf, { isOfForms })),
      project,
      options,
    );
  }

  /**
   * Compares everything that is stored with what the records say: index keys, entries, guards of unique values, counts, sums,
   * references, versions and sequences, and reports what is missing, stale, orphaned, doubled, unreadable or unknown. With
   * `repair`, corrects what follows from the records, on the condition that it is as it was read; the rest stays as it is.
   *
   * Reads the tables by segmented scans: for jobs. Servers of the current plan may go on writing: what looks wrong is read
   * again as of one moment before it is reported. PLAN_MISMATCH while a migration is under way, or where the tables
   * are stored by another version of the plan; one that begins meanwhile ends the run, which the cursor of its last
   * progress resumes.
   *
   *     const { found, findings } = await database.verify({ tables, codecs }, { rate: 500 });
   *
   * @param project what the generated `index.ts` exports; `tableloom verify` adds the types of values
   */
  verify(project: VerifiedProject, options: VerifyOptions = {}): Promise<VerifyReport> {
    return verify(this.#job(new Settled(jobs.verify, project, this.#planOf)), project, options);
  }

  /** Brings records to another version of the plan, while servers of both work on them: see `Migration`. */
  migration(settings: Omit<MigrationSettings, 'tables'> = {}): Migration {
    const tables = (this.#options.tables[storedTables] ?? []).map(({ table }) => table);
    return new Migration(this.#job(undefined), { ...settings, tables });
  }

  /**
   * Why all requests are refused (PLAN_MISMATCH), where the tables store records by a version that this code is not of: as far
   * as is known, from at most 5 seconds ago. Undefined: they are not.
   */
  planRefusal(): TableloomError | undefined {
    return this.#plan?.refusal;
  }

  /** Rejects with PLAN_MISMATCH where the tables store records by a version that this code is not of. */
  async checkPlan(): Promise<void> {
    await this.#plan?.ready();
  }

  /**
   * Imports tables that others made, as a mapping says: runs, resumes, verifies, changes phases, and makes
   * what a legacy application writes by. `${VARIABLE}` in their names are taken from the environment.
   *
   *     const importer = database.importer({ mapping, generated: { tables, codecs }, transforms });
   */
  importer(project: ImportProject): Importer {
    const { client, newId = uuid, tables } = this.#options;
    const sources = sourceTables(project.mapping, process.env);
    const requester = this.#requester({ capacity: true, tables: { ...tables, ...sources } });
    const clock = () => new Date(this.#now());
    const env = {
      get now() {
        return clock();
      },
      clock,
      actor: null,
      newId,
      rule: (name: string) => computeRule(this.#compute, name),
      premises: () => [],
      sharing: (entity: string) => this.#plan?.sharing(entity),
    };
    const environment = { requester, scan: scanBy(client), contention: this.#contention, env };
    return new Importer(project, environment, client);
  }

  /** What a job reads and writes with: each of its requests waits for `settled`. */
  #job(settled: Settled | undefined): ReindexContext {
    // What it consumes is counted, so that it can stay within its rate.
    const requester = this.#requester({ capacity: true, ready: settled && (() => settled.ready()) });
    const env = { rule: (name: string) => computeRule(this.#compute, name) };
    return { requester, scan: scanBy(this.#options.client), env, now: this.#clock };
  }

  /** Of no session, and no concern of who counts what sessions send. */
  readonly #planOf = (table: TableRef): Promise<PlanRecord | null> =>
    readPlan(this.#requester({ ready: undefined, isOwn: true }), table);

  #wrote(names: readonly string[], at: number, actions: readonly Action[] | undefined): void {
    const attributes = this.#options.tables[partitionKeys];
    this.#writers.wrote(names, at, actions && subjectsOf(actions, attributes));
  }

  /** What other processes have written. */
  #heard(wakes: readonly Wake[]): void {
    const now = this.#now();
    for (const { record, actor } of wakes) {
      if (record !== undefined) this.#cache?.changed(record, now);
      if (actor !== undefined) this.#writers.wrote([actor], now, undefined);
    }
  }

  readonly #clock = (): Date => this.#options.now?.() ?? new Date();

  /** By its clock, in milliseconds. */
  #now(): number {
    return this.#clock().getTime();
  }

  #requester({ onRequest: also, isOwn = false, ...options }: RequesterSettings): Requester {
    const { tables, onRequest: own } = this.#options;
    const onRequest = (report: RequestReport) => {
      own?.(report);
      also?.(report);
    };
    return new Requester({
      sdk: this.#sdk,
      accelerated: this.#accelerated,
      traffic: this.#traffic,
      observers: this.#observers,
      limits: this.#limits,
      tables,
      onRequest: (own || also) && !isOwn ? onRequest : undefined,
      ready: () => this.#plan?.ready(),
      planned: () => this.#plan?.changes ?? 0,
      ...options,
    });
  }
}

type RequesterSettings = { readonly isOwn?: boolean } & Pick<
  RequesterOptions,
  'signal' | 'deadlineMs' | 'capacity' | 'onRequest' | 'ready'
> &
  Partial<Pick<RequesterOptions, 'tables'>>;

/** The rules, once all that writes need are there. */
function withoutGaps(given: object, needed: readonly string[]): ComputeRulesByName {
  const rules = given as ComputeRulesByName;
  const missing = needed.filter((name) => !Object.hasOwn(rules, name) || typeof rules[name] !== 'function');
  if (missing.length === 0) return rules;
  throw new TableloomError(
    'RULE_MISSING',
    `Writes need rules that are not passed: ${missing.join(', ')}. Open the database with \`compute: rules\`.`,
    { rules: missing },
  );
}

/** The moment of the last id that had one, and its place in that millisecond. */
let last = { moment: -1, seq: 0 };

/** Those of one moment sort in the order in which the process makes them. */
function uuid(moment?: number): string {
  if (moment === undefined) return v7();
  last = { moment, seq: moment === last.moment ? last.seq + 1 : randomInt(2 ** 24) };
  return v7({ msecs: moment, seq: last.seq });
}
