/** Requests that end: with an answer, or without one in time. The SDK itself waits for an answer for ever. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { cancelled } from '../errors.js';
import type { Outcome } from './circuit.js';

type Handler = DynamoDBClient['config']['requestHandler'];
type HttpRequest = Parameters<Handler['handle']>[0];
type HttpOptions = Parameters<Handler['handle']>[1];
/** What a view of a client has in the place of its own. */
interface Bounded {
  readonly requestHandler: Handler;
  readonly middlewareStack: DynamoDBClient['middlewareStack'];
}

type Answered = Awaited<ReturnType<Handler['handle']>>;

/** One attempt of a request of a session. */
export class Call {
  readonly #controller = new AbortController();
  #sentAt: number | undefined;
  /** Whether it may have been carried out although its answer was not received. */
  isLost = false;
  outcome: Outcome = 'unknown';

  /** Ends it. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** How many milliseconds ago it was sent; undefined before. */
  get sinceMs(): number | undefined {
    return this.#sentAt === undefined ? undefined : performance.now() - this.#sentAt;
  }

  /**
   * Sends it. After so many milliseconds, or where the signal is aborted (CANCELLED), it fails and its connection is
   * closed.
   */
  send<T>(ms: number, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    this.#sentAt = performance.now();
    return new Promise((resolve, reject) => {
      const stop = (error: Error) => {
        this.#controller.abort();
        reject(error);
      };
      const gone = () => stop(cancelled(signal?.reason));
      const withdraw = afterAnswers(ms, () => {
        this.outcome = 'failed';
        stop(timeout(ms));
      });
      signal?.addEventListener('abort', gone, { once: true });
      const settled = () => {
        withdraw();
        signal?.removeEventListener('abort', gone);
      };
      work().finally(settled).then(resolve, reject);
    });
  }
}

/** The calls of inputs, of the HTTP requests that the SDK makes of them, and of signals. */
const calls = new WeakMap<object, Call>();

/** Makes a command's attempts those of a call. */
export function bind<C extends { readonly input: object }>(command: C, call: Call | undefined): C {
  if (call !== undefined) calls.set(command.input, call);
  return command;
}

/** Options of `send` that make a command's attempts those of a call. */
export function optionsOf(call: Call | undefined): { readonly abortSignal: AbortSignal } | undefined {
  if (call === undefined) return undefined;
  calls.set(call.signal, call);
  return { abortSignal: call.signal };
}

const retryMiddlewareOptions = {
  name: 'retryMiddleware',
  step: 'finalizeRequest',
  priority: 'high',
} as const;

/**
 * The settings by which calls learn what became of their attempts, and end them.
 *
 * A call is found by its command's input: options of `send` would do, too, but turn off the SDK's cache of composed
 * handlers, which takes a third of a request's time.
 *
 * @param attemptMs how long an attempt waits for its answer, in milliseconds; then it fails like one whose connection broke, so that
 *   the SDK repeats it. Left out, attempts belong to calls, and the SDK repeats none
 */
export function bounded(client: DynamoDBClient, attemptMs: number | undefined): Bounded {
  const { middlewareStack } = client;
  const concat: typeof middlewareStack.concat = (from) => {
    const stack = middlewareStack.concat(from);
    // The last before the handler: signing makes another request.
    stack.add(
      (next) => (args) => {
        const call = calls.get(args.input);
        if (call !== undefined) calls.set(args.request as object, call);
        return next(args);
      },
      { step: 'deserialize', priority: 'low', name: 'tableloomCall' },
    );
    // Others are placed relative to it, so that it cannot be removed.
    if (attemptMs === undefined) stack.add((next) => next, { ...retryMiddlewareOptions, override: true });
    return stack;
  };
  const inner = client.config.requestHandler;
  const requestHandler: Handler = Object.assign(Object.create(inner) as Handler, {
    handle: (request: HttpRequest, options?: HttpOptions) => attempt(inner, request, options, attemptMs),
  });
  return { requestHandler, middlewareStack: Object.assign(Object.create(middlewareStack), { concat }) };
}

function attempt(
  inner: Handler,
  request: HttpRequest,
  options: HttpOptions,
  ms: number | undefined,
): Promise<Answered> {
  const { abortSignal } = (options ?? {}) as { readonly abortSignal?: AbortSignal };
  const call = calls.get(request) ?? (abortSignal && calls.get(abortSignal));
  const outer = call?.signal ?? abortSignal;
  const controller = new AbortController();
  const tell = (outcome: Outcome, isLost: boolean) => {
    if (call === undefined) return;
    if (call.outcome !== 'failed') call.outcome = outcome;
    call.isLost ||= isLost;
  };
  return new Promise((resolve, reject) => {
    let body: Body | undefined;
    let isStopped = false;
    const stop = (error: Error) => {
      tell('unknown', true);
      isStopped = true;
      reject(error);
      controller.abort(error);
      body?.destroy(error);
    };
    const gone = () => stop(named('AbortError', 'Request aborted'));
    const withdraw = ms === undefined ? () => undefined : afterAnswers(ms, () => stop(timeout(ms)));
    const settled = () => {
      withdraw();
      outer?.removeEventListener('abort', gone);
    };
    if (outer?.aborted) {
      settled();
      return reject(named('AbortError', 'Request aborted'));
    }
    outer?.addEventListener('abort', gone, { once: true });
    inner.handle(request, { ...options, abortSignal: controller.signal }).then(
      (answered) => {
        const { statusCode, body: answer } = answered.response as { statusCode: number; body?: unknown };
        // What was carried out is lost until its answer has been read.
        tell(statusCode >= 500 ? 'failed' : 'answered', statusCode >= 500 || statusCode < 300);
        // An answer from the network can stop in the middle.
        if (isStream(answer)) {
          body = answer;
          body.once('close', () => {
            if (!answer.readableEnded && !isStopped) tell('failed', false);
            settled();
          });
        } else settled();
        resolve(answered);
      },
      (error: unknown) => {
        settled();
        if (!isStopped) tell('failed', !unsent.has((error as { code?: unknown }).code));
        reject(error);
      },
    );
  });
}

/** Codes of connections that were never made. */
const unsent: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

interface Body {
  readonly readableEnded: boolean;
  once(event: 'close', listener: () => void): unknown;
  destroy(error: Error): unknown;
}

function isStream(body: unknown): body is Body {
  return typeof body === 'object' && body !== null && 'once' in body && 'destroy' in body;
}

/** Of this name because it is one that the SDK repeats. */
function timeout(ms: number): Error {
  return named('TimeoutError', `no answer within ${Math.round(ms)} ms`);
}

function named(name: string, message: string): Error {
  return Object.assign(new Error(message), { name });
}

/** Calls after so many milliseconds, but after answers that are there by then: a busy process may not have read them. */
function afterAnswers(ms: number, expired: () => void): () => void {
  let immediate: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => {
    immediate = setImmediate(expired);
  }, ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(immediate);
  };
}
