/** Conditions that an item is as it was read. */
import type { Item, TableRef } from '../../types.js';
import { type Condition, lastEvent } from '../action.js';
import { unmarked } from '../references.js';

/** No item has this key. */
export function absent(table: TableRef): Condition {
  return { expression: 'attribute_not_exists(#p)', names: { '#p': table.partition }, values: {} };
}

/**
 * The record is as it was read: it has the same revision and the same last event, or where the entity has neither, it
 * exists. A record that was created again under its key begins with the same revision, but not with the same event.
 */
export function unchanged(
  codec: { readonly table: TableRef; readonly revision?: string },
  stored: Item,
): Condition {
  const mark = stored[lastEvent];
  const { expression, names, values } = sameRevision(codec, stored);
  if (mark === undefined) return { expression, names, values };
  return {
    expression: `${expression} AND #e = :e`,
    names: { ...names, '#e': lastEvent },
    values: { ...values, ':e': mark },
  };
}

function sameRevision(
  codec: { readonly table: TableRef; readonly revision?: string },
  stored: Item,
): Condition {
  const { table, revision } = codec;
  const exists = { expression: 'attribute_exists(#p)', names: { '#p': table.partition }, values: {} };
  if (revision === undefined) return exists;
  const seen = stored[revision];
  // A record that another program stored has no revision until we first write it.
  if (seen === undefined) {
    return {
      expression: 'attribute_exists(#p) AND attribute_not_exists(#r)',
      names: { ...exists.names, '#r': revision },
      values: {},
    };
  }
  return { expression: '#r = :r', names: { '#r': revision }, values: { ':r': seen } };
}

/** The record is as it was read, and no cascade has begun to delete it. */
export function unchangedAndStaying(
  codec: { readonly table: TableRef; readonly revision?: string; readonly cascades?: true },
  stored: Item,
): Condition {
  return codec.cascades ? unmarked(unchanged(codec, stored)) : unchanged(codec, stored);
}
