/** What a month costs, of declared rates and sizes. */

import { entityOf } from '../../generator/plan/lookup/find.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { Monthly } from '../report.js';
import type { Call } from './calls.js';
import type { Prices } from './prices.js';
import type { BytesOf } from './sizes.js';

/** The hours of a month, as AWS's calculators count them. */
const secondsOfMonth = 730 * 3600;
/** What DynamoDB adds to each item that it stores ("Amazon DynamoDB pricing", data storage). */
const overhead = 100;
/** Of guards and of the items that count, about. */
export const smallBytes = 200;

export interface Assumed {
  /** How many records there are, by entity. */
  readonly records: ReadonlyMap<string, number>;
  /** Calls a second, by name. */
  readonly averages: ReadonlyMap<string, number>;
}

/** Writes count with what they take at most. */
export function monthlyCost(
  plan: Plan,
  calls: readonly Call[],
  { records, averages }: Assumed,
  bytesOf: BytesOf,
  prices: Prices,
): Monthly {
  const millions = (unitsOf: (call: Call) => number) =>
    calls.reduce((sum, call) => sum + (averages.get(call.name) ?? 0) * unitsOf(call), 0) *
    (secondsOfMonth / 1e6);
  const reads = millions(({ units }) => units.read.usual) * prices.readMillion;
  const writes = millions(({ units }) => units.write.most) * prices.writeMillion;
  const stored = [...records].reduce((sum, [name, count]) => {
    const isThere = plan.entities.some((one) => one.name === name);
    return sum + (isThere ? count * storedBytes(plan, name, bytesOf) : 0);
  }, 0);
  const storage = (stored / 1024 ** 3) * prices.storageGigabyte;
  return { reads, writes, storage, total: reads + writes + storage };
}

/** A record with its entries, guards and copies in indexes. */
function storedBytes(plan: Plan, name: string, bytesOf: BytesOf): number {
  const entity = entityOf(plan, name);
  const items = entity.items.filter(({ role }) => role !== 'version' || entity.historyOf !== null);
  const multiAttribute = (plan.tables.find((one) => one.name === entity.table)?.indexes ?? []).flatMap(
    (index) => {
      const { partition = [], sort = [] } = index.multiAttribute ?? {};
      const isIn = [...partition, ...sort].every((key) =>
        entity.attributes.some((one) => one.name === key.name),
      );
      return index.multiAttribute && isIn ? [index.name] : [];
    },
  );
  const copies = items.flatMap((item) =>
    [
      ...new Set([...item.slots.map(({ index }) => index), ...(item.role === 'main' ? multiAttribute : [])]),
    ].map((index) => bytesOf(entity, item, index) + overhead),
  );
  const guards = entity.guards.length * (smallBytes + overhead);
  return copies.reduce((sum, one) => sum + one, guards);
}
