/** What it takes to bring stored records to the new plan. */

import { entityOf } from '../../generator/plan/lookup/find.js';
import type { EntityPlan, ItemPlan, SlotPlan } from '../../generator/plan/types/storage.js';
import type { Found } from '../found.js';
import type { Backfill } from '../report.js';
import type { Revisions } from '../revision.js';
import { storedOf } from './calls.js';
import { type Assumed, smallBytes } from './monthly.js';
import { itemSizes } from './sizes.js';

/** Units a second: what a busy table has left, and what the command is shown with. */
const rate = 500;

/** The entities that findings say are to be reindexed. */
export function reindexedBy(found: readonly Found[]): ReadonlySet<string> {
  const named = found.flatMap(({ remedy = '' }) => [...remedy.matchAll(/tableloom reindex (\w+)/g)]);
  return new Set(named.flatMap(([, entity]) => entity ?? []));
}

export function backfillsOf(revisions: Revisions, names: ReadonlySet<string>, assumed: Assumed): Backfill[] {
  return revisions.after.plan.entities
    .filter(({ name }) => names.has(name))
    .map((entity) => backfill(revisions, entity, assumed));
}

function backfill({ before, after }: Revisions, entity: EntityPlan, assumed: Assumed): Backfill {
  const { name, table } = entity;
  const records = assumed.records.get(name) ?? null;
  const command = `npx tableloom reindex ${name} --rate ${rate}`;
  if (records === null)
    return { entity: name, records, readUnits: null, writeUnits: null, seconds: null, command };
  const was = before.plan.entities.find((one) => one.name === name);
  // The table is read as a whole, whatever else is in it.
  const scanned = before.plan.entities
    .filter((one) => one.table === (was?.table ?? table))
    .reduce((sum, one) => sum + (assumed.records.get(one.name) ?? 0) * inTable(before, one.name, assumed), 0);
  const perRecord = writesOf({ before, after }, was, entity, assumed);
  // Records, then what is left over, then counts: each by a scan of its own, the last one with strong consistency.
  const scans = (entity.aggregates ?? []).some(({ kind }) => kind !== 'sequence') ? 2 : 1;
  const read = (scanned / 4096) * scans + perRecord.reads * records;
  const write = perRecord.writes * records;
  return {
    entity: name,
    records,
    readUnits: Math.ceil(read),
    writeUnits: Math.ceil(write),
    seconds: Math.ceil(Math.max(read, write) / rate),
    command,
  };
}

/** The bytes of all that belongs to a record in its table, without copies in indexes. */
function inTable({ plan }: Revisions['before'], name: string, { bytes }: Assumed): number {
  const entity = entityOf(plan, name);
  const bytesOf = itemSizes(plan, bytes);
  const items = entity.items.filter(({ role }) => role !== 'version' || entity.historyOf !== null);
  return items.reduce((sum, item) => sum + bytesOf(entity, item, null), entity.guards.length * smallBytes);
}

/** What one record takes: entries and guards are read before they are written; several actions are a transaction. */
function writesOf(
  { after }: Revisions,
  was: EntityPlan | undefined,
  entity: EntityPlan,
  { bytes }: Assumed,
): { readonly reads: number; readonly writes: number } {
  const { unitsOf } = storedOf(after.plan, bytes);
  const units = (item: ItemPlan, index: string | null) => unitsOf?.(entity, item, index) ?? 1;
  const entries = entity.items.filter(({ role }) => role === 'entry');
  const [main] = entity.items;
  const former = was?.items[0];
  const changedSlots = main?.slots.filter((slot) => !former?.slots.some((one) => isSame(one, slot))) ?? [];
  const leftSlots =
    former?.slots.filter(({ index }) => !main?.slots.some((one) => one.index === index)) ?? [];
  const isMoved = changedSlots.some(({ index }) => index === null);
  const whole = (item: ItemPlan) => item.slots.reduce((sum, { index }) => sum + units(item, index), 0);
  const ofMain = (item: ItemPlan) => {
    if (isMoved) return 2 * whole(item);
    const ofIndexes = changedSlots.reduce((sum, { index }) => {
      const replaces = former?.slots.some((one) => one.index === index) ?? false;
      return sum + units(item, index) * (replaces ? 2 : 1);
    }, leftSlots.length);
    return units(item, null) + ofIndexes;
  };
  const fresh = entries.filter((item) => {
    const known = was?.items.find((one) => one.role === 'entry' && one.for === item.for);
    return JSON.stringify(known) !== JSON.stringify(item);
  });
  const guards = entity.guards.filter(
    ({ fields }) => !was?.guards.some((one) => one.fields.join() === fields.join()),
  );
  const actions = (isMoved ? 2 : 1) + fresh.length + guards.length;
  const written = fresh.reduce((sum, item) => sum + whole(item), (main ? ofMain(main) : 0) + guards.length);
  const reads = entries.reduce((sum, item) => sum + Math.ceil(units(item, null) / 4), entity.guards.length);
  return { reads, writes: written * (actions > 1 ? 2 : 1) };
}

function isSame(a: SlotPlan, b: SlotPlan): boolean {
  return (
    a.index === b.index &&
    a.partition.text === b.partition.text &&
    a.sort?.text === b.sort?.text &&
    a.shards === b.shards
  );
}
