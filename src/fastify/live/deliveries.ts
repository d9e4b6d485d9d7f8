/** From the events of a subscription's resolver to what a client is sent. */
import {
  createSourceEventStream,
  type ExecutionArgs,
  type ExecutionResult,
  execute,
  type GraphQLError,
} from 'graphql';
import { deliveryContext } from 'tableloom/runtime';

interface SourceEvent {
  readonly [deliveryContext]?: unknown;
}

/** Calls what executes a delivery. @param field the subscription's */
export type Around = <T>(field: string, work: () => Promise<T>) => Promise<T>;

type Result = IteratorResult<ExecutionResult, undefined>;

const done: Result = { done: true, value: undefined };

/**
 * Begins a subscription, or returns why it does not.
 *
 * @param ending aborted when the subscription ends; aborting it ends what the subscription reads
 * @param around calls what executes each delivery
 */
export async function subscribe(
  args: ExecutionArgs,
  ending: AbortController,
  around?: Around,
): Promise<Deliveries | readonly GraphQLError[]> {
  const source = await createSourceEventStream(args);
  if (!(Symbol.asyncIterator in source)) return source.errors ?? [];
  return new Deliveries(source as AsyncIterable<SourceEvent>, args, { ending, around });
}

/**
 * The answers of a subscription: one for each source event, which is read when the one before has been sent. graphql-js' own
 * `subscribe` has one context for all of them, whose loaders would answer from what they read at the first.
 */
export class Deliveries implements AsyncIterableIterator<ExecutionResult, undefined> {
  readonly args: ExecutionArgs;
  readonly #source: AsyncIterator<SourceEvent>;
  readonly #ending: AbortController;
  #answer: ((result: Result) => void) | undefined;
  #isOver = false;
  readonly #around: Around;

  constructor(
    source: AsyncIterable<SourceEvent>,
    args: ExecutionArgs,
    {
      ending,
      around = (_field, work) => work(),
    }: { readonly ending: AbortController; readonly around: Around | undefined },
  ) {
    this.#source = source[Symbol.asyncIterator]();
    this.args = args;
    this.#ending = ending;
    this.#around = around;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result> {
    if (this.#isOver) return Promise.resolve(done);
    return new Promise((resolve, reject) => {
      this.#answer = resolve;
      this.#deliver().then(resolve, (error: unknown) => {
        reject(error);
        void this.return();
      });
    });
  }

  /** Ends it at once, whatever its source is waiting for: a generator would finish that first. */
  return(): Promise<Result> {
    if (!this.#isOver) {
      this.#isOver = true;
      this.#ending.abort();
      this.#answer?.(done);
      // It is not awaited, so that its error would have no receiver.
      void this.#source.return?.().catch(() => undefined);
    }
    return Promise.resolve(done);
  }

  async #deliver(): Promise<Result> {
    const event = await this.#source.next();
    if (event.done) return this.return();
    const contextValue = event.value[deliveryContext] ?? this.args.contextValue;
    const [field = ''] = Object.keys(event.value);
    const value = await this.#around(field, async () =>
      execute({ ...this.args, rootValue: event.value, contextValue }),
    );
    return { done: false, value };
  }
}
