/** Subscriptions: the events that concern one subscriber, each once, from where its cursor says. */
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';
import type { GraphQLResolveInfo } from 'graphql';
import { badCursor, type ErrorCode, TableloomError } from '../errors.js';
import { bindingOf } from '../read/cursor/sealing.js';
import type { Condition } from '../read/filters.js';
import { fieldsOf } from '../read/selection.js';
import type { Session } from '../session/session.js';
import type { Item } from '../types.js';
import { canonicalTime } from '../values.js';
import { cleaned } from '../write/changes.js';
import type { Binding } from './cursors.js';
import { deliveryContext, renewContext } from './delivery.js';
import { eventsExpired } from './errors.js';
import { eventsBetween } from './history.js';
import type { Live } from './live.js';
import { Progress } from './progress.js';
import { Subscriber } from './subscriber.js';
import type { SubscriptionOptions } from './subscription-options.js';
import type { EventLog, EventRecord } from './types.js';

/** What the runtime takes of a context. */
interface LiveContext {
  readonly db: Session;
  readonly [renewContext]?: (session: Session) => Promise<LiveContext>;
}

/** Incremented when the contents of cursors change, so that older ones are refused, not misread. */
const format = 1;

/** How long a replay waits for readers that have not come further, in milliseconds. */
const idleRoundMs = 100;

/** Cursors are refreshed at least so often, in milliseconds, so that to resume after a quiet time takes no long replay. */
const idleMs = 300_000;

/** The longest cursor that is looked at, in characters: some ten thousand events that were not settled. */
const longestCursor = 100_000;

/** How many events a cursor may name: a WebSocket's message of 64 KiB has room for them. */
const mostUnsettled = 6000;

/** How long deliveries may follow one another before others have their turn, in milliseconds. */
const longestTurnMs = 10;

/** Refusals by rules: what the viewer may not see ends the subscription. Every other error interrupts it. */
const refusals: ReadonlySet<ErrorCode> = new Set(['FORBIDDEN', 'UNAUTHENTICATED', 'NOT_FOUND']);

/** One delivery: the payload under the field's name, and the context it is answered with. */
export interface Delivery<Payload> {
  readonly [field: string]: Payload;
}

/** Under the field's name, as resolvers are typed. */
type Deliveries<Name extends string> = AsyncGenerator<Readonly<Record<Name, never>>, void, undefined>;

/**
 * The resolver of a subscription. The first delivery has a cursor and no event: what is committed from then on is delivered.
 * With `since`, so is everything since then.
 *
 * Refusals by rules are delivered as errors, and end the subscription. Any error that is thrown interrupts it: the
 * subscriber resumes with its last cursor.
 */
export function subscription<Args extends object, Context extends LiveContext, Name extends string>(
  options: SubscriptionOptions<Args, Context> & { readonly name: Name },
) {
  return {
    async subscribe(
      _parent: unknown,
      args: Args,
      context: Context,
      info: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments' | 'variableValues'>,
    ): Promise<Deliveries<Name>> {
      await options.allow?.({ parent: {}, args, context });
      const feed = new Feed(options, args, context, fieldsOf(info));
      return closable((signal) => feed.deliveries(signal)) as Deliveries<Name>;
    },
  };
}

/** A generator that ends at once where it is returned, even while it waits. */
function closable<T>(make: (signal: AbortSignal) => AsyncGenerator<T, void, undefined>) {
  const closing = new AbortController();
  const inner = make(closing.signal);
  const close = Object.assign(Object.create(inner) as typeof inner, {
    next: () => inner.next(),
    return: () => {
      closing.abort();
      return inner.return();
    },
    throw: (error: unknown) => {
      closing.abort();
      return inner.throw(error);
    },
  });
  return close;
}

class Feed<Args extends object, Context extends LiveContext> {
  readonly #options: SubscriptionOptions<Args, Context>;
  readonly #args: Args;
  readonly #context: Context;
  readonly #selected: ReadonlySet<string>;
  readonly #live: Live<Session>;
  readonly #log: EventLog;
  readonly #types: readonly string[];
  readonly #condition: Condition;
  readonly #binding: Binding;
  /** When its turn began, by the process's clock. */
  #began = performance.now();
  /** Of a subscription that begins at a moment. */
  #earliest = Number.NEGATIVE_INFINITY;
  /** Undefined where the subscription begins now. */
  readonly #resumed: Progress | undefined;

