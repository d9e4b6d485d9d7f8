/** What a database reports, as metrics. */
import type { ObservedRequest, Observer, RequestOutcome } from 'tableloom/runtime';
import { consumedBy, keysIn, unitsOf } from './capacity.js';
import type { HotPartitions } from './hot-partitions.js';
import type { Registry } from './registry.js';

const reads: ReadonlySet<string> = new Set(['GetItem', 'BatchGetItem', 'Query', 'Scan', 'TransactGetItems']);

/** Whether an operation of DynamoDB reads or writes. */
export function kindOf({ operation }: Pick<ObservedRequest, 'operation'>): 'read' | 'write' {
  return reads.has(operation) ? 'read' : 'write';
}

/** What names an error: its code, or else its name. */
export function errorName(error: unknown): string {
  const { code, name } = (error ?? {}) as { readonly code?: unknown; readonly name?: unknown };
  return String(code ?? name ?? 'Error');
}

/** @param now in milliseconds since 1970 */
export function measuring(registry: Registry, hot: HotPartitions, now = Date.now): Observer {
  const ended = (request: ObservedRequest, outcome: RequestOutcome) => {
    const { operation, pattern, tables } = request;
    const kind = kindOf(request);
    registry.observe('requests', [operation, pattern], outcome.ms / 1000);
    if (outcome.error !== undefined) registry.count('failures', [operation, errorName(outcome.error)]);
    const keys = keysIn(request);
    if (keys !== undefined) registry.observe('batch', [pattern], keys);
    const units = unitsOf(consumedBy(outcome), tables);
    for (const one of units) registry.count('units', [kind, pattern, one.table, one.index], one.units);
    hot.add(kind, request, units, now());
  };
  return {
    request: (request) => ({ ended: (outcome) => ended(request, outcome) }),
    pattern: ({ name, kind, index = 'table' }) => ({
      ended: ({ ms }) => registry.observe('patterns', [name, kind, index], ms / 1000),
    }),
    delivered: ({ type, lagMs }) => registry.observe('lag', [type], lagMs / 1000),
    cacheRead: ({ name, level, result }) => registry.count('cache', [name, level, result]),
  };
}
