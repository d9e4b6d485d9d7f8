/** The observers of one database. */
import type { InputOf, Operation, OutputOf } from '../client/operations.js';
import type {
  CacheRead,
  ObservedDelivery,
  ObservedPattern,
  ObservedRequest,
  Observer,
  Outcome,
  Watch,
} from './observer.js';

/** What a request is for: see `ObservedRequest.pattern`. A function is called only where requests are observed. */
export type Purpose = string | (() => string);

export class Observers {
  /** Logical table names by physical ones. */
  readonly tables: Readonly<Record<string, string>>;
  #all: readonly Observer[] = [];

  /** @param tables physical table names by logical ones */
  constructor(tables: Readonly<Record<string, string>>) {
    this.tables = Object.fromEntries(
      Object.entries(tables).map(([logical, physical]) => [physical, logical]),
    );
  }

  /** Whether there are any. Where there are none, nothing is measured. */
  get isActive(): boolean {
    return this.#all.length > 0;
  }

  /** Returns what takes it away again. */
  add(observer: Observer): () => void {
    this.#all = [...this.#all, observer];
    return () => {
      this.#all = this.#all.filter((one) => one !== observer);
    };
  }

  /** Sends a request. */
  request<O extends Operation>(
    operation: O,
    input: InputOf<O>,
    purpose: Purpose,
    send: () => Promise<OutputOf<O>>,
  ): Promise<OutputOf<O>> {
    if (!this.isActive) return send();
    const pattern = typeof purpose === 'string' ? purpose : purpose();
    const request: ObservedRequest = { operation, input, pattern, tables: this.tables };
    return watched(
      this.#each((one) => one.request?.(request)),
      send,
      (ms, output) => ({ ms, output }),
    );
  }

  /** Answers a pattern. @param pattern called only where somebody observes */
  pattern<T>(pattern: () => ObservedPattern, work: () => Promise<T>): Promise<T> {
    if (!this.isActive) return work();
    const observed = pattern();
    return watched(
      this.#each((one) => one.pattern?.(observed)),
      work,
      (ms) => ({ ms }),
    );
  }

  delivered(delivery: ObservedDelivery): void {
    this.#each((one) => one.delivered?.(delivery));
  }

  cacheRead(read: CacheRead): void {
    this.#each((one) => one.cacheRead?.(read));
  }

  #each<R>(report: (observer: Observer) => R): NonNullable<R>[] {
    return this.#all.flatMap((one) => guarded(() => report(one)) ?? []);
  }
}

async function watched<T, End extends Outcome>(
  watches: readonly Watch<End | Outcome>[],
  work: () => Promise<T>,
  endOf: (ms: number, result: T) => End,
): Promise<T> {
  const began = performance.now();
  const ended = (end: End | Outcome) => {
    for (const watch of watches) guarded(() => watch.ended(end));
  };
  const run = watches.reduceRight<() => Promise<T>>((inner, watch) => {
    const around = watch.run?.bind(watch);
    return around === undefined ? inner : () => around(inner);
  }, work);
  try {
    const result = await run();
    ended(endOf(performance.now() - began, result));
    return result;
  } catch (error) {
    ended({ ms: performance.now() - began, error });
    throw error;
  }
}

/** An observer's fault is not that of the work. */
function guarded<R>(report: () => R): R | undefined {
  try {
    return report();
  } catch (error) {
    process.emitWarning(error instanceof Error ? error : String(error));
    return undefined;
  }
}
