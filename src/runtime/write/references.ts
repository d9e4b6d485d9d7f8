/** What keeps records that name others, and those they name, together: actions, and the mark of a record that goes. */
import { epochOf } from '../expiry.js';
import { itemId } from '../keys/item-key.js';
import { checkKey } from '../keys/limits.js';
import type { AttributeValue, EntityCodec, Item, Reference } from '../types.js';
import { type Action, type Condition, counterAttributes } from './action.js';

/**
 * On the main item of a record whose deletion takes several transactions: since when, as DateTime. It can still be
 * read, but is neither changed nor named any more, and is counted no more by the numbers it was counted in.
 */
export const markAttribute = '_deleting';

export function isMarked(item: Item): boolean {
  return item[markAttribute] !== undefined;
}

/** The condition, and that nobody has marked the record meanwhile. */
export function unmarked({ expression, names, values }: Condition): Condition {
  return {
    expression: `${expression} AND attribute_not_exists(#m)`,
    names: { ...names, '#m': markAttribute },
    values,
  };
}

/** Checks of the records that `after` names and `before` did not: each is there, alive, and stays. */
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

/** Which record it names as what; undefined where it names none. */
function idOf({ name, to, key }: Reference): string | undefined {
  return key && `${name} ${itemId(to.table, key)}`;
}

/** The record is there, has not expired, and is not being deleted. */
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

/** The numbers of records that name one which goes: each comes to nothing, and its item goes, too. */
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

/** At most so many are counted. Fewer where records were stored before they were counted. */
function noMore(count: number): Condition {
  const values: Record<string, AttributeValue> = { ':n': count };
  return {
    expression: 'attribute_not_exists(#n) OR #n <= :n',
    names: { '#n': counterAttributes.value },
    values,
  };
}
