/** What costs otherwise than before: units of a call, a month, partitions, backfills. */

import { moneyText } from '../../cost/prices.js';
import type { CostReport, CostRow, Monthly, Pair, Report, Units } from '../../report.js';
import { code } from '../markdown/inline.js';
import { type Detail, tableOf } from './detail.js';

export function costDetails({ cost, findings }: Report): Detail[] {
  const isOverLimit = findings.some(({ rule }) => rule === 'monthly-limit');
  return [...units(cost.rows), ...monthly(cost, isOverLimit), ...partitions(cost), ...backfills(cost)];
}

function units(rows: readonly CostRow[]): Detail[] {
  const changed = rows.filter(({ before, after }) => shownOf(before) !== shownOf(after));
  return tableOf(
    'Units of one call, with the declared sizes of records (1,024 bytes where none is declared):',
    ['', 'calls a second', 'read units', 'write units', 'write units by index'],
    changed.map(({ name, rate, before, after }) => [
      code(name),
      rate === null ? '' : String(rate),
      changeText(before && String(before.read.usual), after && String(after.read.usual)),
      changeText(before && writeText(before), after && writeText(after)),
      changeText(before && fanOutText(before), after && fanOutText(after)),
    ]),
  );
}

function shownOf(units: Units | null): string {
  return JSON.stringify(units && [units.read.usual, units.write, units.fanOut]);
}

/** `1 → 2`; one value where nothing changed, `new` and `gone` where there is no other. */
function changeText(was: string | null, is: string | null): string {
  const [before, after] = [was ?? '', is ?? ''];
  if (before === after) return after;
  if (before === '') return `${after} (new)`;
  return after === '' ? `${before} (gone)` : `${before} → ${after}`;
}

function writeText({ write: { least, most }, each }: Units): string {
  if (most === 0) return '';
  const text = least === most ? String(most) : `${least} … ${most}`;
  return each === null ? text : `${text} for one element`;
}

function fanOutText({ fanOut }: Units): string {
  return Object.entries(fanOut)
    .map(([name, units]) => `${name} ${units}`)
    .join(', ');
}

function monthly(
  { monthly: { before, after }, prices, currency, rows: calls }: CostReport,
  isShown: boolean,
): Detail[] {
  const money = (value: Monthly | null, of: keyof Monthly) => value && moneyText(value[of], currency);
  const rows = (['reads', 'writes', 'storage', 'total'] as const).map((of) => {
    const [was, is] = [money(before, of), money(after, of)];
    return { cells: [of === 'total' ? '**total**' : of, changeText(was, is)], isChanged: was !== is };
  });
  if (!after || (!isShown && rows.every(({ isChanged }) => !isChanged))) return [];
  const undeclared = calls.flatMap(({ rate, after }) => (rate ? (after?.without ?? []) : []));
  const names = [...new Set(undeclared)].map(code).join(', ');
  const further = names === '' ? '' : `, and what ${names} read or write without saying how much`;
  return tableOf(
    `A month, of the declared rates and sizes, at the prices of ${prices}. Writes count with what they take at most. Not counted: what rules around a call read${further}.`,
    ['', currency],
    rows.map(({ cells }) => cells),
  );
}

function partitions({ partitions }: CostReport): Detail[] {
  const changed = partitions.filter(({ read, write }) => [read, write].some(isChanged));
  return tableOf(
    'Partitions that take all that is under their key, in units a second at the declared peaks (DynamoDB gives a partition 3,000 read units and 1,000 write units):',
    ['', 'partition', 'read units', 'write units'],
    changed.map(({ slot, partition, assumed, read, write }) => [
      slot,
      `${code(partition)}${assumed.length > 0 ? ', if all is of one value' : ''}`,
      rateText(read),
      rateText(write),
    ]),
  );
}

function isChanged({ before, after }: Pair<number>): boolean {
  return before !== after;
}

function rateText({ before, after }: Pair<number>): string {
  const text = (value: number | null) =>
    value === null ? null : (Math.round(value * 10) / 10).toLocaleString('en-US');
  return changeText(text(before), text(after));
}

function backfills({ backfills }: CostReport): Detail[] {
  const text = (value: number | null) =>
    value === null ? 'unknown' : `about ${Number(value.toPrecision(2)).toLocaleString('en-US')}`;
  return tableOf(
    'Reindexes that stored records need:',
    ['', 'records', 'read units', 'write units', 'duration', ''],
    backfills.map(({ entity, records, readUnits, writeUnits, seconds, command }) => [
      entity,
      records === null ? 'none declared under `sizes`' : records.toLocaleString('en-US'),
      text(readUnits),
      text(writeUnits),
      seconds === null ? 'unknown' : `about ${durationText(seconds)}`,
      code(command),
    ]),
  );
}

function durationText(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 360) / 10} h`;
}
