/** Conditions that an item is as it was read. */
import type { Item, TableRef } from '../../types.js';
import { type Condition, countedAttribute, lastEvent } from '../action.js';
import { unmarked } from '../references.js';

/** What of a codec says how a change of its records is noticed. */
export interface Noticed {
  readonly table: TableRef;
  readonly revision?: string;
  /** Given where records are marked as counted: see `EntityCodec`. */
  readonly uncounted?: unknown;
}

/** No item has this key. */
export function absent(table: TableRef): Condition {
  return { expression: 'attribute_not_exists(#p)', names: { '#p': table.partition }, values: {} };
}

/**
 * The record is as it was read: it has the same revision and the same last event, or where the entity has neither, it
 * exists. A record that was created again under its key begins with the same revision, but not with the same event.
 */
export function unchanged(codec: Noticed, stored: Item): Condition {
  const mark = stored[lastEvent];
  const { expression, names, values } = asCounted(codec, stored, sameRevision(codec, stored));
  if (mark === undefined) return { expression, names, values };
  return {
    expression: `${expression} AND #e = :e`,
    names: { ...names, '#e': lastEvent },
    values: { ...values, ':e': mark },
  };
}

/** The condition, and that the record is counted as it was: a migration that counts it leaves its revision as it is. */
export function asCounted(
  { uncounted }: Pick<Noticed, 'uncounted'>,
  stored: Item,
  { expression, names, values }: Condition,
): Condition {
  if (uncounted === undefined) return { expression, names, values };
  const is = stored[countedAttribute] === undefined ? 'attribute_not_exists' : 'attribute_exists';
  return {
    expression: `${expression} AND ${is}(#k)`,
    names: { ...names, '#k': countedAttribute },
    values,
  };
}

function sameRevision({ table, revision }: Noticed, stored: Item): Condition {
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
export function unchangedAndStaying(codec: Noticed & { readonly cascades?: true }, stored: Item): Condition {
  return codec.cascades ? unmarked(unchanged(codec, stored)) : unchanged(codec, stored);
}
