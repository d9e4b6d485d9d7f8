/** References to tables and indexes, as generated code declares them. */
import type { IndexRef, TableRef } from '../types.js';

/** A table, which is also the index its own key makes. */
export function tableRef(name: string, partition: string, sort?: string): TableRef & IndexRef {
  const key = sort === undefined ? { partition } : { partition, sort };
  const table: TableRef = { name, ...key };
  return { name, table, ...key };
}

/** One of a table's indexes. */
export function indexRef(
  table: TableRef,
  name: string,
  partition: string,
  sort?: string,
  more?: readonly string[],
): IndexRef {
  const index = sort === undefined ? { table, name, partition } : { table, name, partition, sort };
  return more === undefined ? index : { ...index, more };
}

/** The index as it is ordered by another of its key attributes, all sort attributes before that being bound. */
export function sortedBy(index: IndexRef, sort: string): IndexRef {
  const { sort: first, more = [] } = index;
  const others = more.filter((name) => name !== sort);
  return { ...index, sort, more: first === undefined ? others : [first, ...others] };
}
