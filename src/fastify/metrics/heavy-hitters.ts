/** The heaviest of very many things, in the memory of a few. */

export interface Hitter<Place> {
  readonly place: Place;
  /** At most this much was added to it. */
  weight: number;
  /** At least `weight - error` was. */
  readonly error: number;
}

/**
 * The Space-Saving sketch (Metwally, Agrawal and El Abbadi, "Efficient Computation of Frequent and Top-k Elements in Data
 * Streams", ICDT 2005), with weights: of `size` counters, a thing that has none takes over the least, with its weight as the error.
 * Whatever has more than a `size`th of all weight has a counter, and no error is greater than that.
 */
export class HeavyHitters<Place> {
  readonly #size: number;
  readonly #hitters = new Map<string, Hitter<Place>>();
  #total = 0;

  constructor(size: number) {
    this.#size = size;
  }

  get total(): number {
    return this.#total;
  }

  /** @param place called for a thing that takes a counter */
  add(id: string, weight: number, place: () => Place): void {
    this.#total += weight;
    const known = this.#hitters.get(id);
    if (known !== undefined) {
      known.weight += weight;
      return;
    }
    let error = 0;
    if (this.#hitters.size >= this.#size) {
      const [least, { weight: lightest }] = this.#least();
      this.#hitters.delete(least);
      error = lightest;
    }
    this.#hitters.set(id, { place: place(), weight: error + weight, error });
  }

  /** The heaviest, at most so many. */
  top(most: number): readonly Hitter<Place>[] {
    return [...this.#hitters.values()].sort((a, b) => b.weight - a.weight).slice(0, most);
  }

  #least(): [string, Hitter<Place>] {
    let least: [string, Hitter<Place>] | undefined;
    for (const entry of this.#hitters)
      if (least === undefined || entry[1].weight < least[1].weight) least = entry;
    if (least === undefined) throw new TypeError('a sketch has at least one counter');
    return least;
  }
}
