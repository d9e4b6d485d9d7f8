/** Contention: writers of one process that conflicted over a record wait for each other. */

/** The longest wait, in milliseconds. Waiting saves attempts; correctness does not depend on it. */
const longestWait = 1000;

/**
 * Queues by item. DynamoDB decides whether a write takes place. But of writers that compute a change of the same record
 * in parallel only one can succeed; where they queue, no attempt is in vain.
 */
export class Contention {
  readonly #last = new Map<string, Promise<void>>();

  /** Whether writers are queueing for an item. */
  isContested(id: string): boolean {
    return this.#last.has(id);
  }

  /** Waits in the queue of each of these items. Call the returned function to let the next writer through. */
  async take(ids: Iterable<string>): Promise<() => void> {
    const releases: (() => void)[] = [];
    // In one order for all, so that no two wait for each other.
    for (const id of [...new Set(ids)].sort()) {
      const before = this.#last.get(id) ?? Promise.resolve();
      const { promise: done, resolve: release } = resolvable();
      const ours = before.then(() => done);
      this.#last.set(id, ours);
      releases.push(release);
      void ours.then(() => {
        if (this.#last.get(id) === ours) this.#last.delete(id);
      });
      await atMost(longestWait, before);
    }
    return () => {
      for (const release of releases) release();
    };
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
