/** Latencies of many requests, in as much memory as of few. */
import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Milliseconds, but for `count`. Zero where nothing was recorded. */
export interface Latencies {
  readonly count: number;
  readonly p50: number;
  readonly p90: number;
  readonly p95: number;
  readonly p99: number;
  readonly longest: number;
}

/** Node's own histogram, of whole microseconds with three significant digits. */
export class LatencyHistogram {
  readonly #histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: 3.6e9, figures: 3 });

  record(milliseconds: number): void {
    this.#histogram.record(Math.max(1, Math.round(milliseconds * 1000)));
  }

  latencies(): Latencies {
    const { count } = this.#histogram;
    const at = (share: number) => (count === 0 ? 0 : this.#histogram.percentile(share) / 1000);
    return { count, p50: at(50), p90: at(90), p95: at(95), p99: at(99), longest: at(100) };
  }
}
