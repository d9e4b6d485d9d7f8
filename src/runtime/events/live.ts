/**
 * Reads events for all subscriptions of a process: one reader of each type, so that read units grow with events and not
 * with subscribers.
 *
 * The table is the truth. Wakes, of this process or through a waker, only say that it is worth reading now. An event may
 * be committed later than others that were stamped after it, up to `settleMs`: so what is younger than that is read again
 * ("swept") until it is settled, and each event is reported once, by its id. `settleMs` is longer than any write can take: see
 * `Requester.perform`, and docs/architecture.md.
 *
 * Events of one record are reported in their order: each names the one before, and where that was not read yet, as it is
 * in another partition or was passed by, it is read first. It was committed before, so a consistent read finds it.
 */
import { type Limits, longestMs } from '../client/limits.js';
import { busy, TableloomError } from '../errors.js';
import type { Observers } from '../observe/observers.js';
import type { CursorSealer } from '../read/cursor/sealing.js';
import { Cursors } from './cursors.js';
import { eventAt, eventsBetween, eventsFrom, type Reads } from './history.js';
import { compareEvents } from './progress.js';
import type { Subscriber } from './subscriber.js';
import { placeOf, predecessorOf, Tail } from './tail.js';
import type { EventLog, EventRecord, LiveSettings, Wake } from './types.js';

export interface LiveParts<S> {
  readonly limits: Limits;
  readonly sealer: CursorSealer;
  readonly now: () => Date;
  readonly session: () => S;
  /** Called with what other processes have written. */
  readonly heard: (wakes: readonly Wake[]) => void;
  readonly observers: Observers;
}

/**
 * How many events may be in memory besides those that are not settled, for subscribers that resume: where a server restarts,
 * all of them do at the same time.
 */
const mostKept = 20_000;

/** What a poll without a wake looks back, in milliseconds: most writes are committed within it. */
const usualCommitMs = 1000;

/** For how long the deliveries of an event share what they read, in milliseconds. */
const sharedMs = 250;

/** Bounds of the wait after a failed round, in milliseconds. */
const [firstWaitMs, longestWaitMs] = [50, 2000];

/** @typeParam S a session */
export class Live<S extends Reads = Reads> {
  readonly cursors: Cursors;
  readonly settleMs: number;
  readonly buffer: number;
  readonly #settings: LiveSettings;
  readonly #parts: LiveParts<S>;
  readonly #tails = new Map<string, Tail>();
  readonly #subscribers = new Set<Subscriber>();
  /** What the next round reads. */
  #wanted = new Map<Tail, Want>();
  #waiting: (() => void)[] = [];
  #isRunning = false;
  #timer: NodeJS.Timeout | undefined;
  #isListening = false;
  /** Why the last round failed. */
  #failure: unknown;
  readonly #sessions = new WeakMap<object, Shared<S>>();
  #viewers: Shared<S> | undefined;

  /** @internal A database has one. */
  constructor(settings: LiveSettings, parts: LiveParts<S>) {
    this.#settings = settings;
    this.#parts = parts;
    this.cursors = new Cursors(parts.sealer);
    this.settleMs = settings.settleMs ?? longestMs(parts.limits) + 5000;
    this.buffer = settings.buffer ?? 1000;
  }

  now(): number {
    return this.#parts.now().getTime();
  }

  /** A session of its own, for what is read of history. */
  session(): S {
    return this.#parts.session();
  }

  /**
   * The session of deliveries that share what they read: those of an event to all subscribers, which is at least as new as the
   * event; those of a replay. Those who come to it later have another.
   */
  sessionOf(shared: object): S {
    const now = performance.now();
    const known = this.#sessions.get(shared);
    if (known !== undefined && known.until > now) return known.session;
    const session = this.session();
    this.#sessions.set(shared, { session, until: now + sharedMs });
    return session;
  }

