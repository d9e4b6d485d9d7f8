/** Looks again at what others may have written while rows were on their way. */
import { getItems } from '../../read/batch-get.js';
import type { Item, Key } from '../../types.js';
import { commit } from '../../write/commit.js';
import { absent } from '../../write/entity/unchanged.js';
import type { ImportContext, Source } from '../context.js';
import { type LedgerEntry, stampAttributes, stampOf } from '../ledger.js';
import { References } from '../references.js';
import { pagesOf, rowNamed, segmentsFor } from '../rows/pages.js';
import { removal } from '../rows/records.js';
import { keyText, type Row, referencesOf } from '../rows/rows.js';
import { placeOf } from './landing.js';
import type { Pace } from './pace.js';
import { reconcile } from './reconcile.js';

const batch = 100;

/**
 * What others wrote while a row was on its way may contradict the account: rows that were deleted meanwhile, rows that are a
 * record and an entry, rows that were merged into one that changed. Each of these has an entry, and is looked at again.
 */
export async function sweep(
  context: ImportContext,
  source: Source,
  importedAt: Date,
  pace: Pace,
): Promise<void> {
  const references = new References(context, importedAt, true);
  const settle = (rows: readonly Row[]) =>
    Promise.all(
      rows.map((row) => pace.take(() => reconcile(context, source, row, { importedAt, references }))),
    );
  const hidden = new Map<string, LedgerEntry>();
  for await (const entries of inBatches(context.ledger.entries(source.mapping.name))) {
    const records = await recordsOf(context, source, entries, importedAt);
    const again: Row[] = [];
    for (const [at, entry] of entries.entries()) {
      const row = rowNamed(source, entry.key);
      const isRecord = records[at] !== null;
      if (row === undefined) {
        if (isRecord) hidden.set(entry.key, entry);
      } else if (isRecord || entry.outcome !== 'rejected') again.push(row);
    }
    await settle(again);
  }
  if (hidden.size === 0) return;
  // Digests do not lead to their rows: these are found by reading all. Where there is none, the row was deleted.
  const segments = segmentsFor(1);
  for (let number = 0; number < segments; number++)
    for await (const page of pagesOf(context, source, number, segments, pace)) {
      const found = page.filter((row) => hidden.delete(keyText(source.mapping, row)));
      await settle(found);
    }
  for (const entry of hidden.values()) await removeDeleted(context, source, entry, importedAt);
}

async function* inBatches<T>(all: AsyncIterable<T>): AsyncGenerator<T[]> {
  let some: T[] = [];
  for await (const one of all) {
    some.push(one);
    if (some.length < batch) continue;
    yield some;
    some = [];
  }
  if (some.length > 0) yield some;
}

/** The records of rows that have an entry; null where there is none, as it should be. */
async function recordsOf(
  context: ImportContext,
  source: Source,
  entries: readonly LedgerEntry[],
  importedAt: Date,
): Promise<(Item | null)[]> {
  const { table } = source.codec;
  const places = entries.map(({ key, place }) => {
    if (place !== undefined) return { table, key: JSON.parse(place) as Key, consistent: true };
    const row = rowNamed(source, key);
    const found = row && placeOf(context, source, row, importedAt);
    return found && { table, key: found, consistent: true };
  });
  const items = await getItems(
    context.environment.requester,
    places.flatMap((one) => one ?? []),
  );
  let at = 0;
  return places.map((place, number) => {
    const item = place === undefined ? null : (items[at++] ?? null);
    const stamp = stampOf(source.mapping, entries[number]?.key ?? '');
    return item?.[stampAttributes.source] === stamp ? item : null;
  });
}

/** Removes a record of a row that was deleted, as long as it has not come again: its entry would be gone. */
async function removeDeleted(
  context: ImportContext,
  source: Source,
  entry: LedgerEntry,
  importedAt: Date,
): Promise<void> {
  const [item = null] = await recordsOf(context, source, [entry], importedAt);
  if (item === null) return;
  const { ledger, environment } = context;
  const still = { ...absent(ledger.table), expression: 'attribute_exists(#p)' };
  const settled = { ...ledger.remove(source.mapping.name, entry.key), condition: still };
  await commit(environment.requester, [...removal(source.codec, item, environment.env), settled]);
}

/**
 * Rows that refer to rows of their own source were written before it was known which of these are merged, or rejected. Where
 * some are, all rows are read again, and what they refer to is followed.
 */
export async function followMerged(
  context: ImportContext,
  source: Source,
  importedAt: Date,
  pace: Pace,
): Promise<void> {
  const { name, fields } = source.mapping;
  if (!fields.some(({ reference }) => reference?.source === name)) return;
  const references = new References(context, importedAt, false);
  await references.preload(source, pace.signal);
  const fresh = new References(context, importedAt, true);
  const segments = segmentsFor(1);
  for (let number = 0; number < segments; number++)
    for await (const page of pagesOf(context, source, number, segments, pace))
      for (let at = 0; at < page.length; at += batch) {
        const rows = page.slice(at, at + batch);
        const { referred } = await references.of(source, rows);
        const elsewhere = rows.filter((row) =>
          referencesOf(source.mapping, row).some(
            ([reference, key]) => reference.source === name && referred(reference, String(key)) !== key,
          ),
        );
        await Promise.all(
          elsewhere.map((row) =>
            pace.take(() => reconcile(context, source, row, { importedAt, references: fresh })),
          ),
        );
      }
}
