/** Looks again at what others may have written while rows were on their way. */
import { getItems } from '../../read/batch-get.js';
import { type ImportContext, References, type Source } from '../context.js';
import { type LedgerEntry, stampAttributes, stampOf } from '../ledger.js';
import { pagesOf, rowNamed, segmentsFor } from '../rows/pages.js';
import { type Row, referencesOf } from '../rows/rows.js';
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
  let entries: LedgerEntry[] = [];
  const settle = async () => {
    const rows = entries.map(({ key }) => rowNamed(source, key));
    const isRecord = await recordsOf(context, source, rows, importedAt, entries);
    const again = entries.flatMap(({ outcome }, at) =>
      rows[at] !== undefined && (outcome !== 'rejected' || isRecord[at]) ? [rows[at]] : [],
    );
    entries = [];
    await Promise.all(
      again.map((row) => pace.take(() => reconcile(context, source, row, { importedAt, references }))),
    );
  };
  for await (const entry of context.ledger.entries(source.mapping.name)) {
    entries.push(entry);
    if (entries.length === batch) await settle();
  }
  await settle();
}

async function recordsOf(
  context: ImportContext,
  source: Source,
  rows: readonly (Row | undefined)[],
  importedAt: Date,
  entries: readonly LedgerEntry[],
): Promise<boolean[]> {
  const places = rows.map((row) => {
    if (row === undefined) return undefined;
    try {
      return { table: source.codec.table, key: context.place(source, row, importedAt), consistent: true };
    } catch {
      return undefined;
    }
  });
  const items = await getItems(
    context.environment.requester,
    places.flatMap((one) => one ?? []),
  );
  let at = 0;
  return places.map((place, number) => {
    const item = place === undefined ? null : (items[at++] ?? null);
    const stamp = stampOf(source.mapping, entries[number]?.key ?? '');
    return item?.[stampAttributes.source] === stamp;
  });
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
  const fresh = new References(context, importedAt, true);
  const segments = segmentsFor(1);
  for (let number = 0; number < segments; number++)
    for await (const page of pagesOf(context, source, number, segments))
      for (let at = 0; at < page.length; at += batch) {
        const rows = page.slice(at, at + batch);
        const { referred } = await references.of(source, rows);
        const elsewhere = rows.filter((row) =>
          referencesOf(source.mapping, row).some(
            ([reference, key]) => reference.source === name && referred(reference, key) !== key,
          ),
        );
        await Promise.all(
          elsewhere.map((row) =>
            pace.take(() => reconcile(context, source, row, { importedAt, references: fresh })),
          ),
        );
      }
}
