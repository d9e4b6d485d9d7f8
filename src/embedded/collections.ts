import type { Change } from './action.js';
import { type AttributeValue, attribute } from './items/attributes.js';

/** Whether writes answer how large the item collections are that they changed. */
export type MetricsMode = 'SIZE' | 'NONE';

interface ItemCollection {
  readonly ItemCollectionKey: Readonly<Record<string, AttributeValue | undefined>>;
  /** In gigabytes, with the whole numbers that DynamoDB gives: here they are always small. */
  readonly SizeEstimateRangeGB: readonly [number, number];
}

/** The item collection of a change; tables without local indexes have none. */
export function collectionOf(
  { table, old, next }: Change,
  mode: MetricsMode | undefined,
): ItemCollection | undefined {
  const item = next ?? old;
  if (mode !== 'SIZE' || item === undefined || !table.indexes.some(({ kind }) => kind === 'local'))
    return undefined;
  const { name } = table.key.hash;
  return { ItemCollectionKey: { [name]: attribute(item, name) }, SizeEstimateRangeGB: [0, 1] };
}

/** The same of several changes, by table. */
export function collectionsOf(
  changes: readonly Change[],
  mode: MetricsMode | undefined,
): { readonly ItemCollectionMetrics?: Readonly<Record<string, readonly ItemCollection[]>> } {
  const byTable: Record<string, ItemCollection[]> = {};
  for (const change of changes) {
    const collection = collectionOf(change, mode);
    if (collection !== undefined)
      byTable[change.table.name] = [...(byTable[change.table.name] ?? []), collection];
  }
  return Object.keys(byTable).length > 0 ? { ItemCollectionMetrics: byTable } : {};
}
