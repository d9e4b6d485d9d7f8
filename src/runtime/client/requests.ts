/** The one way to DynamoDB: every request of a session is bounded, counted and reported, and fails as a TableloomError. */
import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import {
  cancelled,
  fromAws,
  isContention,
  isThrottle,
  nameOf,
  outOfTime,
  TableloomError,
  unknownOutcome,
} from '../errors.js';
import type { Observers, Purpose } from '../observe/observers.js';
import type { TableRef } from '../types.js';
import { Call } from './call.js';
import type { Limits } from './limits.js';
import type { InputOf, Operation, OutputOf } from './operations.js';
import { Places } from './places.js';
import { Retry } from './retry.js';
import type { Operations, Requests } from './sdk.js';
import type { Lanes, Traffic } from './traffic.js';

/** Sends one request. Throws what the SDK throws. */
export type Send<O extends Operation> = (input: InputOf<O>, call?: Call) => Promise<OutputOf<O>>;

/** One request, reported to `DatabaseOptions.onRequest` before it is sent, and again before it is repeated. */
export interface RequestReport {
  readonly operation: Operation;
  /** With physical table names and JavaScript's values. */
  readonly input: InputOf<Operation>;
  /** 1 for the session's first request. */
  readonly sequence: number;
}

/** What a session has used so far. */
export interface Statistics {
  readonly requests: number;
  /** How often the session went from idle to waiting for DynamoDB: the number of requests that followed one another. */
  readonly steps: number;
  /** As DynamoDB billed them. Zero unless the database was given `capacity: true`, or is observed. */
  readonly readUnits: number;
  readonly writeUnits: number;
}

export interface RequesterOptions {
  readonly sdk: Requests;
  /** What reads are sent by, as long as what they read may be older. Default: `sdk`. */
  readonly accelerated?: Requests | undefined;
  readonly traffic: Traffic;
  /** Logical to physical table names. */
  readonly tables: Readonly<Record<string, string>>;
  readonly limits: Limits;
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
  readonly capacity?: boolean | undefined;
  readonly onRequest?: ((report: RequestReport) => void) | undefined;
  readonly observers: Observers;
  /** Waits until what is known of the tables' plan is new enough to send a request. */
  readonly ready?: (() => Promise<void> | undefined) | undefined;
  /** How often that has become another. */
  readonly planned?: (() => number) | undefined;
}

/** @internal How a request is sent. */
export interface SendOptions {
  /** Its caller has just made sure that it does what the tables' plan says: see `Requester.isPlanned`. */
  readonly isPlanned?: boolean;
}

interface Consumed {
  readonly CapacityUnits?: number | undefined;
}

/** Less time than this is none for another attempt, in milliseconds. */
const leastMs = 2;

const reads: ReadonlySet<Operation> = new Set([
  'GetItem',
  'BatchGetItem',
  'Query',
  'Scan',
  'TransactGetItems',
]);

/** Errors of requests of which an earlier attempt may have been carried out. */
const afterLostAnswers = new WeakSet<TableloomError>();

/** Whether what a write found may be its own work: an attempt before may have been carried out. */
export function followsLostAnswer(error: TableloomError): boolean {
  return afterLostAnswers.has(error);
}

interface Attempt {
  readonly call: Call;
  readonly lanes: Lanes;
  readonly attemptMs: number;
  readonly purpose: Purpose;
}

/** Sends one session's requests. */
export class Requester {
  readonly limits: Limits;
  readonly observers: Observers;
  readonly #options: RequesterOptions;
  #signal: AbortSignal | undefined;
  /** When the session is over, by the process's clock. */
  readonly #end: number;
  readonly #places = new Places(() => this.limits.concurrency);
  /** The numbers of requests that have begun and not ended, waiting ones included, in order. */
  readonly #open = new Set<number>();
  #begun = 0;
  /** The last request of the step whose answers are coming in. */
  #answering = 0;
  readonly #watchers: { readonly last: number; readonly ended: () => void }[] = [];
  #mayBeOld = true;
  #requests = 0;
  #steps = 0;
  #readUnits = 0;
  #writeUnits = 0;

  constructor(options: RequesterOptions) {
    this.#options = options;
    this.limits = options.limits;
    this.observers = options.observers;
    this.#signal = options.signal;
    this.#end = performance.now() + (options.deadlineMs ?? Number.POSITIVE_INFINITY);
    // Each request under way listens to it, and there may be many.
    if (options.signal) setMaxListeners(0, options.signal);
  }

  /** The physical name of a table, by its logical one. CONFIGURATION where `DatabaseOptions.tables` has none. */
  tableName({ name }: Pick<TableRef, 'name'>): string {
    const physical = this.#options.tables[name];
    if (physical !== undefined) return physical;
    throw new TableloomError(
      'CONFIGURATION',
      `The database was given no physical name for the table "${name}": add it to its option \`tables\`.`,
    );
  }

