import type { EntityLayout, Layout } from '../layout/types.js';
import type { IndexModel, PatternModel } from '../model.js';

/** The attributes in the items that a pattern queries. */
export interface Projection {
  readonly entity: EntityLayout;
  /** Undefined: the table. */
  readonly index: IndexModel | undefined;
  /** The pattern whose entry is queried; undefined: the record's own item. */
  readonly entry: string | undefined;
  /** The entry holds the attribute; every record's own item does. */
  readonly inEntry: (attribute: string) => boolean;
  readonly inIndex: (attribute: string) => boolean;
  /** Whether all attributes of the record are in the items. */
  readonly isWhole: boolean;
}

/** Undefined for patterns that query nothing. */
export function projectionOf(layout: Layout, { name, target }: PatternModel): Projection | undefined {
  const entity = layout.entities.get(target.text);
  const read = layout.reads.get(name.text);
  const item = read && entity?.items[read.item];
  if (!item) return undefined;
  const { covering } = item;
  const index = entity.table.indexes.find((one) => one.name.text === read.slot.index);
  const projected = index?.project.kind === 'include' ? index.project.fields.map((word) => word.text) : [];
  const isWholeIndex = !index || index.project.kind === 'all';
  return {
    entity,
    index,
    entry: covering.kind === 'some' ? (item.for ?? undefined) : undefined,
    inEntry: (attribute) => covering.kind === 'all' || covering.attributes.includes(attribute),
    inIndex: (attribute) => isWholeIndex || projected.includes(attribute),
    isWhole: covering.kind === 'all' && isWholeIndex,
  };
}
