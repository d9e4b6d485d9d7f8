/** Lets the writers of one process that met at a record take turns. */

/** Nobody waits longer than this for a turn: it spares tries, and nothing rests on it. In milliseconds. */
const longestWait = 1000;

/**
 * Queues by item. DynamoDB alone decides whether a write takes place; but of writers that compute a change of the
 * same record side by side only one can succeed at a time, and where they take turns none is tried in vain.
 */
export class Turns {
  readonly #last = new Map<string, Promise<void>>();

  /** Whether writers have met at an item and are taking turns. */
  isContested(id: string): boolean {
    return this.#last.has(id);
  }

  /** Waits for the turn at every one of these items. The turn lasts until the function it gives is called. */
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
