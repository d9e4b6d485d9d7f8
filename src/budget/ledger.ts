/** Requests by step: those of their own, and keys that share batch gets. */

/** DynamoDB takes at most this many keys in one BatchGetItem. */
const batch = 100;

/** The requests of one field or rule; filled in while the operation is walked. */
export interface Tally {
  requests: number;
  readUnits: number;
}

/**
 * What waits for answers: keys of one source come at most at so many different moments, as it has answers that
 * come each at their own time. Children of one page come at one moment, those of fifty pages at fifty.
 */
export interface Source {
  readonly moments: number;
}

interface Keys {
  readonly count: number;
  readonly source: Source;
  readonly tally: Tally;
}

/** The requests of one operation. Steps are counted from 0. */
export class Ledger {
  readonly #requests: number[] = [];
  readonly #keys: Keys[][] = [];
  readonly #isTogether: boolean;

  /** @param isTogether whether answers of one step arrive at the same time, so that the keys they lead to share batches */
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
    const asked = this.#keys[step] ?? [];
    asked.push(keys);
    this.#keys[step] = asked;
  }

  /** The number of steps with requests. */
  get steps(): number {
    return Math.max(this.#requests.length, this.#keys.length);
  }

  /** Counts the batch gets, each for the first fields whose keys are in it. */
  settle(): void {
    for (const keysOfStep of this.#keys) {
      let keys = 0;
      let counted = 0;
      const sources = new Set<Source>();
      for (const { count, source, tally } of keysOfStep ?? []) {
        keys += count;
        sources.add(source);
        const batches = this.#batches(keys, sources);
        tally.requests += batches - counted;
        counted = batches;
      }
    }
  }

  #batches(keys: number, sources: ReadonlySet<Source>): number {
    if (this.#isTogether) return Math.ceil(keys / batch);
    let moments = 0;
    for (const source of sources) moments += source.moments;
    return Math.min(keys, Math.floor(keys / batch) + moments);
  }
}
