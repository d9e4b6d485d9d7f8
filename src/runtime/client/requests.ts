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
import type { Operations, Requests, Sdk } from './sdk.js';

/** Sends one request. Throws what the SDK throws. */
export type Send<O extends Operation> = (input: InputOf<O>, call?: Call) => Promise<OutputOf<O>>;

/** One request, reported to `DatabaseOptions.onRequest` before it is sent. The SDK's own retries are not reported. */
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
  readonly sdk: Sdk;
  /** What reads are sent by, as long as what they read may be older. Default: `sdk`. */
  readonly accelerated?: Requests | undefined;
  readonly connections: Places;
  /** Logical to physical table names. */
  readonly tables: Readonly<Record<string, string>>;
  readonly limits: Limits;
  readonly signal?: AbortSignal | undefined;
  readonly deadlineMs?: number | undefined;
  readonly capacity?: boolean | undefined;
  readonly onRequest?: ((report: RequestReport) => void) | undefined;
  readonly observers: Observers;
}

interface Consumed {
  readonly CapacityUnits?: number | undefined;
}

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

  /** The deadline of work that begins now. */
  retry(): Retry {
    return new Retry(Math.min(this.limits.deadlineMs, this.#end - performance.now()), this.#signal);
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

  /** Sends one of the runtime's own requests: see `perform`. */
  send<O extends keyof Operations>(operation: O, input: InputOf<O>, purpose: Purpose): Promise<OutputOf<O>> {
    const { sdk, accelerated } = this.#options;
    const requests: Requests = (this.#mayBeOld && accelerated) || sdk;
    return this.perform<O>(operation, input, requests[operation], purpose);
  }

  /** Sends an UpdateItem that is never repeated unless DynamoDB refused it. */
  updateOnce(input: InputOf<'UpdateItem'>, purpose: Purpose): Promise<OutputOf<'UpdateItem'>> {
    return this.perform<'UpdateItem'>('UpdateItem', input, this.#options.sdk.updateOnce, purpose);
  }

  /**
   * Sends one request. A throttled one is sent again until the deadline, then BUSY: DynamoDB did not carry it out. So is
   * a write of which an attempt was lost, as long as DynamoDB does not say what became of it; then STORAGE_UNAVAILABLE
   * with an unknown outcome. Every other failure is thrown at once as a TableloomError whose `cause` is what the SDK threw.
   *
   * @param send sends it once; its input has `ReturnConsumedCapacity` where the session counts capacity
   */
  async perform<O extends Operation>(
    operation: O,
    input: InputOf<O>,
    send: Send<O>,
    purpose: Purpose,
  ): Promise<OutputOf<O>> {
    const isWrite = !reads.has(operation);
    // One token for all attempts, so that the transaction is carried out once.
    const sent = operation === 'TransactWriteItems' ? { ClientRequestToken: randomUUID(), ...input } : input;
    let retry: Retry | undefined;
    let isLost = false;
    for (;;) {
      const call = new Call();
      try {
        return await this.#attempt(operation, sent, send, call, purpose);
      } catch (thrown) {
        isLost ||= isWrite && call.isLost;
        retry ??= this.retry();
        const isUndecided = isThrottle(thrown) || isUnderWay(thrown) || (isLost && isContention(thrown));
        if (isUndecided && (await retry.wait())) continue;
        throw failure(thrown, isLost, isUndecided);
      }
    }
  }

  async #attempt<O extends Operation>(
    operation: O,
    input: InputOf<O>,
    send: Send<O>,
    call: Call,
    purpose: Purpose,
  ): Promise<OutputOf<O>> {
    const { capacity, onRequest, limits, connections, observers } = this.#options;
    const order = ++this.#begun;
    this.#open.add(order);
    if (this.#places.isIdle) this.#steps += 1;
    for (const places of [this.#places, connections]) {
      const turn = places.take();
      if (turn) await turn;
    }
    try {
      const signal = this.#signal;
      if (signal?.aborted) throw cancelled(signal.reason);
      const left = this.#end - performance.now();
      // Timers count whole milliseconds, and may end within one of theirs.
      if (left < 1) throw outOfTime();
      this.#requests += 1;
      onRequest?.({ operation, input, sequence: this.#requests });
      const level = observers.isActive ? 'INDEXES' : capacity ? 'TOTAL' : undefined;
      const counted = level ? { ReturnConsumedCapacity: level, ...input } : input;
      // A write that was sent has all its time: its outcome would be unknown.
      const ms = reads.has(operation) ? Math.min(limits.deadlineMs, left) : limits.deadlineMs;
      const output = await observers.request(operation, counted, purpose, () =>
        call.send(ms, signal, () => send(counted, call)),
      );
      if (level) this.#count(operation, output);
      return output;
    } finally {
      connections.leave();
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

function failure(thrown: unknown, isLost: boolean, isUndecided: boolean): TableloomError {
  const error = fromAws(thrown);
  if (!isLost) return isUnderWay(thrown) ? unknownOutcome(thrown) : error;
  // Load tells nothing of the attempt whose answer was lost.
  if (isUndecided || error.code === 'STORAGE_UNAVAILABLE' || error.code === 'BUSY')
    return unknownOutcome(thrown);
  afterLostAnswers.add(error);
  return error;
}
