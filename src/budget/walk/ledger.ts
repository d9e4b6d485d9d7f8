/** Requests by step, and keys that share batch gets. */

/** DynamoDB takes at most this many keys in one BatchGetItem. */
const batch = 100;

/** Requests of one field or rule; filled in while an operation is walked. */
export interface Tally {
  requests: number;
  readUnits: number;
}

/**
 * When keys are requested: at most at so many different moments, as the answers they wait for arrive one by one.
 * Children of one page request theirs at one moment, those of fifty pages at fifty.
 */
export interface Arrivals {
  readonly moments: number;
}

interface Keys {
  readonly count: number;
  readonly arrivals: Arrivals;
  readonly tally: Tally;
}

/** The requests of one operation. Steps are counted from 0. */
export class Ledger {
  readonly #requests: number[] = [];
  readonly #keys: Keys[][] = [];
  readonly #isTogether: boolean;

  /** @param isTogether whether answers of one step arrive together, so that the keys that follow share batches */
  constructor(isTogether: boolean) {
    this.#isTogether = isTogether;
  }

  addRequests(step: number, count: number, tally: Tally): void {
    if (count === 0) return;
    this.#requests[step] = (this.#requests[step] ?? 0) + count;
    tally.requests += count;
  }

  addKeys(step: number, keys: Keys): void {
    if (keys.count === 0) return;
    const added = this.#keys[step] ?? [];
    added.push(keys);
    this.#keys[step] = added;
  }

  /** The step after the last request. */
  get steps(): number {
    return Math.max(this.#requests.length, this.#keys.length);
  }

  /** Counts the batch gets. A batch counts for the first field with a key in it. */
  settle(): void {
    for (const step of this.#keys) {
      let keys = 0;
      let counted = 0;
      const waits = new Set<Arrivals>();
      for (const { count, arrivals, tally } of step ?? []) {
        keys += count;
        waits.add(arrivals);
        const batches = this.#batches(keys, waits);
        tally.requests += batches - counted;
        counted = batches;
      }
    }
  }

  #batches(keys: number, waits: ReadonlySet<Arrivals>): number {
    if (this.#isTogether) return Math.ceil(keys / batch);
    let moments = 0;
    for (const wait of waits) moments += wait.moments;
    return Math.min(keys, Math.floor(keys / batch) + moments);
  }
}
