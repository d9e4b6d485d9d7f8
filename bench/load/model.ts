/** What load is made of, and what became of it. */
import type { Latencies } from './histogram.js';

/** One of the requests that are sent. */
export interface Offer {
  readonly name: string;
  /** Its share among all. */
  readonly weight: number;
  /** GraphQL requests as JSON, sent one after the other, again and again. */
  readonly bodies: readonly string[];
}

export interface Load {
  /** Of the server; of several processes, each gets the next request, as from a load balancer. */
  readonly ports: readonly number[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Access tokens; each request has one of them, at random. Default: none. */
  readonly tokens?: readonly string[];
  readonly operations: readonly Offer[];
  readonly seconds: number;
}

/** Arrivals by a plan made before: they do not wait for one another, as clients of a server do not. */
export interface OpenLoad extends Load {
  readonly ratePerSecond: number;
  /** Default: 1000. */
  readonly connections?: number;
  /** Arrivals of the first seconds are sent, and not counted. */
  readonly warmUpSeconds?: number;
}

/** As many connections as there are, each of which sends its next request once the last was answered. */
export interface ClosedLoad extends Load {
  readonly connections: number;
}

export interface Outcome {
  /** Answers without errors. */
  readonly good: Latencies;
  /** Refusals: status 503. */
  readonly shed: Latencies;
  /** How many others, by their code or status. */
  readonly others: Readonly<Record<string, number>>;
  /** From the first arrival that counts to the last answer of those. */
  readonly seconds: number;
}

export interface Loaded extends Outcome {
  /** How late the generator itself was: where this is not small, the machine is too busy to measure. Empty of a closed load. */
  readonly late: Latencies;
  readonly byOperation: Readonly<Record<string, Outcome>>;
}
