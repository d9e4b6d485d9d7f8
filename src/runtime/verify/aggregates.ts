/** Compares counts, sums and counts of references with the records. */
import { correctItem, isRight, measureAggregates, type Tallies, type Tally } from '../reindex/aggregates.js';
import type { Item } from '../types.js';
import { counterAttributes } from '../write/action.js';
import type { Check } from './check.js';
import type { Fault } from './findings.js';
import type { Sequences } from './sequences.js';

/** @returns false where the run was ended */
export async function verifyAggregates(
  check: Check,
  sequences: Sequences,
  scan: () => Promise<Tallies | undefined>,
): Promise<boolean> {
  const entities = Object.entries(check.types ?? {});
  const named = (isOf: (entity: string) => boolean) =>
    new Set(entities.flatMap(([entity, { aggregates }]) => (isOf(entity) ? aggregates : [])));
  const ours = named((entity) => check.run.codecs.has(entity));
  const others = named((entity) => !check.run.codecs.has(entity));
  const uncertain = named((entity) => check.uncertain.has(entity));
  const fields = new Set(entities.flatMap(([, { sequences: all }]) => all.map(({ field }) => field)));
  // One that no record is counted in is of an earlier plan, where this plan is known.
  const isForgotten = (name: string) => check.types !== undefined && !others.has(name) && !fields.has(name);
  const unsettled = await measureAggregates(check.run, scan, {
    isOf: ({ name, table, key, records }) => {
      if (records === 0 && sequences.meet(table, key)) return false;
      if (uncertain.has(name) || (check.types === undefined && check.uncertain.size > 0)) {
        check.findings.skip(name, table, key, 'Some of its records cannot be read.');
        return false;
      }
      return records > 0 || ours.has(name) || isForgotten(name);
    },
    take: (one, item) => verifyAggregate(check, one, item),
  });
  for (const { name, table, key } of unsettled ?? [])
    check.findings.skip(name, table, key, 'Writes changed its records all the while.');
  if (unsettled !== undefined) await sequences.verify();
  return unsettled !== undefined;
}

async function verifyAggregate(check: Check, one: Tally, item: Item | null): Promise<void> {
  const { table, key, name, sum, records } = one;
  if (isRight(check.run, one, item)) return;
  const wanted: Item = { ...key, [counterAttributes.name]: name, [counterAttributes.value]: sum };
  const fault: Fault = {
    kind: item === null ? 'missing' : records === 0 ? 'orphaned' : 'stale',
    part: 'aggregate',
    entity: name,
    table,
    key,
    item,
    wanted: records === 0 ? null : wanted,
    isRepairable: true,
  };
  if (check.repair && !(await correctItem(check.run, one, item)))
    return check.findings.skip(name, table, key, 'It was changed while it was repaired.');
  check.findings.add(fault, check.repair);
}
