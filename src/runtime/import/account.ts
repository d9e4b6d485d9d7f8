/** What the target tables say of an import: when it began, and what became of the rows. */
import type { Item } from '../types.js';
import type { ImportContext, Source } from './context.js';
import { scanPartition } from './ledger.js';
import { readSwitch } from './switch.js';
import type { SourceAccount } from './types.js';

export function chosen(context: ImportContext, names: readonly string[] | undefined): readonly Source[] {
  const wanted = names?.map((name) => context.source(name));
  // In the order in which they refer to one another, however they were named.
  return context.sources.filter((source) => wanted === undefined || wanted.includes(source));
}

/** The time of the import: that of its first run, for all that follow. */
export async function begin({ ledger }: ImportContext, now: Date): Promise<Date> {
  const known = await timeOf(ledger);
  if (known !== undefined) return known;
  if (await ledger.create('_IMPORT', 'BEGAN', { importedAt: now.toISOString() })) return now;
  // Another process was first.
  return (await timeOf(ledger)) ?? now;
}

/** Whether a scan began after rows were last written without their records. */
export function isOf(run: Item, dualSince: number): boolean {
  return Number(run['dualSince'] ?? 0) === dualSince;
}

export async function timeOf(ledger: ImportContext['ledger']): Promise<Date | undefined> {
  const item = await ledger.getOne('_IMPORT', 'BEGAN');
  return typeof item?.['importedAt'] === 'string' ? new Date(item['importedAt']) : undefined;
}

export async function accountsOf(
  context: ImportContext,
  names: readonly string[] | undefined,
): Promise<SourceAccount[]> {
  const accounts: SourceAccount[] = [];
  const { dualSince } = await readSwitch(context.ledger);
  for (const { mapping } of chosen(context, names)) {
    const { ledger } = context;
    let rows = 0;
    let done = 0;
    let run: Item | undefined;
    for await (const item of ledger.items(scanPartition(mapping.name))) {
      if (item[ledger.table.sort ?? ''] === 'RUN') run = item;
      else {
        rows += Number(item['rows']);
        done += 1;
      }
    }
    const codes: Record<string, number> = {};
    const counts = { merged: 0, rejected: 0, deleted: 0 };
    for await (const { outcome, code } of ledger.entries(mapping.name)) {
      counts[outcome] += 1;
      if (outcome === 'rejected') codes[code] = (codes[code] ?? 0) + 1;
    }
    accounts.push({
      source: mapping.name,
      entity: mapping.entity,
      isComplete: run?.['isSwept'] === true && done === Number(run['segments']) && isOf(run, dualSince),
      rows,
      migrated: Math.max(0, rows - counts.merged - counts.rejected),
      merged: counts.merged,
      rejected: counts.rejected,
      codes,
    });
  }
  return accounts;
}
