/** The values of all instruments of one server. */
import { type Instrument, type InstrumentId, instruments, type LabelsOf } from './instruments.js';

/** One combination of label values. */
export interface Series {
  readonly labels: readonly string[];
  /** A counter's total, a gauge's value, or the sum of what a histogram observed. */
  value: number;
  /** Of a histogram: how many values are in each bucket, and one more for those above all bounds. */
  readonly buckets: number[];
}

/**
 * Beyond so many, an instrument counts under the labels `(other)`: totals stay right, and memory is bounded, whatever an
 * application's names are.
 */
const mostSeries = 2000;

const other = '(other)';

/** Nothing here waits, or is done but once for each value: reports come from every request. */
export class Registry {
  readonly #series = new Map<InstrumentId, Map<string, Series>>();
  /** Called with each value of a histogram. */
  observed: ((id: InstrumentId, series: Series, value: number) => void) | undefined;

  /** Adds to a counter. */
  count<I extends InstrumentId>(id: I, labels: LabelsOf<I>, by = 1): void {
    this.#find(id, labels).value += by;
  }

  /** Sets a gauge, or a counter that something else counts. */
  set<I extends InstrumentId>(id: I, labels: LabelsOf<I>, value: number): void {
    this.#find(id, labels).value = value;
  }

  /** Adds a value to a histogram. */
  observe<I extends InstrumentId>(id: I, labels: LabelsOf<I>, value: number): void {
    const series = this.#find(id, labels);
    const bounds = boundsOf(id);
    let at = 0;
    while (at < bounds.length && value > (bounds[at] ?? 0)) at += 1;
    series.buckets[at] = (series.buckets[at] ?? 0) + 1;
    series.value += value;
    this.observed?.(id, series, value);
  }

  /** Forgets the values of a gauge whose labels change. */
  clear(id: InstrumentId): void {
    this.#series.delete(id);
  }

  /** All that have values, in the order of their declarations. */
  *all(): Generator<{
    readonly id: InstrumentId;
    readonly instrument: Instrument;
    readonly series: Iterable<Series>;
  }> {
    for (const [id, instrument] of Object.entries(instruments)) {
      const found = this.#series.get(id as InstrumentId);
      if (found !== undefined) yield { id: id as InstrumentId, instrument, series: found.values() };
    }
  }

  #find(id: InstrumentId, labels: readonly string[]): Series {
    const all = this.#series.get(id) ?? new Map<string, Series>();
    const key = labels.join('\n');
    const known = all.get(key);
    if (known !== undefined) return known;
    this.#series.set(id, all);
    if (all.size >= mostSeries && labels.some((label) => label !== other))
      return this.#find(
        id,
        labels.map(() => other),
      );
    const buckets = Array.from({ length: boundsOf(id).length + 1 }, () => 0);
    const series: Series = { labels, value: 0, buckets };
    all.set(key, series);
    return series;
  }
}

export function boundsOf(id: InstrumentId): readonly number[] {
  const instrument: Instrument = instruments[id];
  return instrument.buckets ?? [];
}
