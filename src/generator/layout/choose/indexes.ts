/** The indexes of a table that lists none are made as they are needed: GSI1, GSI2, … */

import { byNumber, type Lock } from '../../lock.js';
import type { IndexModel, TableModel, Word } from '../../model.js';

/** A table while it is laid out. */
export interface TableDraft extends TableModel {
  readonly indexes: IndexModel[];
  /** Names of its records' attributes, which no key attribute can have. */
  readonly reserved: Set<string>;
}

export function tableDraft(table: TableModel): TableDraft {
  const own = [table.partition, table.sort, table.ttl].flatMap((word) => word?.text ?? []);
  return { ...table, indexes: [...table.indexes], reserved: new Set(own) };
}

/**
 * The global indexes with whole records that are not `taken`, in order. Of a table that lists none there is always
 * one more: it comes to be when it is asked for.
 */
export function* freeIndexes(
  table: TableDraft,
  taken: ReadonlySet<string | null>,
  lock: Lock,
): Generator<IndexModel, undefined> {
  if (!table.isOpen) {
    for (const index of table.indexes) {
      if (index.kind === 'global' && index.project.kind === 'all' && !taken.has(index.name.text)) yield index;
    }
    return undefined;
  }
  const known = lock.tables.get(table.name.text)?.indexes ?? new Map();
  const live = [...known].filter(([, one]) => !one.isRetired).map(([name]) => name);
  const names = [...new Set([...table.indexes.map((index) => index.name.text), ...live])].sort(byNumber);
  for (const name of names) {
    const index = taken.has(name) ? undefined : madeIndex(table, name, lock);
    if (index) yield index;
  }
  for (let number = 1; ; number++) {
    const name = `GSI${number}`;
    if (known.has(name) || names.includes(name)) continue;
    if ([`${name}PK`, `${name}SK`].some((attribute) => table.reserved.has(attribute))) continue;
    const index = madeIndex(table, name, lock);
    if (index) yield index;
  }
}

/** The index of the name; made, as the lock has it, where the table lists none. Undefined where there can be none. */
export function madeIndex(table: TableDraft, name: string, lock: Lock): IndexModel | undefined {
  const declared = table.indexes.find((index) => index.name.text === name);
  if (declared || !table.isOpen) return declared;
  const locked = lock.tables.get(table.name.text)?.indexes.get(name);
  if (locked?.isRetired) return undefined;
  const [partition, sort] = locked?.attributes ?? [`${name}PK`, `${name}SK`];
  if (partition === undefined || sort === undefined) return undefined;
  const word = (text: string): Word => ({ text, at: table.name.at });
  const index: IndexModel = {
    name: word(name),
    kind: 'global',
    partition: word(partition),
    sort: word(sort),
    project: { kind: 'all' },
  };
  table.indexes.push(index);
  table.indexes.sort((a, b) => byNumber(a.name.text, b.name.text));
  return index;
}
