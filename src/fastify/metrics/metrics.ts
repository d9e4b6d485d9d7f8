/** Metrics of a server: what is measured, and who reads it. */
import type { FastifyInstance } from 'fastify';
import type { Database, TableDefinition } from 'tableloom/runtime';
import type { AnsweredOperation } from '../watch/operations.js';
import { type EmfSettings, EmfWriter } from './emf.js';
import { type PrometheusSettings, serveMetrics } from './endpoint.js';
import { HotPartitions } from './hot-partitions.js';
import { measuring } from './observer.js';
import { ProcessMetrics } from './process.js';
import { prometheusText } from './prometheus.js';
import { Registry } from './registry.js';
import { readStorage } from './storage.js';

/** How often lines are written for CloudWatch, in milliseconds: its metrics are of minutes. */
const emfEveryMs = 60_000;

export interface MetricsOptions {
  /**
   * Serves `GET /metrics` for Prometheus: `{ token }` for whoever sends the token, `{ port, host }` at a port of its own, of
   * 127.0.0.1 where no `host` is passed; `true` for everybody, which production refuses.
   */
  readonly prometheus?: PrometheusSettings;
  /** Writes CloudWatch's embedded metric format: once a minute; in AWS Lambda with each answer. */
  readonly emf?: true | EmfSettings;
  /**
   * Names of operations that are measured by their names, such as those of your trusted documents. Others are measured by their
   * root field, as clients may call them anything.
   */
  readonly operations?: readonly string[];
}

export interface Metrics {
  answered(operation: AnsweredOperation): void;
  /** Adds to the subscriptions that are open. */
  subscribed(change: 1 | -1): void;
  /** Errors that a subscriber is sent. */
  failed(operation: string, codes: readonly string[]): void;
}

interface Measured {
  readonly database: Database;
  readonly tables: readonly TableDefinition[];
  /** How many operations were refused because of overload. */
  readonly refused: () => number;
}

export function metricsOf(
  app: FastifyInstance,
  { database, tables, refused }: Measured,
  { prometheus, emf, operations = [] }: MetricsOptions,
  isProduction: boolean,
): Metrics {
  const registry = new Registry();
  const hot = new HotPartitions(tables, (key) => database.pseudonym(key));
  const ofProcess = new ProcessMetrics();
  const read = () => {
    ofProcess.read(registry);
    readStorage(registry, database);
    registry.set('shed', [], refused());
    hot.report(registry, Date.now());
  };
  registry.set('subscriptions', [], 0);
  if (prometheus !== undefined)
    serveMetrics(app, prometheus, isProduction, () => {
      read();
      return prometheusText(registry);
    });
  const flush = emf === undefined ? undefined : writer(registry, emf === true ? {} : emf, read);
  const timer = flush && setInterval(flush, emfEveryMs).unref();
  const stop = database.observe(measuring(registry, hot));
  app.addHook('onClose', async () => {
    stop();
    ofProcess.close();
    clearInterval(timer);
    flush?.();
  });
  const isLambda = process.env.AWS_LAMBDA_FUNCTION_NAME !== undefined;
  const named: ReadonlySet<string> = new Set(operations);
  let subscriptions = 0;
  return {
    answered(operation) {
      const label = labelOf(operation, named);
      registry.observe('operations', [label, operation.type ?? '(none)'], operation.ms / 1000);
      for (const code of operation.codes) registry.count('errors', [label, code]);
      // A function is frozen between its invocations, and ends without a word.
      if (isLambda) flush?.();
    },
    subscribed(change) {
      subscriptions += change;
      registry.set('subscriptions', [], subscriptions);
    },
    failed(operation, codes) {
      for (const code of codes) registry.count('errors', [operation, code]);
    },
  };
}

function writer(registry: Registry, settings: EmfSettings, read: () => void): () => void {
  const emf = new EmfWriter(registry, settings);
  return () => {
    read();
    emf.flush();
  };
}

/** Of names that clients make up there is no end. */
function labelOf({ name, fields }: AnsweredOperation, named: ReadonlySet<string>): string {
  if (name !== null && named.has(name)) return name;
  const [field = '(none)', ...others] = fields;
  return others.length === 0 ? field : '(several)';
}
