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
      error = this.#dropLeast();
    }
    this.#hitters.set(id, { place: place(), weight: error + weight, error });
  }

  /** The heaviest, at most so many. */
  top(most: number): readonly Hitter<Place>[] {
    return [...this.#hitters.values()].sort((a, b) => b.weight - a.weight).slice(0, most);
  }

  /** Returns its weight. */
  #dropLeast(): number {
    let least = '';
    let weight = Number.POSITIVE_INFINITY;
    this.#hitters.forEach((hitter, id) => {
      if (hitter.weight >= weight) return;
      least = id;
      weight = hitter.weight;
    });
    this.#hitters.delete(least);
    return weight;
  }
}
