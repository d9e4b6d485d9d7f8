/** What it takes to bring stored records to the new plan. */

import type { Plan } from '../../generator/plan/types/plan.js';
import type { EntityPlan, ItemPlan, SlotPlan } from '../../generator/plan/types/storage.js';
import type { Found } from '../found.js';
import type { Backfill } from '../report.js';
import type { Revisions } from '../revision.js';
import { storedOf } from './calls.js';
import { type Assumed, smallBytes } from './monthly.js';
import type { BytesOf, RevisionSizes } from './sizes.js';

/** Units a second: what a busy table has left, and what the command is shown with. */
const rate = 500;

/** The entities that findings say are to be reindexed. */
export function reindexedBy(found: readonly Found[]): ReadonlySet<string> {
  const named = found.flatMap(({ remedy = '' }) => [...remedy.matchAll(/tableloom reindex (\w+)/g)]);
  return new Set(named.flatMap(([, entity]) => entity ?? []));
}

export function backfillsOf(
  revisions: Revisions,
  names: ReadonlySet<string>,
  records: Assumed['records'],
  sizes: RevisionSizes,
): Backfill[] {
  return revisions.after.plan.entities
    .filter(({ name }) => names.has(name))
    .map((entity) => backfill(revisions, entity, records, sizes));
}

function backfill(
  { before, after }: Revisions,
  entity: EntityPlan,
  records: Assumed['records'],
  sizes: RevisionSizes,
): Backfill {
  const { name } = entity;
  const count = records.get(name) ?? null;
  const command = `npx tableloom reindex ${name} --rate ${rate}`;
  if (count === null)
    return { entity: name, records: count, readUnits: null, writeUnits: null, seconds: null, command };
  const was = before.plan.entities.find((one) => one.name === name);
  // The table is read as a whole, whatever else is in it.
  const scanned = before.plan.entities
    .filter(({ table }) => table === (was ?? entity).table)
    .reduce((sum, one) => sum + (records.get(one.name) ?? 0) * inTable(one, sizes.before), 0);
  // Records, then what is left over, then counts: each by a scan of its own, the last one with strong consistency.
  const scans = (entity.aggregates ?? []).some(({ kind }) => kind !== 'sequence') ? 2 : 1;
  const one = ofRecord(after.plan, was, entity, sizes.after);
  const [read, write] = [(scanned / 4096) * scans + one.reads * count, one.writes * count];
  return {
    entity: name,
    records: count,
    readUnits: Math.ceil(read),
    writeUnits: Math.ceil(write),
    seconds: Math.ceil(Math.max(read, write) / rate),
    command,
  };
}

/** The bytes of all that belongs to a record in its table, without copies in indexes. */
function inTable(entity: EntityPlan, bytesOf: BytesOf): number {
  const items = entity.items.filter(({ role }) => role !== 'version' || entity.historyOf !== null);
  return items.reduce((sum, item) => sum + bytesOf(entity, item, null), entity.guards.length * smallBytes);
}

/** What one record takes: entries and guards are read before they are written; several actions are a transaction. */
function ofRecord(
  plan: Plan,
  was: EntityPlan | undefined,
  entity: EntityPlan,
  bytesOf: BytesOf,
): { readonly reads: number; readonly writes: number } {
  const { unitsOf } = storedOf(plan, bytesOf);
  const units = (item: ItemPlan, index: string | null) => unitsOf?.(entity, item, index) ?? 1;
  const entries = entity.items.filter(({ role }) => role === 'entry');
  const former = (item: ItemPlan) => was?.items.find((one) => one.role === item.role && one.for === item.for);
  const written = (item: ItemPlan): number => {
    const known = former(item);
    const whole = item.slots.reduce((sum, { index }) => sum + units(item, index), 0);
    if (!known) return whole;
    const changed = item.slots.filter((slot) => !known.slots.some((one) => isSame(one, slot)));
    if (changed.some(({ index }) => index === null)) return 2 * whole;
    const replaces = ({ index }: SlotPlan) => known.slots.some((one) => one.index === index);
    const left = known.slots.filter(({ index }) => !item.slots.some((one) => one.index === index));
    return changed.reduce(
      (sum, slot) => sum + units(item, slot.index) * (replaces(slot) ? 2 : 1),
      units(item, null) + left.length,
    );
  };
  const mains = entity.items.slice(0, 1);
  const isMoved = mains.some(
    (item) => !item.slots.slice(0, 1).every((slot) => former(item)?.slots.some((one) => isSame(one, slot))),
  );
  const fresh = entries.filter((item) => JSON.stringify(former(item)) !== JSON.stringify(item));
  const guards = entity.guards.filter(
    ({ fields }) => !was?.guards.some((one) => one.fields.join() === fields.join()),
  );
  const actions = (isMoved ? 2 : 1) + fresh.length + guards.length;
  const sum = [...mains, ...fresh].reduce((all, item) => all + written(item), guards.length);
  const reads = entries.reduce((all, item) => all + Math.ceil(units(item, null) / 4), entity.guards.length);
  return { reads, writes: sum * (actions > 1 ? 2 : 1) };
}

function isSame(a: SlotPlan, b: SlotPlan): boolean {
  const keyOf = ({ index, partition, sort, shards }: SlotPlan) =>
    JSON.stringify([index, partition.text, sort?.text, shards]);
  return keyOf(a) === keyOf(b);
}
