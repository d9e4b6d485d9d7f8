/** How the requests of a database fare, as metrics. */
import type { Database, StorageState } from 'tableloom/runtime';
import type { Registry } from './registry.js';

const states: Readonly<Record<StorageState['circuits'][number]['state'], number>> = {
  closed: 0,
  'half-open': 1,
  open: 2,
};

export function readStorage(registry: Registry, database: Pick<Database, 'storageState'>): void {
  const { circuits, waiting, retries } = database.storageState();
  for (const { table, kind, state } of circuits) registry.set('breaker', [table, kind], states[state]);
  registry.set('waiting', [], waiting);
  registry.set('retries', [], retries);
}
