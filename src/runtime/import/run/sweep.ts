/** Looks again at what others may have written while rows were on their way. */
import { getItems, ItemReads } from '../../read/batch-get.js';
import type { Item } from '../../types.js';
import { commit } from '../../write/commit.js';
import { absent } from '../../write/entity/unchanged.js';
import type { ImportContext, Source } from '../context.js';
import { type LedgerEntry, stampAttributes, stampOf } from '../ledger.js';
import { References } from '../references.js';
import { pagesOf, rowNamed, segmentsFor } from '../rows/pages.js';
import { keyText, type Row, referencesOf, sourceKey, type Values } from '../rows/rows.js';
import { unlessRefused } from '../rows/transforms.js';
import { requireRowsCount } from '../switch.js';
import type { Pace } from './pace.js';
import { deletedEntry, reconcile } from './reconcile.js';
import { removalOf, waitsForOthers } from './unfit.js';

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
  /** Rows whose records refer to ones that are not there yet: those of their own source may come later. */
  let waiting: Row[] = [];
  const settle = async (rows: readonly Row[], isWaiting: (row: Row) => boolean) => {
    const landed = await Promise.all(
      rows.map((row) => pace.take(() => reconcile(context, source, row, { importedAt, references }))),
    );
    const left = rows.filter((row, at) => landed[at]?.outcome === 'rejected' && isWaiting(row));
    waiting.push(...left.map((row) => sourceKey(source.mapping, row)));
  };
  const hidden = new Map<string, LedgerEntry>();
  for await (const entries of inBatches(context.ledger.entries(source.mapping.name))) {
    const records = await recordsOf(context, source, entries, importedAt);
    const again: Row[] = [];
    const waits = new Set<Row>();
    for (const [at, entry] of entries.entries()) {
      const row = rowNamed(source, entry.key);
      const isRecord = records[at] !== null;
      const isWaiting = waitsForOthers(entry);
      if (row === undefined) {
        if (isRecord || isWaiting) hidden.set(entry.key, entry);
      } else if (isRecord || isWaiting || entry.outcome !== 'rejected') {
        again.push(row);
        if (isWaiting) waits.add(row);
      }
    }
    await settle(again, (row) => waits.has(row));
  }
  // Digests do not lead to their rows: these are found by reading all. Where there is none, the row was deleted.
  const segments = hidden.size === 0 ? 0 : segmentsFor(1);
  for (let number = 0; number < segments; number++)
    for await (const page of pagesOf(context, source, number, segments, pace)) {
      const found = new Map(page.map((row) => [row, hidden.get(keyText(source.mapping, row))]));
      const rows = page.filter((row) => hidden.delete(keyText(source.mapping, row)));
      await settle(rows, (row) => waitsForOthers(found.get(row) as LedgerEntry));
    }
  for (const entry of hidden.values()) {
    await requireRowsCount(context.ledger);
    await removeDeleted(context, source, entry, importedAt);
  }
  // Each time, those go whose records refer to what came the time before.
  for (let before = Number.POSITIVE_INFINITY; waiting.length > 0 && waiting.length < before; ) {
    const rows = waiting;
    before = rows.length;
    waiting = [];
    for (let at = 0; at < rows.length; at += batch) await settle(rows.slice(at, at + batch), () => true);
  }
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
  const places = entries.map(({ key, identity }) => {
    const row = rowNamed(source, key);
    const found = unlessRefused(() => {
      if (identity !== undefined) return context.placeOf(source, JSON.parse(identity) as Values);
      return row && context.place(source, row, importedAt);
    });
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

/**
 * Removes a record of a row that was deleted, as long as it has not come again: its entry would be gone. One that others refer
 * to stays, and its entry says so.
 */
async function removeDeleted(
  context: ImportContext,
  source: Source,
  entry: LedgerEntry,
  importedAt: Date,
): Promise<void> {
  const { ledger, environment } = context;
  const { requester, env } = environment;
  const still = { ...absent(ledger.table), expression: 'attribute_exists(#p)' };
  const retry = requester.retry();
  for (;;) {
    const [item = null] = await recordsOf(context, source, [entry], importedAt);
    if (item === null) return;
    const { actions, by } = await removalOf(source, item, new ItemReads(requester), env);
    const deleted = deletedEntry(entry, by);
    if (by !== undefined && deleted.reason === entry.reason) return;
    const settled = by === undefined ? ledger.remove(entry.source, entry.key) : ledger.put(deleted, env.now);
    const outcome = await commit(requester, [...actions, { ...settled, condition: still }]);
    if (outcome.kind === 'done') return;
    // Others wrote the record, or the row came again: either is found by reading both.
    if (!(await retry.wait({ others: outcome.kind === 'stale' }))) throw outcome.error;
    const [now] = await ledger.get(entry.source, [entry.key]);
    if (now === undefined) return;
  }
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
