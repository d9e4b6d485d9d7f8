/** What patterns and mutations cost before and after, with the sizes and rates that are declared now. */

import { type Found, placeOf } from '../found.js';
import type { CostReport, CostRow, Pair, Units } from '../report.js';
import type { Revisions } from '../revision.js';
import { backfillsOf, reindexedBy } from './backfills.js';
import { type Call, callsOf } from './calls.js';
import { limitFindings } from './limits.js';
import { type Assumed, monthlyCost } from './monthly.js';
import { hotPartitions, partitionFindings } from './partitions.js';
import { pricesOf } from './prices.js';
import { sizesOf } from './sizes.js';

/** @param storage what becomes of stored records */
export function costOfChange(
  revisions: Revisions,
  storage: readonly Found[] = [],
): { readonly report: CostReport; readonly found: Found[] } {
  const { before, after } = revisions;
  const prices = pricesOf(after);
  const { assumed, peaks } = assumedOf(revisions);
  const sizes = sizesOf(revisions);
  const calls = {
    before: callsOf(before, sizes.before),
    after: callsOf(after, sizes.after),
  };
  const isCounted = assumed.records.size > 0 || assumed.averages.size > 0;
  const monthly = (of: 'before' | 'after') =>
    isCounted ? monthlyCost(revisions[of].plan, calls[of], assumed, sizes[of], prices) : null;
  const report: CostReport = {
    prices: prices.of,
    currency: prices.currency,
    rows: rowsOf(calls, assumed.averages),
    monthly: { before: monthly('before'), after: monthly('after') },
    partitions: hotPartitions(calls, peaks),
    backfills: backfillsOf(revisions, reindexedBy(storage), assumed.records, sizes),
  };
  return {
    report,
    found: [
      ...changes(revisions, report.rows, calls.after),
      ...limitFindings(after, calls.after, report.monthly.after, prices.currency),
      ...partitionFindings(report.partitions),
    ],
  };
}

/** The same for both, as declared now. */
function assumedOf({ before, after }: Revisions): {
  readonly assumed: Assumed;
  readonly peaks: ReadonlyMap<string, number>;
} {
  const sizes = [...before.model.sizes, ...after.model.sizes];
  const rates = [...before.model.rates, ...after.model.rates];
  return {
    assumed: {
      records: new Map(sizes.map(({ entity, records }) => [entity.text, records])),
      averages: new Map(rates.map(({ name, average }) => [name.text, average])),
    },
    peaks: new Map(rates.map(({ name, peak }) => [name.text, peak])),
  };
}

function rowsOf(calls: Pair<readonly Call[]>, averages: Assumed['averages']): CostRow[] {
  const [before, after] = [calls.before ?? [], calls.after ?? []];
  const row = (one: Call, pair: Pair<Units>): CostRow => {
    const { name, kind, field } = one;
    return { name, kind, field, rate: averages.get(name) ?? null, ...pair };
  };
  const gone = before.filter((was) => !after.some((is) => isSame(was, is)));
  return [
    ...after.map((is) =>
      row(is, { before: before.find((was) => isSame(was, is))?.units ?? null, after: is.units }),
    ),
    ...gone.map((was) => row(was, { before: was.units, after: null })),
  ];
}

/** One that has another kind now is another; one that is called otherwise answers the same field. */
function isSame(a: Call, b: Call): boolean {
  return a.kind === b.kind && (a.field === null ? a.name === b.name : a.field === b.field);
}

function changes({ after }: Revisions, rows: readonly CostRow[], calls: readonly Call[]): Found[] {
  return rows.flatMap((row): Found[] => {
    const { before: was, after: is } = row;
    if (!was || !is) return [];
    const figures = [
      {
        text: `usually takes ${is.read.usual} read units (${was.read.usual} before)`,
        by: is.read.usual - was.read.usual,
      },
      {
        text: `takes ${writeText(is)} write units (${writeText(was)} before)`,
        by: is.write.most - was.write.most || is.write.least - was.write.least,
      },
    ].filter(({ by }) => by !== 0);
    if (figures.length === 0) return [];
    const isRaised = figures.some(({ by }) => by > 0);
    // What is no longer declared is not less.
    if (!isRaised && is.without.some((one) => !was.without.includes(one))) return [];
    const at = calls.find(({ name, kind }) => name === row.name && kind === row.kind)?.at;
    return [
      {
        rule: isRaised ? 'cost-raised' : 'cost-lowered',
        subject: row.name,
        message: `A call of \`${row.name}\` ${figures.map(({ text }) => text).join(' and ')}.`,
        notes: fanOutNotes(was, is),
        at: placeOf(after, 'after', at),
      },
    ];
  });
}

/** `8`, or `4 to 8`. */
export function writeText({ write: { least, most } }: Units): string {
  return least === most ? String(most) : `${least} to ${most}`;
}

function fanOutNotes({ fanOut: was }: Units, { fanOut: is }: Units): string[] {
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  const changed = names.flatMap((name) => {
    const [before, after] = [was[name] ?? 0, is[name] ?? 0];
    const where = name === 'table' ? 'the table' : `\`${name}\``;
    return before === after ? [] : [`${after} of ${where} (${before} before)`];
  });
  return changed.length > 0 ? [`Write units at most: ${changed.join(', ')}.`] : [];
}
