/** What keeps one row from being stored as a record, whatever is tried: it is rejected, and the others go on. */
import { type ErrorCode, TableloomError } from '../../errors.js';
import { isExpired } from '../../expiry.js';
import { getItems } from '../../read/batch-get.js';
import type { Item } from '../../types.js';
import { type Action, numberIn } from '../../write/action.js';
import { Actions } from '../../write/merge.js';
import { isMarked } from '../../write/references.js';
import type { FoundItems } from '../../write/write.js';
import type { ImportContext, Source } from '../context.js';
import type { LedgerEntry } from '../ledger.js';
import { type AnyRecord, referencesIn, removal } from '../rows/records.js';
import type { Row } from '../rows/rows.js';
import { hashOf, Refusal } from '../rows/transforms.js';

/** Errors that a row's own values cause, or what it names. All others are of storage, of its load, or of us, and are thrown. */
const unfit: ReadonlySet<ErrorCode> = new Set([
  'KEY_INVALID',
  'VALUE_INVALID',
  'ITEM_TOO_LARGE',
  'TRANSACTION_TOO_LARGE',
  'GUARD_FAILED',
  'REFERENCE_MISSING',
]);

/** Why the row does not become a record, of an error that it causes itself; undefined for all others. */
export function refusalOf(error: unknown): Refusal | undefined {
  if (error instanceof Refusal) return error;
  if (!(error instanceof TableloomError) || !unfit.has(error.code)) return undefined;
  return new Refusal(error.code, error.message);
}

/** A record that was not there may have come since. */
export function waitsForOthers({ outcome, code }: Pick<LedgerEntry, 'outcome' | 'code'>): boolean {
  return outcome === 'rejected' && code === ('REFERENCE_MISSING' satisfies ErrorCode);
}

/** Whether a row would still be rejected for what was found only when its record was written. */
export async function isStillUnfit(
  { environment }: ImportContext,
  { codec }: Source,
  { record, entry, row }: { readonly record: AnyRecord; readonly entry: LedgerEntry; readonly row: Row },
): Promise<boolean> {
  if (entry.code === 'key-taken') return true;
  if (!waitsForOthers(entry))
    return entry.hash === hashOf(row) && (entry.code === keptCode || unfit.has(entry.code as ErrorCode));
  const named = referencesIn(codec, record, environment.env).flatMap(({ to, key }) =>
    key ? [{ to, key }] : [],
  );
  const items = await getItems(
    environment.requester,
    named.map(({ to: { table }, key }) => ({ table, key, consistent: true })),
  );
  const now = environment.env.clock();
  return items.some((item, at) => {
    const to = named[at]?.to;
    return item === null || isMarked(item) || (to !== undefined && isExpired(to, item, now));
  });
}

/** The code of a row whose record, or that of the row it wins against, is not what it should be, as others refer to it. */
export const keptCode = 'REFERENCED' satisfies ErrorCode;

/** What removes a record, unless it has to stay: `by` is the reference by which others refer to it. */
export interface Leaving {
  readonly actions: readonly Action[];
  readonly by?: string;
}

/** A record that others refer to stays, also where these would go with it: their rows are still there. */
export async function removalOf(
  { codec }: Source,
  item: Item,
  found: Pick<FoundItems, 'load' | 'get'>,
  env: Parameters<typeof removal>[2],
  versions = false,
): Promise<Leaving> {
  const actions = removal(codec, item, env, versions);
  // What the record counts itself goes with it.
  const merged = new Actions();
  merged.add(actions);
  const counts = merged.all.flatMap(({ table, key, purpose }) =>
    purpose.kind === 'children' ? [{ table, key, purpose }] : [],
  );
  if (counts.length === 0) return { actions };
  await found.load(counts.map(({ table, key }) => ({ table, key, consistent: true })));
  const held = counts.find(({ table, key, purpose }) => numberIn(found.get(table, key)) > purpose.leaving);
  return held === undefined ? { actions } : { actions: [], by: held.purpose.by };
}