  /** BAD_CURSOR, EVENTS_EXPIRED */
  constructor(
    options: SubscriptionOptions<Args, Context>,
    args: Args,
    context: Context,
    selected: ReadonlySet<string>,
  ) {
    const { name, on, since, filter } = options;
    const [first] = on;
    if (first === undefined) throw new TypeError(`the subscription ${name} is to no type of events`);
    this.#options = options;
    this.#args = args;
    this.#context = context;
    this.#selected = selected;
    this.#live = context.db.live;
    this.#log = first.log;
    this.#types = [...new Set(on.map(({ type }) => type))];
    this.#condition = filter?.(args);
    const { [since]: cursor, ...others } = args;
    // An argument that is null is none.
    const bound = Object.entries(others).filter(([, value]) => value !== null);
    const digest = bindingOf(JSON.stringify(['subscription', format, name, bound]));
    this.#binding = { digest, name: digest.toString('latin1') };
    this.#resumed = typeof cursor === 'string' ? this.#position(cursor) : undefined;
  }

  async *deliveries(signal: AbortSignal): AsyncGenerator<Delivery<never>, void, undefined> {
    const live = this.#live;
    await live.acquire(this.#log, this.#types);
    const subscriber = new Subscriber(this.#types, live.buffer);
    try {
      const progress = this.#resumed ?? new Progress(live.settledOf(this.#types));
      if (this.#resumed === undefined) {
        for (const event of live.join(subscriber, progress.floor))
          if (this.#matches(event)) progress.pass(event);
        yield this.#delivery(progress, null, {});
      } else {
        yield this.#delivery(progress, null, {});
        yield* this.#replay(progress, signal);
        const joined = live.join(subscriber, progress.floor);
        const settled = live.settledOf(this.#types);
        for (const [at, event] of joined.entries()) {
          const moment = Date.parse(event.timestamp);
          if (moment <= settled) progress.settle(moment - 1);
          yield* this.#deliver(progress, event);
          await this.#room(progress, subscriber, () => joined.slice(at + 1), signal);
          if (signal.aborted) return;
        }
      }
      while (!signal.aborted) {
        const reported = await subscriber.take(idleMs, signal);
        if (signal.aborted) return;
        if (reported.length === 0) {
          progress.settle(live.settledOf(this.#types));
          yield this.#delivery(progress, null, {});
        }
        for (const [at, { event, floor }] of reported.entries()) {
          progress.settle(floor);
          // The next one is read when the connection has taken this one.
          if (yield* this.#deliver(progress, event)) live.delivered(event);
          const others = () => reported.slice(at + 1).map((one) => one.event);
          await this.#room(progress, subscriber, others, signal);
          if (signal.aborted) return;
        }
      }
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      yield { [this.#options.name]: error.refusal as never };
    } finally {
      live.leave(subscriber);
      subscriber.close();
      live.release(this.#types);
    }
  }

  /** What was committed up to what readers have in memory. Others are committed meanwhile, so that it takes several rounds. */
  async *#replay(progress: Progress, signal: AbortSignal): AsyncGenerator<Delivery<never>, void, undefined> {
    const live = this.#live;
    while (!signal.aborted && progress.floor < live.knownFrom(this.#types)) {
      if (await live.recall(this.#types, progress.floor)) continue;
      const until = live.settledOf(this.#types);
      const stretch = { after: progress.floor, until };
      for await (const event of eventsBetween(live.session(), this.#log, this.#types, stretch)) {
        if (signal.aborted) return;
        progress.settle(Date.parse(event.timestamp) - 1);
        yield* this.#deliver(progress, event, this);
        await this.#breathe();
      }
      // Where storage does not answer, readers come no further.
      if (until <= progress.floor) await sleep(idleRoundMs);
      progress.settle(until);
    }
  }

  /**
   * Waits until a cursor has room: each event that is not settled takes some of it. What waits meanwhile fills the subscriber's
   * buffer, until it is cut off and resumes.
   *
   * @param others events that are still to be delivered
   */
  async #room(
    progress: Progress,
    subscriber: Subscriber,
    others: () => readonly EventRecord[],
    signal: AbortSignal,
  ): Promise<void> {
    while (progress.size >= mostUnsettled && !signal.aborted) {
      await sleep(idleRoundMs);
      const next = Math.min(subscriber.earliest, ...others().map(({ timestamp }) => Date.parse(timestamp)));
      progress.settle(Math.min(this.#live.settledOf(this.#types), next - 1));
    }
    await this.#breathe();
  }

  /** Lets others have their turn: many deliveries may follow one another without waiting for anything. */
  async #breathe(): Promise<void> {
    if (performance.now() - this.#began < longestTurnMs) return;
    await setImmediate();
    this.#began = performance.now();
  }

  /**
   * The event, where it concerns the subscriber, who has not had it.
   *
   * @param shared the deliveries that it shares its reads with
   * @returns whether it was delivered
   */
  async *#deliver(
    progress: Progress,
    event: EventRecord,
    shared: object = event,
  ): AsyncGenerator<Delivery<never>, boolean, undefined> {
    if (progress.has(event) || !this.#matches(event)) return false;
    const [session, ofRules] = [this.#live.sessionOf(shared), this.#live.rulesSession(shared)];
    const context = await this.#renewed(session);
    const viewer = ofRules === session ? context : await this.#renewed(ofRules);
    await this.#allowed(viewer);
    if (!(await this.#isVisible(event, viewer))) return false;
    const records = await this.#records(session, event);
    progress.pass(event);
    yield Object.assign(this.#delivery(progress, event, records), { [deliveryContext]: context });
    return true;
  }

  async #renewed(session: Session): Promise<Context> {
    return ((await this.#context[renewContext]?.(session)) ?? this.#context) as Context;
  }

  /** A refusal is an answer: the viewer may not see this one. */
  async #isVisible(node: EventRecord, context: Context): Promise<boolean> {
    try {
      return (await this.#options.visible?.({ node, context })) ?? true;
    } catch (error) {
      if (!(error instanceof TableloomError) || !refusals.has(error.code)) throw error;
      if (error.code === 'UNAUTHENTICATED') throw new Refused(error);
      return false;
    }
  }

  async #allowed(context: Context): Promise<void> {
    try {
      await this.#options.allow?.({ parent: {}, args: this.#args, context });
    } catch (error) {
      if (error instanceof TableloomError && refusals.has(error.code)) throw new Refused(error);
      throw error;
    }
  }

  /** The record as it is now, under the field of its entity, where that is selected. */
  async #records(db: Session, event: EventRecord): Promise<Record<string, unknown>> {
    const records: Record<string, unknown> = {};
    for (const [field, codec] of Object.entries(this.#options.payload.records ?? {})) {
      if (codec.name !== event.entity || !this.#selected.has(field)) continue;
      const key = codec.key(event.key);
      const read = (session: Session) => session.get(codec as never, key, { consistent: true });
      const record: object | null = await read(db);
      // DynamoDB makes the items of a transaction readable one after the other.
      const isOld =
        (record === null) !== (event.after === null) ||
        (record !== null && isBefore(record, codec.revision, event.revision));
      records[field] = isOld ? await read(this.#live.session()) : record;
    }
    return records;
  }

  #delivery(
    progress: Progress,
    event: EventRecord | null,
    records: Record<string, unknown>,
  ): Delivery<never> {
    const { name, payload } = this.#options;
    const fields = Object.keys(payload.records ?? {}).map((field) => [field, records[field] ?? null]);
    const given = {
      [payload.cursor]: this.#live.cursors.seal(this.#binding, progress.encode()),
      ...(payload.event !== undefined && { [payload.event]: event }),
      ...Object.fromEntries(fields),
    };
    return { [name]: given as never };
  }

  #matches(event: EventRecord): boolean {
    const { type, entityId, actor, key, before, after, timestamp } = event;
    if (Date.parse(timestamp) < this.#earliest) return false;
    return (
      this.#condition?.holds(cleaned({ type, entityId, actor, ...key, ...(after ?? before) } as Item)) ?? true
    );
  }

  #position(since: string): Progress {
    const argument = this.#options.since;
    const sealed = since.length > longestCursor ? undefined : this.#live.cursors.open(this.#binding, since);
    // A client's clock may be ahead.
    if (sealed === undefined) this.#earliest = Math.min(momentOf(since, argument), this.#live.now());
    const progress = sealed ? Progress.decode(sealed) : new Progress(this.#earliest - 1);
    if (progress.floor < this.#live.now() - this.#log.keepSeconds * 1000)
      throw eventsExpired(argument, this.#log.keepSeconds);
    return progress;
  }
}

/** BAD_CURSOR for what is no moment either. */
function momentOf(since: string, argument: string): number {
  try {
    return Date.parse(canonicalTime(since));
  } catch {
    throw badCursor(argument);
  }
}

/** A rule's refusal, which is the subscriber's answer. */
class Refused extends Error {
  readonly refusal: TableloomError;

  constructor(refusal: TableloomError) {
    super(refusal.message, { cause: refusal });
    this.refusal = refusal;
  }
}

function isBefore(record: object, field: string | undefined, revision: number | null): boolean {
  const own = field === undefined ? undefined : (record as Readonly<Record<string, unknown>>)[field];
  return typeof own === 'number' && revision !== null && own < revision;
}
