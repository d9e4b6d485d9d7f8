/** What it takes to bring stored records to the new plan. */

import { readUnitBytes } from '../../budget/figures.js';
import type { Plan } from '../../generator/plan/types/plan.js';
import type { EntityPlan, ItemPlan, SlotPlan } from '../../generator/plan/types/storage.js';
import type { Found } from '../found.js';
import type { Backfill } from '../report.js';
import type { Revisions } from '../revision.js';
import { rowOf } from '../rules.js';
import { tableOf } from '../samples/items.js';
import { storedOf } from './calls.js';
import { type Assumed, smallBytes } from './monthly.js';
import type { BytesOf, RevisionSizes } from './sizes.js';

/** Units a second: what a busy table has left, and what the command is shown with. */
const rate = 500;

/** The entities that findings say have to be reindexed: without it, what is stored is not found, or not whole. */
export function reindexedBy(found: readonly Found[]): ReadonlySet<string> {
  const needed = found.filter((one) =>
    ['needs backfill', 'changes stored records'].includes(one.class ?? rowOf(one.rule).class ?? ''),
  );
  const named = needed.flatMap(({ remedy = '' }) => [...remedy.matchAll(/tableloom reindex (\w+)/g)]);
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
  const [read, write] = [(scanned / readUnitBytes) * scans + one.reads * count, one.writes * count];
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
  const projectsAll = (index: string | null) =>
    tableOf(plan, entity).indexes.some(({ name, project }) => name === index && project.kind === 'all');
  const isKnown = (item: ItemPlan) => (slot: SlotPlan) =>
    former(item)?.slots.some((one) => isSame(one, slot)) ?? false;
  const whole = (item: ItemPlan) => item.slots.reduce((sum, { index }) => sum + units(item, index), 0);
  const written = (item: ItemPlan): number => {
    const known = former(item);
    const [own, ...others] = item.slots;
    if (!known || !own) return whole(item);
    if (!isKnown(item)(own)) return 2 * whole(item);
    const left = known.slots.filter(({ index }) => !item.slots.some((one) => one.index === index));
    return others.reduce((sum, slot) => {
      // Where an index has all attributes, it has the keys of other indexes, too.
      if (isKnown(item)(slot)) return sum + (projectsAll(slot.index) ? units(item, slot.index) : 0);
      const replaces = known.slots.some((one) => one.index === slot.index);
      return sum + units(item, slot.index) * (replaces ? 2 : 1);
    }, units(item, null) + left.length);
  };
  const [main] = entity.items;
  const fresh = entries.filter((item) => JSON.stringify(former(item)) !== JSON.stringify(item));
  const guards = entity.guards.filter(
    ({ fields }) => !was?.guards.some((one) => one.fields.join() === fields.join()),
  );
  const isMoved = main?.slots[0] !== undefined && !isKnown(main)(main.slots[0]);
  const isChanged =
    JSON.stringify([main && former(main)?.slots, was?.attributes]) !==
    JSON.stringify([main?.slots, entity.attributes]);
  const others = fresh.length + guards.length;
  // Next to other writes a record that stays as it is is checked.
  const ofMain = !main ? 0 : isChanged ? written(main) : others > 0 ? units(main, null) : 0;
  const sum = fresh.reduce((all, item) => all + written(item), ofMain + guards.length);
  const readUnits = (item: ItemPlan) => Math.ceil(units(item, null) / 4);
  const derived = entries.length + entity.guards.length;
  // Each is read with its record, and so is the record to which it belongs, when leftovers are searched for.
  const reads = entries.reduce(
    (all, item) => all + readUnits(item),
    entity.guards.length + (main && derived > 0 ? readUnits(main) : 0),
  );
  return { reads, writes: sum * ((isMoved ? 2 : 1) + others > 1 ? 2 : 1) };
}

function isSame(a: SlotPlan, b: SlotPlan): boolean {
  const keyOf = ({ index, partition, sort, shards }: SlotPlan) =>
    JSON.stringify([index, partition.text, sort?.text, shards]);
  return keyOf(a) === keyOf(b);
}
