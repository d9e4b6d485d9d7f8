/**
 * Metrics as lines of a log, from which CloudWatch makes its own ("Specification: Embedded metric format", Amazon CloudWatch User
 * Guide): a JSON document for each combination of dimensions that has something new.
 *
 * The format has values, and none of how many times each was seen: an array of at most 100. Of more values since the last
 * lines, a random sample is written (Vitter's algorithm R, "Random sampling with a reservoir", 1985), as good for percentiles and
 * averages. How many there were is a metric of its own, `…_count`.
 */
import type { InstrumentId } from './instruments.js';
import type { Registry, Series } from './registry.js';

/** The most values of one metric in a document. */
const mostValues = 100;

/** The longest value of a dimension. */
const longestValue = 1024;

export interface EmfSettings {
  /** CloudWatch's namespace. Default: `Tableloom`. */
  readonly namespace?: string;
  /** Writes a line, which has no line feed. Default: to the standard output, where Lambda and the agents of containers read it. */
  readonly write?: (line: string) => void;
}

interface Sample {
  readonly values: number[];
  /** How many there were in all. */
  count: number;
}

interface Document {
  readonly labels: readonly string[];
  readonly values: readonly string[];
  readonly metrics: { readonly Name: string; readonly Unit: string }[];
  readonly members: Record<string, number | readonly number[]>;
}

export class EmfWriter {
  readonly #registry: Registry;
  readonly #namespace: string;
  readonly #write: (line: string) => void;
  readonly #samples = new Map<Series, Sample>();
  /** What was written of counters. */
  readonly #written = new WeakMap<Series, number>();

  constructor(registry: Registry, { namespace = 'Tableloom', write = toOutput }: EmfSettings) {
    this.#registry = registry;
    this.#namespace = namespace;
    this.#write = write;
    registry.observed = (_id: InstrumentId, series, value) => this.#sample(series, value);
  }

  /** Writes what is new since the last time. @param now in milliseconds since 1970 */
  flush(now = Date.now()): void {
    for (const { labels, values, metrics, members } of this.#documents()) {
      const directive = { Namespace: this.#namespace, Dimensions: [labels], Metrics: metrics };
      const dimensions = Object.fromEntries(labels.map((label, at) => [label, dimension(values[at])]));
      const _aws = { Timestamp: now, CloudWatchMetrics: [directive] };
      this.#write(JSON.stringify({ _aws, ...dimensions, ...members }));
    }
    this.#samples.clear();
  }

  #documents(): Iterable<Document> {
    const documents = new Map<string, Document>();
    for (const { instrument, series } of this.#registry.all()) {
      const { name, kind, labels, unit } = instrument;
      if (unit === null) continue;
      for (const one of series) {
        const members = kind === 'histogram' ? this.#observed(name, one) : this.#number(name, kind, one);
        if (members === undefined) continue;
        const id = JSON.stringify([labels, one.labels]);
        const document = documents.get(id) ?? { labels, values: one.labels, metrics: [], members: {} };
        documents.set(id, document);
        Object.assign(document.members, members);
        for (const Name of Object.keys(members))
          document.metrics.push({ Name, Unit: Name === name ? unit : 'Count' });
      }
    }
    return documents.values();
  }

  #observed(name: string, series: Series): Document['members'] | undefined {
    const sample = this.#samples.get(series);
    return sample && { [name]: sample.values, [`${name}_count`]: sample.count };
  }

  #number(name: string, kind: 'counter' | 'gauge', series: Series): Document['members'] | undefined {
    const { value } = series;
    if (kind === 'gauge') return { [name]: value };
    const increase = value - (this.#written.get(series) ?? 0);
    this.#written.set(series, value);
    return increase === 0 ? undefined : { [name]: increase };
  }

  #sample(series: Series, value: number): void {
    const sample = this.#samples.get(series) ?? { values: [], count: 0 };
    this.#samples.set(series, sample);
    sample.count += 1;
    const at = sample.count <= mostValues ? sample.count - 1 : Math.floor(Math.random() * sample.count);
    if (at < mostValues) sample.values[at] = value;
  }
}

/** CloudWatch takes printable ASCII, and no empty text. */
function dimension(value: string | undefined): string {
  return value ? value.replace(/[^ -~]/g, '?').slice(0, longestValue) : '(none)';
}

function toOutput(line: string): void {
  process.stdout.write(`${line}\n`);
}
