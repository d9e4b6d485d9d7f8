/** References between records: the actions that keep them valid, and the mark of a record that is being deleted. */
import { epochOf } from '../expiry.js';
import { itemId } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import type { AttributeValue, EntityCodec, Item, Reference } from '../types.js';
import { type Action, type Condition, counterAttributes } from './action.js';

/**
 * On the main item of a record whose deletion takes several transactions: when it began, as DateTime. The record can
 * still be read, but not be changed or referred to, and no aggregate counts it any more.
 */
export const markAttribute = '_deleting';

export function isMarked(item: Item): boolean {
  return item[markAttribute] !== undefined;
}

/** The condition, and that the record is not marked. */
export function unmarked({ expression, names, values }: Condition): Condition {
  return {
    expression: `${expression} AND attribute_not_exists(#m)`,
    names: { ...names, '#m': markAttribute },
    values,
  };
}

/** Checks of the records that `after` refers to and `before` did not: each exists, has not expired and is not being deleted. */
export function referenceActions<R extends object>(
  codec: EntityCodec<R>,
  before: R | null,
  after: R | null,
  now: Date,
): Action[] {
  if (codec.references === undefined || after === null) return [];
  const known = new Set(before === null ? [] : codec.references(before).flatMap((one) => idOf(one) ?? []));
  return codec.references(after).flatMap((reference): Action[] => {
    const { name, to, key } = reference;
    if (key === undefined || known.has(idOf(reference) ?? '')) return [];
    return [
      {
        kind: 'check',
        table: to.table,
        key: checkKey(key, to.table),
        purpose: { kind: 'reference', entity: codec.name, field: name, to: to.name },
        condition: nameable(to, now),
      },
    ];
  });
}

/** The reference and the record it names, as text; undefined where it names none. */
function idOf({ name, to, key }: Reference): string | undefined {
  return key && `${name} ${itemId(to.table, key)}`;
}

/** The record exists, has not expired, and is not being deleted. */
function nameable({ table, ttl, cascades }: Reference['to'], now: Date): Condition {
  const exists = { expression: 'attribute_exists(#p)', names: { '#p': table.partition }, values: {} };
  const alive =
    ttl === undefined
      ? exists
      : {
          expression: `${exists.expression} AND (attribute_not_exists(#x) OR #x > :x)`,
          names: { ...exists.names, '#x': ttl },
          values: { ':x': epochOf(now) },
        };
  return cascades ? unmarked(alive) : alive;
}

/** The counts of records that refer to a deleted one: each must be zero, and its item is deleted, too. */
export function childrenActions<R extends object>(
  codec: EntityCodec<R>,
  record: R,
  onDelete: readonly ('restrict' | 'cascade')[] = ['restrict', 'cascade'],
): Action[] {
  return (codec.referencedBy?.(record) ?? []).flatMap((one): Action[] => {
    if (one.key === undefined || !onDelete.includes(one.onDelete)) return [];
    const purpose = {
      kind: 'children',
      entity: codec.name,
      by: one.by,
      onDelete: one.onDelete,
      leaving: 0,
    } as const;
    return [
      { kind: 'delete', table: one.table, key: checkKey(one.key, one.table), purpose, condition: noMore(0) },
    ];
  });
}

/** The count is at most this. It may be lower: records stored before they were counted are not in it. */
function noMore(count: number): Condition {
  const values: Record<string, AttributeValue> = { ':n': count };
  return {
    expression: 'attribute_not_exists(#n) OR #n <= :n',
    names: { '#n': counterAttributes.value },
    values,
  };
}
