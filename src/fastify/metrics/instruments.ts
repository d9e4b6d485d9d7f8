/** What is measured: each instrument once, for Prometheus, for CloudWatch and for the documentation, which a test compares. */

export interface Instrument {
  /** As Prometheus names it, with its unit. CloudWatch's metric has the same name. */
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  /** None has a value that clients make up: each value is a name of the schema, the access patterns, the tables or the code. */
  readonly labels: readonly string[];
  /** CloudWatch's unit; null where it is for Prometheus only. */
  readonly unit: 'Seconds' | 'Count' | 'Bytes' | null;
  /** Of a histogram: upper bounds. */
  readonly buckets?: readonly number[];
}

const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20];
const fine = [0.001, 0.0025, ...seconds.slice(0, 10)];

export const instruments = {
  operations: {
    name: 'tableloom_operation_duration_seconds',
    kind: 'histogram',
    help: 'How long operations took, from the arrival of their requests to the answer.',
    labels: ['operation', 'type'],
    unit: 'Seconds',
    buckets: seconds,
  },
  errors: {
    name: 'tableloom_errors_total',
    kind: 'counter',
    help: 'Errors in answers, by their code.',
    labels: ['operation', 'code'],
    unit: 'Count',
  },
  patterns: {
    name: 'tableloom_pattern_duration_seconds',
    kind: 'histogram',
    help: 'How long patterns took to be read, and writes to be carried out.',
    labels: ['pattern', 'kind', 'index'],
    unit: 'Seconds',
    buckets: fine,
  },
  requests: {
    name: 'tableloom_dynamodb_request_duration_seconds',
    kind: 'histogram',
    help: 'How long requests to DynamoDB took, each attempt for itself.',
    labels: ['operation', 'pattern'],
    unit: 'Seconds',
    buckets: fine,
  },
  failures: {
    name: 'tableloom_dynamodb_errors_total',
    kind: 'counter',
    help: 'Requests to DynamoDB that failed, by the name of the error; failed conditions are among them.',
    labels: ['operation', 'error'],
    unit: 'Count',
  },
  retries: {
    name: 'tableloom_dynamodb_retries_total',
    kind: 'counter',
    help: 'Requests to DynamoDB that were sent again.',
    labels: [],
    unit: 'Count',
  },
  units: {
    name: 'tableloom_dynamodb_consumed_units_total',
    kind: 'counter',
    help: 'Read and write units that DynamoDB billed.',
    labels: ['kind', 'pattern', 'table', 'index'],
    unit: 'Count',
  },
  batch: {
    name: 'tableloom_batch_keys',
    kind: 'histogram',
    help: 'How many keys one GetItem or BatchGetItem read for loaders.',
    labels: ['pattern'],
    unit: 'Count',
    buckets: [1, 2, 5, 10, 25, 50, 75, 100],
  },
  hot: {
    name: 'tableloom_hot_partition_units',
    kind: 'gauge',
    help: 'Units that the hottest partitions consumed in the last full minute; partition is a pseudonym of the key.',
    labels: ['kind', 'table', 'index', 'pattern', 'partition'],
    unit: null,
  },
  cache: {
    name: 'tableloom_cache_reads_total',
    kind: 'counter',
    help: 'Reads of caches: hit, stale or miss.',
    labels: ['name', 'level', 'result'],
    unit: 'Count',
  },
  breaker: {
    name: 'tableloom_breaker_state',
    kind: 'gauge',
    help: 'The circuit of reads, or writes, of a table: 0 is closed, 1 half open, 2 open.',
    labels: ['table', 'kind'],
    unit: null,
  },
  waiting: {
    name: 'tableloom_dynamodb_waiting_requests',
    kind: 'gauge',
    help: 'Requests to DynamoDB that wait for a connection.',
    labels: [],
    unit: 'Count',
  },
  shed: {
    name: 'tableloom_shed_operations_total',
    kind: 'counter',
    help: 'Operations that were refused because the server was overloaded.',
    labels: [],
    unit: 'Count',
  },
  lag: {
    name: 'tableloom_event_lag_seconds',
    kind: 'histogram',
    help: 'From the time of an event until a subscriber had taken it.',
    labels: ['type'],
    unit: 'Seconds',
    buckets: seconds,
  },
  subscriptions: {
    name: 'tableloom_subscriptions',
    kind: 'gauge',
    help: 'Subscriptions that are open.',
    labels: [],
    unit: 'Count',
  },
  eventLoop: {
    name: 'nodejs_eventloop_lag_p99_seconds',
    kind: 'gauge',
    help: 'The 99th percentile of the delay of the event loop since the last reading.',
    labels: [],
    unit: 'Seconds',
  },
  cpu: {
    name: 'process_cpu_seconds_total',
    kind: 'counter',
    help: 'Processor time of the process.',
    labels: [],
    unit: null,
  },
  memory: {
    name: 'process_resident_memory_bytes',
    kind: 'gauge',
    help: 'Memory of the process.',
    labels: [],
    unit: 'Bytes',
  },
  heap: {
    name: 'nodejs_heap_size_used_bytes',
    kind: 'gauge',
    help: 'Heap that is used.',
    labels: [],
    unit: null,
  },
  start: {
    name: 'process_start_time_seconds',
    kind: 'gauge',
    help: 'When the process was started, in seconds since 1970.',
    labels: [],
    unit: null,
  },
} as const satisfies Readonly<Record<string, Instrument>>;

export type InstrumentId = keyof typeof instruments;

/** The values of an instrument's labels, in their order. */
export type LabelsOf<I extends InstrumentId> = Texts<(typeof instruments)[I]['labels']>;

type Texts<Names extends readonly string[]> = { readonly [At in keyof Names]: string };
