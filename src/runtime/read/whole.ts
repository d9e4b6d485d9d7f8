/** Records that lack what the schema demands: written by an earlier plan, or by another program. */
import { recordInvalid } from '../errors.js';
import { keyOfItem } from '../keys/item-key.js';
import type { EntityReader, Item } from '../types.js';

/**
 * The record of an item. Where a field that cannot be null has no value, reading that field throws RECORD_INVALID, and
 * everything else of the record can be read: GraphQL reports the error at that field alone.
 *
 * @param isPart documents and lists of the item were not fetched
 */
export function whole<R extends object>(entity: EntityReader<R>, item: Item, isPart?: true): R {
  const record = entity.read(item);
  return entity.isWhole === undefined || entity.isWhole(record, isPart)
    ? record
    : lacking(entity, item, record);
}

/** Fields of a record that an item other than its own holds. */
export function heldFields<R extends object, F extends keyof R & string>(
  entity: EntityReader<R>,
  item: Item,
  fields: readonly F[],
): Pick<R, F> {
  const record = entity.read(item);
  const part: Partial<Record<string, unknown>> = {};
  for (const field of fields) {
    if (record[field] === undefined) refuse(entity, item, part, field);
    else part[field] = record[field];
  }
  return part as Pick<R, F>;
}

/** A field is undefined where it cannot be null and is missing: one that can be null is null then. */
function lacking<R extends object>(entity: EntityReader<R>, item: Item, record: R): R {
  for (const field of Object.keys(record))
    if (record[field as keyof R] === undefined) refuse(entity, item, record, field);
  return record;
}

function refuse<R extends object>(entity: EntityReader<R>, item: Item, record: object, field: string): void {
  const { name, table } = entity;
  Object.defineProperty(record, field, {
    enumerable: true,
    configurable: true,
    get: () => {
      throw recordInvalid(name, { ...entity.keyFields?.(keyOfItem(table, item)) }, field);
    },
  });
}
