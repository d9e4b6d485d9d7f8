/** An item before and after, as every format shows it: its key and what changes. */

import type { Finding, SampleItem } from '../report.js';

export interface SampleRow {
  readonly name: string;
  /** As JSON; null where the item has none. */
  readonly before: string | null;
  readonly after: string | null;
}

/** @returns `same`: how many attributes are as before, besides the key */
export function shownOf({ before, after }: NonNullable<Finding['sample']>): {
  readonly rows: readonly SampleRow[];
  readonly same: number;
} {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  const text = (item: SampleItem | null, name: string) =>
    item && name in item ? JSON.stringify(item[name]) : null;
  const all = names.map((name) => ({ name, before: text(before, name), after: text(after, name) }));
  const rows = all.filter((row, at) => at < 2 || row.before !== row.after);
  return { rows, same: all.length - rows.length };
}
