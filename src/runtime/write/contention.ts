/** Contention: writers of one process that conflicted over a record wait for each other. */
import type { Retry } from '../client/retry.js';

/** The longest turn, in milliseconds: then the next writer begins. Correctness does not depend on turns. */
const longestTurn = 1000;

/** What the next writer of an item waits for. */
interface Queue {
  /** The turns of all writers before it that need the item to themselves. */
  last: Promise<void>;
  /** Direct updates that have begun or wait since then: any number of them at the same time. */
  readonly shared: Set<Promise<void>>;
}

/**
 * Queues by item. DynamoDB decides whether a write takes place. But of writers that compute a change of the same record
 * in parallel only one can succeed; where they queue, no attempt is in vain. Direct updates do not conflict with each
 * other: they wait only for writers before them, who would have to begin again.
 */
export class Contention {
  readonly #queues = new Map<string, Queue>();

  /** Whether writers are queueing for an item. */
  isContested(id: string): boolean {
    return this.#queues.has(id);
  }

  /** Waits for a turn at each of these items. Call the returned function to let the next writer through. */
  async take(ids: Iterable<string>): Promise<() => void> {
    const releases: (() => void)[] = [];
    // In one order for all, so that no two wait for each other.
    for (const id of [...new Set(ids)].sort()) {
      const queue = this.#queues.get(id);
      const before = Promise.all([queue?.last, ...(queue?.shared ?? [])]);
      const { promise: done, resolve: release } = resolvable();
      const last = before.then(() => atMost(longestTurn, done));
      const own: Queue = { last, shared: new Set() };
      this.#queues.set(id, own);
      releases.push(release);
      void last.then(() => this.#leave(id, own));
      await before;
    }
    return () => {
      for (const release of releases) release();
    };
  }

  /** Waits for the writers that queue for an item. Call the returned function when the update is made. */
  async share(id: string): Promise<() => void> {
    const queue = this.#queues.get(id);
    if (queue === undefined) return () => undefined;
    const { promise: done, resolve: release } = resolvable();
    const turn = queue.last.then(() => atMost(longestTurn, done));
    queue.shared.add(turn);
    void turn.then(() => {
      queue.shared.delete(turn);
      this.#leave(id, queue);
    });
    await queue.last;
    return release;
  }

  /** Forgets a queue that is empty. */
  #leave(id: string, queue: Queue): void {
    if (queue.shared.size === 0 && this.#queues.get(id) === queue) this.#queues.delete(id);
  }
}

/** The turns that one call has at items that others are writing. */
export class Turns {
  readonly #contention: Contention;
  readonly #retry: Retry;
  #taken: ReadonlySet<string> = new Set();
  #release: () => void = () => undefined;

  constructor(contention: Contention, retry: Retry) {
    this.#contention = contention;
    this.#retry = retry;
  }

  /** Waits for a turn at each of these items, unless it has them. Returns whether it waited. */
  async take(ids: ReadonlySet<string>): Promise<boolean> {
    if ([...ids].every((id) => this.#taken.has(id))) return false;
    this.release();
    this.#taken = ids;
    this.#release = await this.#waiting(this.#contention.take(ids));
    return true;
  }

  /** Waits for those that queue for an item. Returns what ends the turn. */
  async share(id: string): Promise<() => void> {
    return this.#taken.has(id) ? () => undefined : this.#waiting(this.#contention.share(id));
  }

  release(): void {
    this.#release();
    this.#release = () => undefined;
    this.#taken = new Set();
  }

  async #waiting<T>(turn: Promise<T>): Promise<T> {
    const since = performance.now();
    const result = await turn;
    this.#retry.extend(performance.now() - since);
    return result;
  }
}

function resolvable(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

async function atMost(ms: number, promise: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}