  /** The session that rules of a delivery read with: shared for as long as what they read may be remembered. */
  rulesSession(shared: object): S {
    const { viewerMs = 0 } = this.#settings;
    if (viewerMs === 0) return this.sessionOf(shared);
    const now = performance.now();
    if (this.#viewers === undefined || this.#viewers.until <= now)
      this.#viewers = { session: this.session(), until: now + viewerMs };
    return this.#viewers.session;
  }

  /** Called when the subscriber of an event has taken it. */
  delivered({ type, timestamp }: EventRecord): void {
    const { observers } = this.#parts;
    if (observers.isActive)
      observers.delivered({ type, lagMs: Math.max(0, this.now() - Date.parse(timestamp)) });
  }

  /** Called when a session has written events. */
  written(wakes: readonly Wake[]): void {
    this.#settings.waker?.wake(wakes);
    this.#woken(wakes);
  }

  /**
   * Begins to read types, and resolves when everything that was committed before this call is known. Each call that
   * succeeds needs one of `release`. What reading failed with where storage does not answer, or BUSY.
   */
  async acquire(log: EventLog, types: readonly string[]): Promise<void> {
    this.listen();
    for (const type of types) {
      const tail = this.#tails.get(type) ?? new Tail(log, type);
      this.#tails.set(type, tail);
      tail.users += 1;
      this.#sweep(tail);
    }
    this.#timer ??= setInterval(() => this.#poll(), this.#settings.pollMs ?? 1000).unref();
    const patience = 2 * this.#parts.limits.deadlineMs;
    const isKnown = await new Promise<boolean>((resolve) => {
      const timer = setTimeout(() => resolve(false), patience).unref();
      this.#waiting.push(() => {
        clearTimeout(timer);
        resolve(true);
      });
      void this.#run();
    });
    if (isKnown) return;
    this.release(types);
    // What readers met says more.
    throw this.#failure instanceof TableloomError ? this.#failure : busy(this.#failure);
  }

  release(types: readonly string[]): void {
    for (const type of types) {
      const tail = this.#tails.get(type);
      if (tail === undefined) continue;
      tail.users -= 1;
      if (tail.users > 0) continue;
      this.#tails.delete(type);
      this.#wanted.delete(tail);
    }
    if (this.#tails.size > 0) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The moment up to which everything of these types is known and cannot change any more. */
  settledOf(types: Iterable<string>): number {
    return Math.min(...this.#tailsOf(types).map(({ swept }) => swept - this.settleMs));
  }

  /** From which moment on the events of these types are in memory. */
  knownFrom(types: Iterable<string>): number {
    return Math.max(...this.#tailsOf(types).map(({ begins }) => begins));
  }

  /**
   * Reads back what was committed after a moment, once for all who resume from about there. Returns whether it is in memory then:
   * where it is too much, each reads it for itself.
   */
  async recall(types: Iterable<string>, after: number): Promise<boolean> {
    const tails = this.#tailsOf(types);
    await Promise.all(tails.map((tail) => this.#recallOf(tail, after)));
    return tails.every(({ begins }) => begins <= after);
  }

  async #recallOf(tail: Tail, after: number): Promise<void> {
    tail.wanted = Math.min(tail.wanted, after);
    while (tail.recall !== undefined) await tail.recall.catch(() => undefined);
    if (tail.begins <= after || after <= tail.tooFar) return;
    tail.recall = this.#readBack(tail).finally(() => {
      tail.recall = undefined;
    });
    await tail.recall;
  }

  async #readBack(tail: Tail): Promise<void> {
    const [after, until] = [tail.wanted, tail.begins];
    tail.wanted = Number.POSITIVE_INFINITY;
    const events: EventRecord[] = [];
    for await (const event of eventsBetween(this.session(), tail.log, [tail.type], { after, until })) {
      events.push(event);
      if (this.#kept + events.length <= mostKept) continue;
      tail.tooFar = after;
      return;
    }
    // Unless it forgot more meanwhile.
    if (tail.begins > until) return;
    for (const event of events) tail.add(event);
    tail.begins = Math.min(tail.begins, after);
  }

  get #kept(): number {
    return [...this.#tails.values()].reduce((sum, { size }) => sum + size, 0);
  }

  /** The events that are in memory after a moment, in their order. All others are reported to the subscriber from now on. */
  join(subscriber: Subscriber, after: number): readonly EventRecord[] {
    const events: EventRecord[] = [];
    for (const tail of this.#tailsOf(subscriber.types))
      for (const event of tail.events) if (Date.parse(event.timestamp) > after) events.push(event);
    this.#subscribers.add(subscriber);
    return events.sort(compareEvents);
  }

  leave(subscriber: Subscriber): void {
    this.#subscribers.delete(subscriber);
  }

  #tailsOf(types: Iterable<string>): Tail[] {
    return [...types].flatMap((type) => this.#tails.get(type) ?? []);
  }

  /** Begins to hear of what other processes write, where there is a waker. */
  listen(): void {
    if (this.#isListening) return;
    this.#isListening = true;
    this.#settings.waker?.listen((wakes) => {
      this.#parts.heard(wakes);
      this.#woken(wakes);
    });
  }

  #woken(wakes: readonly Wake[]): void {
    for (const { type, timestamp } of wakes) {
      const tail = this.#tails.get(type);
      const from = Date.parse(timestamp);
      if (tail !== undefined && Number.isFinite(from)) this.#want(tail, { from });
    }
    if (this.#wanted.size > 0) void this.#run();
  }

  /** Sweeps what is due. Without a waker that works, also asks for what is new. */
  #poll(): void {
    const now = this.now();
    for (const tail of this.#tails.values()) {
      if (now - tail.swept >= this.settleMs / 4) this.#sweep(tail);
      else if (this.#settings.waker?.isConnected !== true)
        this.#want(tail, { from: Math.min(now, tail.polled) - usualCommitMs, isLax: true });
    }
    if (this.#wanted.size > 0) void this.#run();
  }

  /** From where on a tail is not settled; of a new one as much as is kept in memory. */
  #unsettledOf({ swept }: Tail): number {
    return swept === 0 ? this.now() - 2 * this.settleMs : swept - this.settleMs;
  }

  #sweep(tail: Tail): void {
    this.#want(tail, { from: this.#unsettledOf(tail), isSweep: true });
  }

  #want(tail: Tail, want: Want): void {
    const other = this.#wanted.get(tail) ?? want;
    this.#wanted.set(tail, {
      from: Math.min(want.from, other.from),
      isLax: want.isLax === true && other.isLax === true,
      isSweep: want.isSweep === true || other.isSweep === true,
    });
  }

  async #run(): Promise<void> {
    if (this.#isRunning) return;
    this.#isRunning = true;
    let failures = 0;
    while (this.#wanted.size > 0 && this.#tails.size > 0) {
      const [batch, waiting] = [this.#wanted, this.#waiting];
      [this.#wanted, this.#waiting] = [new Map(), []];
      try {
        await this.#round(batch);
        for (const done of waiting) done();
        failures = 0;
        this.#failure = undefined;
      } catch (error) {
        this.#failure = error;
        // Nothing is lost: it is read again from where it was to be read.
        for (const [tail, want] of batch) if (this.#tails.get(tail.type) === tail) this.#want(tail, want);
        this.#waiting.unshift(...waiting);
        await pause(Math.min(longestWaitMs, firstWaitMs * 2 ** failures++));
      }
    }
    this.#isRunning = false;
    // Of types that are not read any more.
    for (const done of this.#waiting.splice(0)) done();
  }

  async #round(batch: ReadonlyMap<Tail, Want>): Promise<void> {
    const now = this.now();
    const db = this.session();
    const read = await Promise.all(
      [...batch].map(async ([tail, want]) => ({
        tail,
        want,
        events: await eventsFrom(db, tail.log, { type: tail.type, now, ...want }),
      })),
    );
    // Not before all were read: a round that fails has reported nothing, and remembers nothing.
    const strays = await this.#predecessors(db, now, read);
    const fresh = [...read, ...strays].flatMap(({ tail, events }) =>
      // What is older than what is remembered was reported.
      events.filter((event) => !tail.isForgotten(event) && tail.add(event)),
    );
    fresh.sort(compareEvents);
    for (const subscriber of this.#subscribers) {
      const floor = this.settledOf(subscriber.types);
      for (const event of fresh) if (subscriber.types.has(event.type)) subscriber.report({ event, floor });
    }
    for (const { tail, want } of read) this.#advance(tail, want, now);
  }

  /** What a read has settled, and what need not be remembered any more. */
  #advance(tail: Tail, { from, isSweep }: Want, now: number): void {
    tail.polled = Math.max(tail.polled, now);
    if (!isSweep) return;
    tail.begins = Math.min(tail.begins, from);
    tail.swept = Math.max(tail.swept, now);
    if (this.#kept > mostKept) tail.forget(tail.swept - 2 * this.settleMs);
  }

  /** Events of types that are read, which precede events that were read, and were not. */
  async #predecessors(db: Reads, now: number, read: readonly Read[]): Promise<Read[]> {
    const found: Read[] = [];
    const seen = new Set(read.flatMap(({ events }) => events.map(placeOf)));
    let next = read.flatMap(({ tail, events }) => events.map((event) => ({ event, log: tail.log })));
    while (next.length > 0) {
      const missing = next.flatMap(({ event, log }) => {
        const before = predecessorOf(event);
        if (before === null) return [];
        const tail = this.#tails.get(before.type);
        // What is settled was reported, or is older than what is read.
        const settled = (tail?.swept || now - this.settleMs) - this.settleMs;
        const place = placeOf({ ...event, ...before });
        if (Date.parse(before.timestamp) <= settled || tail?.hasAt(place) || seen.has(place)) return [];
        seen.add(place);
        return [{ event: { ...event, ...before }, log, tail }];
      });
      const brought = await Promise.all(
        missing.map(async ({ event: before, log, tail }) => {
          const event = await eventAt(db, log, before);
          return event === undefined ? [] : [{ event, log, tail }];
        }),
      );
      next = brought.flat();
      // One of a type that no subscription reads only leads on to those before it.
      for (const { event, tail } of brought.flat())
        if (tail !== undefined) found.push({ tail, events: [event] });
    }
    return found;
  }
}

interface Shared<S> {
  readonly session: S;
  /** By the process's clock. */
  readonly until: number;
}

/** What of a tail is to be read. */
interface Want {
  readonly from: number;
  /** What was committed a moment ago may be missing. */
  readonly isLax?: boolean;
  /** It begins where the tail is not settled. */
  readonly isSweep?: boolean;
}

interface Read {
  readonly tail: Tail;
  readonly events: readonly EventRecord[];
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
