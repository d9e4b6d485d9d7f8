/** Requests that end: with an answer, or without one in time. The SDK itself waits for an answer for ever. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { busy, cancelled, unanswered } from '../errors.js';

type Handler = DynamoDBClient['config']['requestHandler'];
type HttpRequest = Parameters<Handler['handle']>[0];
type HttpOptions = Parameters<Handler['handle']>[1];
/** What a view of a client has in the place of its own. */
interface Bounded {
  readonly requestHandler: Handler;
  readonly middlewareStack: DynamoDBClient['middlewareStack'];
}

type Answered = Awaited<ReturnType<Handler['handle']>>;

/** One request of a session. The SDK makes several attempts of it. */
export class Call {
  readonly #controller = new AbortController();
  /** Whether an attempt may have been carried out although its answer never came. */
  isLost = false;

  /** Ends its attempts. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /**
   * Sends it. After so many milliseconds, or where the signal is aborted, it fails and its connection is closed:
   * STORAGE_UNAVAILABLE, BUSY where DynamoDB refused all attempts because of its load, CANCELLED.
   */
  send<T>(ms: number, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      const stop = (error: () => Error) => {
        this.#controller.abort();
        reject(error());
      };
      const gone = () => stop(() => cancelled(signal?.reason));
      const withdraw = afterAnswers(ms, () => stop(() => (this.isLost ? unanswered() : busy())));
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

/**
 * The settings that bound a client's attempts, each to so many milliseconds. One without an answer fails like one whose
 * connection broke, so that the SDK repeats it.
 *
 * A call is found by its command's input: options of `send` would do, too, but turn off the SDK's cache of composed
 * handlers, which takes a third of a request's time.
 */
export function bounded(client: DynamoDBClient, attemptMs: number): Bounded {
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
    return stack;
  };
  const inner = client.config.requestHandler;
  const requestHandler: Handler = Object.assign(Object.create(inner) as Handler, {
    handle: (request: HttpRequest, options?: HttpOptions) => attempt(inner, request, options, attemptMs),
  });
  return { requestHandler, middlewareStack: Object.assign(Object.create(middlewareStack), { concat }) };
}

function attempt(inner: Handler, request: HttpRequest, options: HttpOptions, ms: number): Promise<Answered> {
  const { abortSignal } = (options ?? {}) as { readonly abortSignal?: AbortSignal };
  const call = calls.get(request) ?? (abortSignal && calls.get(abortSignal));
  const outer = call?.signal ?? abortSignal;
  const controller = new AbortController();
  return new Promise((resolve, reject) => {
    let body: Body | undefined;
    const stop = (error: Error) => {
      lost();
      reject(error);
      controller.abort(error);
      body?.destroy(error);
    };
    const lost = () => {
      if (call !== undefined) call.isLost = true;
    };
    const gone = () => stop(named('AbortError', 'Request aborted'));
    // Of this name because it is one that the SDK repeats.
    const withdraw = afterAnswers(ms, () => stop(named('TimeoutError', `no answer within ${ms} ms`)));
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
        if (statusCode >= 500) lost();
        // An answer from the network can stop in the middle.
        if (isStream(answer)) {
          body = answer;
          body.once('close', settled);
        } else settled();
        resolve(answered);
      },
      (error: unknown) => {
        settled();
        if (!unsent.has((error as { code?: unknown }).code)) lost();
        reject(error);
      },
    );
  });
}

/** Codes of connections that were never made. */
const unsent: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN']);

interface Body {
  once(event: 'close', listener: () => void): unknown;
  destroy(error: Error): unknown;
}

function isStream(body: unknown): body is Body {
  return typeof body === 'object' && body !== null && 'once' in body && 'destroy' in body;
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
