/** Tells records from what else a table has, and finds items that are of no entity. */
import { momentOf } from '../events/publish.js';
import { keyOfItem } from '../keys/item-key.js';
import { noteType } from '../migrate/note.js';
import { ItemReads } from '../read/batch-get.js';
import { isKeyOf } from '../reindex/belonging.js';
import { derivedOf, isWhole } from '../reindex/leftovers.js';
import type { AnyCodec } from '../reindex/types.js';
import type { AttributeValue, Item, TableRef } from '../types.js';
import { counterAttributes, guardAttributes, lastEvent, nextAttribute, typeOf } from '../write/action.js';
import { type Check, healthy } from './check.js';
import { type Lasting, orphan } from './findings.js';

/**
 * The entity of which an item is a record. An item that is whole, under the key that its attributes give, is a record too where
 * its type is gone or that of an entry, or where it has the mark of a migration.
 */
export function recordOf(check: Check, table: TableRef, item: Item): AnyCodec | undefined {
  const { known, codecs } = check.run;
  const type = typeOf(item);
  const isNext = item[nextAttribute] !== undefined;
  if (known.has(type) && !isNext) return codecs.get(type);
  if (guardAttributes.entity in item || counterAttributes.name in item) return undefined;
  const [name = '', pattern] = type.split('.');
  const isEntry = isNext || pattern !== undefined;
  const candidates = type === '' ? [...codecs.values()] : isEntry ? [codecs.get(name)] : [];
  const [one, ...more] = candidates.filter(
    (codec) => codec && isKeyOf(codec, table, item) && isWhole(codec, item) && !check.unreadable(codec, item),
  );
  return more.length === 0 ? one : undefined;
}

/** Reports items that are of no entity of the plan, and those of the runtime's own that it cannot read. */
export async function verifyUnknown(check: Check, table: TableRef, items: readonly Item[]): Promise<void> {
  for (const item of items) {
    if (faultOf(check, table, item) === undefined) continue;
    const type = item['_type'] ?? item[guardAttributes.entity];
    const look = {
      entity: type === undefined ? '' : String(type),
      table,
      key: keyOfItem(table, item),
      keysOf: () => [],
      diagnose: async (now: Item) => {
        const fault = faultOf(check, table, now);
        return fault ? { faults: [fault], actions: [] } : healthy;
      },
    };
    await check.look(look, item, new ItemReads(check.requester));
  }
}

function faultOf(check: Check, table: TableRef, item: Item): Lasting | undefined {
  const { run } = check;
  const type = typeOf(item);
  if (check.isExpired(table, item) || isNote(table, item)) return undefined;
  if (run.known.has(type) && item[nextAttribute] === undefined) return undefined;
  if (recordOf(check, table, item) || derivedOf(run, table, item)) return undefined;
  if (typeof item[counterAttributes.name] === 'string') return undefined;
  const said = (why: string, remedy: string) => unknown(table, item, why, remedy);
  if ('_once' in item)
    return isIdempotencyKey(item)
      ? undefined
      : said('An idempotency key, whose results cannot be read.', 'Delete it: calls with this key fail.');
  if (type === '' && lastEvent in item && String(item[table.partition]).startsWith('#'))
    return isMark(item[lastEvent])
      ? undefined
      : said('What a deleted record left of its last event cannot be read.', 'Delete it.');
  if (counterAttributes.value in item)
    return said(
      'It has a number (`_number`), and does not say of what (`_counts`).',
      'Delete it, or write the name of its count, sum or sequence into `_counts`.',
    );
  const owner = [...run.known.values()].find((codec) => isKeyOf(codec, table, item));
  if (owner) {
    check.uncertain.add(owner.name);
    return said(
      `Its key is one of ${owner.name}, and its _type is not.`,
      `If it is a record, set its \`_type\` to ${owner.name}; if not, delete it.`,
    );
  }
  return said('It is of no entity of the plan.', 'Leave it where another program needs it, or delete it.');
}

function unknown(table: TableRef, item: Item, why: string, remedy: string): Lasting {
  const type = item['_type'] ?? item[guardAttributes.entity];
  const entity = type === undefined ? '' : String(type);
  return { ...orphan(entity, 'item', table, item, why), kind: 'unknown', isRepairable: false, why, remedy };
}

/** What `tableloom migrate` and `tableloom import` note in a table. */
function isNote(table: TableRef, item: Item): boolean {
  const partition = String(item[table.partition]);
  if (item['_type'] === noteType) return partition.startsWith(noteType);
  return item['_type'] === undefined && /^_IMPORT(#|$)/.test(partition);
}

function isIdempotencyKey({ _once: fingerprint, _results: results }: Item): boolean {
  if (typeof fingerprint !== 'string' || typeof results !== 'string') return false;
  try {
    return Array.isArray(JSON.parse(results));
  } catch {
    return false;
  }
}

/** Whether it names an event: `TYPE@timestamp`. */
export function isMark(value: AttributeValue | undefined): boolean {
  return typeof value === 'string' && value.includes('@') && Number.isFinite(momentOf(value));
}