  statistics(): Statistics {
    return {
      requests: this.#requests,
      steps: this.#steps,
      readUnits: this.#readUnits,
      writeUnits: this.#writeUnits,
    };
  }

  /** The deadline of work that began so many milliseconds ago. */
  retry(agoMs = 0): Retry {
    return new Retry(Math.min(this.limits.deadlineMs - agoMs, this.#end - performance.now()), this.#signal);
  }

  /** Whether work that DynamoDB refused because of its load may be repeated: see `RetryBudget`. */
  mayRepeat(): boolean {
    return this.#options.traffic.budget.take();
  }

  /** Aborts reads under way and requests that have not begun; undefined once a write has begun. */
  get signal(): AbortSignal | undefined {
    return this.#signal;
  }

  /**
   * A key that is requested after one answer of a step has come is usually requested because of it, and the receivers
   * of the step's other answers are about to request similar keys. Resolves when the requests now under way have ended,
   * so that all those keys share a batch. Undefined where no request is under way, or none of their step was answered.
   */
  siblings(): Promise<void> | undefined {
    const last = this.#answering;
    const [first = Number.POSITIVE_INFINITY] = this.#open;
    if (first > last) return undefined;
    return new Promise((ended) => this.#watchers.push({ last, ended }));
  }

  /** From here on reads see what is stored. */
  readFresh(): void {
    this.#mayBeOld = false;
  }

  /** Stops listening to the signal: a write that has begun is completed. CANCELLED where it was aborted before. */
  commit(): void {
    if (this.#signal?.aborted) throw cancelled(this.#signal.reason);
    this.#signal = undefined;
  }

  /** Undefined where a request may be sent; otherwise it waits until the tables' plan was read again. PLAN_MISMATCH. */
  ready(): Promise<void> | undefined {
    return this.#options.ready?.();
  }

  /** How often what is known of the tables' plan has become another: what a write does is computed by it. */
  get planned(): number {
    return this.#options.planned?.() ?? 0;
  }

  /** Whether the plan that a write was computed by is the one that is known when it is sent: see `longestMs`. */
  async isPlanned(planned: number): Promise<boolean> {
    await this.ready();
    return this.planned === planned;
  }

  /** Sends one of the runtime's own requests: see `perform`. */
  send<O extends keyof Operations>(
    operation: O,
    input: InputOf<O>,
    purpose: Purpose,
    how: SendOptions = {},
  ): Promise<OutputOf<O>> {
    const { sdk, accelerated } = this.#options;
    const requests: Requests = (this.#mayBeOld && accelerated) || sdk;
    return this.perform<O>(operation, input, requests[operation], purpose, how);
  }

  /** Sends an UpdateItem that is not repeated where it may have been carried out: what it adds would be added twice. */
  updateOnce(
    input: InputOf<'UpdateItem'>,
    purpose: Purpose,
    how: SendOptions,
  ): Promise<OutputOf<'UpdateItem'>> {
    const { UpdateItem } = this.#options.sdk;
    return this.perform<'UpdateItem'>('UpdateItem', input, UpdateItem, purpose, { ...how, isOnce: true });
  }

  /**
   * Sends one request, and again where that may help, until the deadline and within the database's retry budget:
   *
   * - a throttled one: DynamoDB did not carry it out. Then BUSY.
   * - one that was not answered, or by an error of the server, as often as the client was configured to (`maxAttempts`).
   *   Then STORAGE_UNAVAILABLE; of a write that may have been carried out, the outcome is unknown.
   * - a write of which an attempt was lost, as long as DynamoDB does not say what became of it.
   *
   * Every other failure is thrown at once as a TableloomError whose `cause` is what the SDK threw.
   *
   * @param send sends it once; its input has `ReturnConsumedCapacity` where the session counts capacity
   */
  async perform<O extends Operation>(
    operation: O,
    input: InputOf<O>,
    send: Send<O>,
    purpose: Purpose,
    { isOnce = false, isPlanned = false }: SendOptions & { readonly isOnce?: boolean } = {},
  ): Promise<OutputOf<O>> {
    const { traffic } = this.#options;
    const wait = isPlanned ? undefined : this.ready();
    if (wait) await wait;
    const isWrite = !reads.has(operation);
    const lanes = traffic.lanesOf(isWrite ? 'write' : 'read', input);
    // One token for all attempts, so that the transaction is carried out once.
    const sent = operation === 'TransactWriteItems' ? { ClientRequestToken: randomUUID(), ...input } : input;
    const attemptMs = isOnce
      ? this.limits.deadlineMs
      : Math.min(this.limits.attemptMs, this.limits.deadlineMs);
    let retry: Retry | undefined;
    let isLost = false;
    for (let failures = 0; ; ) {
      const call = new Call();
      try {
        return await this.#attempt(operation, sent, send, { call, lanes, attemptMs, purpose });
      } catch (thrown) {
        isLost ||= isWrite && call.isLost;
        retry ??= this.retry(call.sinceMs);
        const isUndecided = isThrottle(thrown) || isUnderWay(thrown) || (isLost && isContention(thrown));
        const isFailed = isTransient(thrown, call) && !(isOnce && isLost);
        if (isFailed) failures += 1;
        const mayHelp = isUndecided || (isFailed && failures < (await traffic.maxAttempts()));
        // It was not sent: what became of the attempt that was lost is known once storage answers again.
        const isHeldBack = isLost && call.sinceMs === undefined;
        const isRepeated = isHeldBack || (mayHelp && traffic.budget.take());
        // A session whose time is over fails with what it met, and not with that.
        if (isRepeated && (await retry.wait()) && this.#end - performance.now() > leastMs) continue;
        throw failure(thrown, isLost, isUndecided);
      }
    }
  }

  async #attempt<O extends Operation>(
    operation: O,
    input: InputOf<O>,
    send: Send<O>,
    { call, lanes, attemptMs, purpose }: Attempt,
  ): Promise<OutputOf<O>> {
    const { capacity, onRequest, traffic, observers } = this.#options;
    const order = ++this.#begun;
    this.#open.add(order);
    if (this.#places.isIdle) this.#steps += 1;
    const turn = this.#places.take();
    if (turn) await turn;
    let isEntered = false;
    try {
      const entering = traffic.enter(lanes);
      if (entering) await entering;
      isEntered = true;
      const signal = this.#signal;
      if (signal?.aborted) throw cancelled(signal.reason);
      const left = this.#end - performance.now();
      // Timers count whole milliseconds, and may end within one of theirs.
      if (left < 1) throw outOfTime();
      const level = observers.isActive ? 'INDEXES' : capacity ? 'TOTAL' : undefined;
      const counted = level ? { ReturnConsumedCapacity: level, ...input } : input;
      // A write that was sent has all its time: its outcome would be unknown.
      const ms = reads.has(operation) ? Math.min(attemptMs, left) : attemptMs;
      const end = traffic.begin(lanes);
      try {
        this.#requests += 1;
        onRequest?.({ operation, input, sequence: this.#requests });
        const output = await observers.request(operation, counted, purpose, () =>
          call.send(ms, signal, () => send(counted, call)),
        );
        traffic.budget.succeeded();
        if (level) this.#count(operation, output);
        return output;
      } finally {
        // That a session ran out of time says nothing of storage.
        end(call.outcome === 'failed' && ms < attemptMs ? 'unknown' : call.outcome);
      }
    } finally {
      if (isEntered) traffic.leave(lanes);
      this.#places.leave();
      this.#settle(order);
    }
  }

  #settle(order: number): void {
    this.#open.delete(order);
    if (order > this.#answering) this.#answering = this.#begun;
    const [first = Number.POSITIVE_INFINITY] = this.#open;
    // Watchers came in order: whoever waits for fewer requests is before those that wait for more.
    while (this.#watchers[0] && this.#watchers[0].last < first) this.#watchers.shift()?.ended();
  }

  #count(
    operation: Operation,
    { ConsumedCapacity: consumed }: { ConsumedCapacity?: Consumed | Consumed[] | undefined },
  ) {
    const units = [consumed ?? []].flat().reduce((sum, { CapacityUnits = 0 }) => sum + CapacityUnits, 0);
    if (reads.has(operation)) this.#readUnits += units;
    else this.#writeUnits += units;
  }
}

/** Whether DynamoDB is still carrying out the transaction that an earlier attempt sent. */
function isUnderWay(thrown: unknown): boolean {
  return nameOf(thrown) === 'TransactionInProgressException';
}

/** Whether the attempt failed by no fault of the request: it was not answered, by an error of the server, or signed by a wrong clock. */
function isTransient(thrown: unknown, call: Call): boolean {
  const { $metadata: answer } = thrown as { readonly $metadata?: { readonly clockSkewCorrected?: boolean } };
  return call.outcome === 'failed' || answer?.clockSkewCorrected === true;
}

function failure(thrown: unknown, isLost: boolean, isUndecided: boolean): TableloomError {
  const error = fromAws(thrown);
  if (!isLost) return isUnderWay(thrown) ? unknownOutcome(thrown) : error;
  // Load tells nothing of the attempt whose answer was lost.
  if (isUndecided || error.code === 'STORAGE_UNAVAILABLE' || error.code === 'BUSY')
    return unknownOutcome(thrown);
  afterLostAnswers.add(error);
  return error;
}
