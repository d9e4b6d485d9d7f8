/** The indexes of a table that lists none are made as they are needed: GSI1, GSI2, … */

import { byNumber, type Lock } from '../../lock.js';
import type { IndexModel, TableModel, Word } from '../../model.js';
import type { Basis } from '../basis.js';
import type { EntityKeys } from '../types.js';

/** What the indexes of a table are chosen from. */
export interface IndexPool {
  readonly table: TableModel;
  /** What the lock has of the table. */
  readonly lock: Lock;
  /** Names that no key attribute can have: those of its records' attributes. */
  readonly reserved: ReadonlySet<string>;
}

export function indexPool(table: TableModel, bases: Iterable<Basis>, lock: Lock): IndexPool {
  const own = [table.partition, table.sort, table.ttl].flatMap((word) => word?.text ?? []);
  const attributes = [...bases]
    .filter((one) => one.table === table)
    .flatMap((one) => [...one.attributes.keys()]);
  return { table, lock, reserved: new Set([...own, ...attributes]) };
}

/**
 * The indexes that are not `taken`, in the order they are chosen: local ones, as they serve only patterns within the table's
 * own partitions; global ones with whole records; then those that project a part. Of a table that lists none there is
 * always one more; `used` are those that its entities have so far.
 */
export function* freeIndexes(
  pool: IndexPool,
  used: ReadonlySet<string>,
  taken: ReadonlySet<string | null>,
): Generator<IndexModel, undefined> {
  const { table, lock, reserved } = pool;
  if (!table.isOpen) {
    yield* chosenFirst(table.indexes).filter(({ name }) => !taken.has(name.text));
    return undefined;
  }
  const known = lock.tables.get(table.name.text)?.indexes ?? new Map();
  const live = [...known].filter(([, one]) => !one.isRetired).map(([name]) => name);
  const names = [...new Set([...used, ...live])].sort(byNumber);
  for (const name of names) {
    const index = taken.has(name) ? undefined : indexNamed(pool, name);
    if (index) yield index;
  }
  for (let number = 1; ; number++) {
    const name = `GSI${number}`;
    if (known.has(name) || names.includes(name)) continue;
    if (keyAttributes(name).some((attribute) => reserved.has(attribute))) continue;
    const index = indexNamed(pool, name);
    if (index) yield index;
  }
}

/** Those that the planner chooses from, in its order. */
export function chosenFirst(indexes: readonly IndexModel[]): IndexModel[] {
  const rank = ({ kind, project }: IndexModel) => (kind === 'local' ? 0 : project.kind === 'all' ? 1 : 2);
  return indexes.filter(({ kind }) => kind !== 'multi-attribute').sort((a, b) => rank(a) - rank(b));
}

/** The index of the name; of a table that lists none, as the lock has it. Undefined where there can be none. */
export function indexNamed({ table, lock }: IndexPool, name: string): IndexModel | undefined {
  if (!table.isOpen) return table.indexes.find((index) => index.name.text === name);
  const locked = lock.tables.get(table.name.text)?.indexes.get(name);
  if (locked?.isRetired) return undefined;
  const [partition, sort] = locked?.attributes ?? keyAttributes(name);
  if (partition === undefined || sort === undefined) return undefined;
  const word = (text: string): Word => ({ text, at: table.name.at });
  return {
    name: word(name),
    kind: 'global',
    partition: word(partition),
    sort: word(sort),
    project: { kind: 'all' },
  };
}

/** The names of the indexes that entities have keys on. */
export function usedIndexes(keys: Iterable<EntityKeys>): Set<string> {
  const slots = [...keys].flatMap(({ record, entries }) => [
    ...record,
    ...entries.flatMap((entry) => entry.slots),
  ]);
  return new Set(slots.flatMap(({ index }) => index ?? []));
}

/** The table with its indexes: those it lists, or those that its entities have keys on. */
export function withIndexes(pool: IndexPool, keys: Iterable<EntityKeys>): TableModel {
  const { table } = pool;
  if (!table.isOpen) return table;
  const names = [...usedIndexes(keys)].sort(byNumber);
  return { ...table, indexes: names.flatMap((name) => indexNamed(pool, name) ?? []) };
}

/** The key attributes of an index that is made. */
function keyAttributes(index: string): [partition: string, sort: string] {
  return [`${index}PK`, `${index}SK`];
}
