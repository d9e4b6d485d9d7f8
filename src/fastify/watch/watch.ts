/** What a server is watched by: metrics, traces and the log of slow operations; each only where the options say so. */
import type { FastifyInstance } from 'fastify';
import { type Metrics, metricsOf } from '../metrics/metrics.js';
import type { PluginOptions } from '../options.js';
import { type Traces, tracesOf } from '../traces/traces.js';
import { Operations, type OperationWatcher } from './operations.js';
import { slowLog, usualSlowLimits } from './slow.js';

export interface Watching {
  readonly operations: Operations;
  readonly metrics: Metrics | undefined;
  readonly traces: Traces | undefined;
}

export async function watching(
  app: FastifyInstance,
  options: PluginOptions,
  { isProduction, refused }: { readonly isProduction: boolean; readonly refused: () => number },
): Promise<Watching> {
  const { database, costs, slow = {} } = options;
  const { prometheus, emf } = options.metrics ?? {};
  const isMeasured = prometheus !== undefined || emf !== undefined;
  const metrics = isMeasured
    ? metricsOf(app, { ...options, refused }, { ...options.metrics }, isProduction)
    : undefined;
  const traces = options.traces ? await tracesOf() : undefined;
  if (traces !== undefined) {
    const stop = database.observe(traces.observer);
    app.addHook('onClose', async () => stop());
  }
  const watchers: OperationWatcher[] = [];
  if (traces !== undefined) watchers.push(traces.operation);
  if (metrics !== undefined) watchers.push(() => ({ ended: (operation) => metrics.answered(operation) }));
  if (slow !== false)
    watchers.push(slowLog(costs, () => app.graphql.schema, { ...usualSlowLimits, ...slow }));
  return { operations: new Operations(watchers), metrics, traces };
}
