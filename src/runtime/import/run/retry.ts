/** Rows that were rejected, and looked at again after they or the mapping were corrected. */

import { begin, chosen } from '../account.js';
import type { ImportContext, Source } from '../context.js';
import type { LedgerEntry } from '../ledger.js';
import { References } from '../references.js';
import { pagesOf, rowNamed, segmentsFor } from '../rows/pages.js';
import { keyText, type Row } from '../rows/rows.js';
import { requireRowsCount } from '../switch.js';
import type { RejectedRow } from '../types.js';
import { Pace } from './pace.js';
import { reconcile } from './reconcile.js';

export interface RetryReport {
  readonly retried: number;
  readonly migrated: number;
  readonly merged: number;
  readonly rejected: number;
  /** Rows that are not there any more. */
  readonly gone: number;
}

/** The entries of the account, in the order of sources and keys. */
export async function* entriesOf(
  context: ImportContext,
  sources: readonly string[] | undefined,
): AsyncGenerator<RejectedRow> {
  for (const { mapping } of chosen(context, sources))
    for await (const { hash: _hash, ...entry } of context.ledger.entries(mapping.name))
      if (entry.outcome !== 'deleted') yield entry;
}

export async function retryRejected(
  context: ImportContext,
  options: { readonly sources?: readonly string[]; readonly codes?: readonly string[] },
): Promise<RetryReport> {
  await requireRowsCount(context.ledger);
  const importedAt = await begin(context, context.environment.env.now);
  const counts = { migrated: 0, merged: 0, rejected: 0, gone: 0 };
  for (const source of chosen(context, options.sources)) {
    const wanted = new Map<string, LedgerEntry>();
    for await (const entry of context.ledger.entries(source.mapping.name)) {
      const isMeant = options.codes === undefined || options.codes.includes(entry.code);
      if (entry.outcome === 'rejected' && isMeant) wanted.set(entry.key, entry);
    }
    const references = new References(context, importedAt, true);
    const pace = new Pace(8);
    const retried: Promise<void>[] = [];
    for await (const row of rowsOf(context, source, wanted))
      retried.push(
        pace
          .take(() => reconcile(context, source, row, { importedAt, references }))
          .then(({ outcome }) => {
            counts[outcome] += 1;
          }),
      );
    await Promise.all(retried);
  }
  return { retried: Object.values(counts).reduce((sum, one) => sum + one, 0), ...counts };
}

/** The rows of entries: those whose keys are digests are looked for in the source. */
async function* rowsOf(
  context: ImportContext,
  source: Source,
  wanted: ReadonlyMap<string, LedgerEntry>,
): AsyncGenerator<Row> {
  const hidden = new Set<string>();
  for (const key of wanted.keys()) {
    const row = rowNamed(source, key);
    if (row !== undefined) yield row;
    else hidden.add(key);
  }
  if (hidden.size === 0) return;
  const segments = segmentsFor(hidden.size);
  for (let segment = 0; segment < segments; segment++)
    for await (const page of pagesOf(context, source, segment, segments))
      for (const row of page) if (hidden.has(keyText(source.mapping, row))) yield row;
}
