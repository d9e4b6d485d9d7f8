/** Records that lack what the schema requires: written by an earlier plan, or by another program. */
import { type ErrorDetails, TableloomError } from './errors.js';
import { keyOfItem } from './keys/item-key.js';
import type { EntityReader, Item, Key } from './types.js';
import { picked } from './values.js';

/**
 * The record of an item. A field that cannot be null and has no value holds an error, RECORD_INVALID, in its place:
 * GraphQL reports it at that field alone, and everything else of the record is answered.
 *
 * @param isPart documents and lists of the item were not fetched
 */
export function whole<R extends object>(entity: EntityReader<R>, item: Item, isPart?: true): R {
  const record = entity.read(item);
  if (entity.isWhole === undefined || entity.isWhole(record, isPart)) return record;
  const fields = Object.keys(record) as (keyof R & string)[];
  return withErrors(entity, record, fields, () => keyOfItem(entity.table, item));
}

/** Fields of a record that an item other than its own holds. @param keyOf the key of the record's own item */
export function heldFields<R extends object, F extends keyof R & string>(
  entity: EntityReader<R>,
  item: Item,
  fields: readonly F[],
  keyOf: (item: Item) => Key,
): Pick<R, F> {
  return withErrors(entity, picked(entity.read(item), fields), fields, () => keyOf(item));
}

/** A field is undefined where it cannot be null and is missing: one that can be null is null then. */
function withErrors<P extends object>(
  { name, keyFields }: Pick<EntityReader<object>, 'name' | 'keyFields'>,
  part: P,
  fields: readonly (keyof P & string)[],
  key: () => Key,
): P {
  // An Error is what graphql-js and graphql-jit take for a field that failed; a getter that throws would end the latter.
  for (const field of fields)
    if (part[field] === undefined)
      Object.assign(part, { [field]: recordInvalid(name, { ...keyFields?.(key()) }, field) });
  return part;
}

/** A stored record lacks a field. `key` are the fields of its key, as far as they are known. */
export function recordInvalid(entity: string, key: ErrorDetails, field: string): TableloomError {
  const named = Object.entries(key).map(([name, value]) => `${name} ${JSON.stringify(value)}`);
  const which = named.length === 0 ? `A stored ${entity}` : `The stored ${entity} with ${named.join(', ')}`;
  const message = `${which} has no ${field}, which cannot be null.`;
  return new TableloomError('RECORD_INVALID', message, { entity, key, field });
}
